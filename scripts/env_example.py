"""Write .env.example from the rooms' own settings: `python -m scripts.env_example [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import wrap

from scripts.settings_catalogue import Setting, settings_of_rooms

__all__ = ["DESCRIPTIONS", "PLATFORM_ONLY", "env_example", "main"]

_FILE = Path(__file__).resolve().parent.parent / ".env.example"
_WIDTH = 118
_HEAD = """\
# Every setting of guildbus: copy this file to .env and change what you need.
#
# ./scripts/run needs none of them: without DATABASE_URL, AMQP_URL and DISCORD_TOKEN it embeds a database, a broker and
# a stand-in for Discord, and each of the three that you set switches its part to the real thing. docker compose reads
# .env by itself. Each NAME can be given as NAME_FILE too, the path of a file that holds the value.
"""

# What each is for; its kind, default and readers come from the code.
DESCRIPTIONS: Mapping[str, str] = {
    "DATABASE_URL": "PostgreSQL: postgresql://user:password@host:5432/database",
    "AMQP_URL": "RabbitMQ: amqp://user:password@host:5672/%2F, one user a room (see topology.yaml)",
    "DISCORD_TOKEN": "The bot's token, from Discord's developer portal.",
    "DISCORD_API_URL": "Discord's REST API, or any other implementation of it, or a proxy that shares its rate limit.",
    "DISCORD_APPLICATION_ID": "The application's id: people log in through it.",
    "DISCORD_CLIENT_SECRET": "The application's client secret, for the login.",
    "DISCORD_AUTHORIZE_URL": "Where people log in; empty: Discord's page, or the sandbox's beside DISCORD_API_URL.",
    "DISCORD_CDN_URL": "Where icons and avatars are; empty: Discord's, or the sandbox's beside DISCORD_API_URL.",
    "PUBLIC_URL": "The address that people use; in production https.",
    "SESSION_SECRET": "32 random characters or more: whoever knows it can forge sessions. ./scripts/run makes its own.",
    "OPERATORS": "Discord ids of who runs the platform: they see every server and may make keys for all of them.",
    "RATE_STORAGE_URL": "Redis, for several web and bot processes to count limits together; empty: each for itself.",
    "RATE_PER_ADDRESS": "Requests a minute from one address; 0 is no limit, here and in all limits.",
    "RATE_PER_SESSION": "Requests a minute by one person on the dashboard.",
    "RATE_PER_KEY": "Requests a minute with one API key.",
    "RATE_OF_LOGINS": "Logins a minute from one address, and wrong API keys.",
    "RATE_PER_GUILD": "Commands a minute that the people of one server start; a bulk operation counts once.",
    "CORS_ORIGINS": "Other sites whose pages may use the API with a key, such as https://my.site; empty: none.",
    "TRUSTED_PROXIES": "Proxies whose X-Forwarded-For says who asks: 10.0.0.5 or 10.0.0.0/24; empty: none is believed.",
    "AMQP_MANAGEMENT_URL": "RabbitMQ's management UI, for operators' pages, `guildbus topology` and `doctor`: http://host:15672",
    "AMQP_MANAGEMENT_API_URL": "The same as the web process reaches it, where that is another address than operators'.",
    "PROFILE": "production refuses what is unsafe: plain http, default secrets, guest accounts, the sandbox.",
    "HOST": "The address to listen at; 0.0.0.0 is every one of this machine.",
    "PORT": "The port to listen at.",
    "LOG_LEVEL": "What is logged to standard error.",
    "LOG_JSON": "One JSON object a line instead of lines for people; in production that is the default.",
    "SHARD_ID": "Which shard this bot process is, counted from 0.",
    "TOTAL_SHARDS": "How many shards there are: one bot process each.",
    "SYNC_COMMANDS": "Whether shard 0 registers the slash commands with Discord; only what changed is written.",
    "INTENTS_PRIVILEGED": "Whether to ask Discord for members and message content.",
    "WORKER_CONCURRENCY": "How many commands a worker runs at once in each lane; a quarter of them for one guild.",
    "WORKER_LANES": "Which lanes a worker takes from.",
    "WORKER_GRACE_SECONDS": "Seconds in which a worker that is told to stop finishes what it has in hand.",
    "WEBHOOK_ALLOW": "Addresses below which webhooks.call may POST, such as https://hooks.example/guildbus/",
}

# Read by docker-compose.yml or the command line, and by no room.
PLATFORM_ONLY: Mapping[str, tuple[str, str]] = {
    "GUILDBUS_VERSION": ("docker compose: the tag of the image.", "local"),
    "WEB_PORT": ("docker compose: the port of this machine that the dashboard answers at.", "8080"),
    "MANAGEMENT_PORT": ("docker compose: the port of this machine that RabbitMQ's management UI answers at.", "15672"),
}


def env_example(settings: Iterable[Setting]) -> str:
    """The file's text. Raises KeyError for a setting that nobody described."""
    blocks = [_HEAD]
    for setting in settings:
        need = "must be set" if setting.default is None else f"default {setting.default or 'empty'}"
        facts = f"({', '.join(setting.rooms)}; {setting.kind}; {need})"
        blocks.append(_block(f"{DESCRIPTIONS[setting.name]} {facts}", setting.name, setting.default or ""))
    blocks += [_block(text, name, default) for name, (text, default) in PLATFORM_ONLY.items()]
    return "\n".join(blocks)


def _block(text: str, name: str, value: str) -> str:
    comment = "".join(f"# {line}\n" for line in wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))
    return f"{comment}# {name}={value}\n"


def main() -> int:
    """Writes the file, or with --check tells whether it is as it would be written."""
    text = env_example(settings_of_rooms().values())
    if "--check" in sys.argv[1:]:
        if _FILE.read_text() == text:
            return 0
        print(".env.example is not what the settings say; run python -m scripts.env_example", file=sys.stderr)
        return 1
    _FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
