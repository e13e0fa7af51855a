"""What keeps a server's commands from being done, in words, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models import processes
from models.permissions import Permission, missing
from web.pages.guilds import BOT_PERMISSIONS, invite_url
from web.parts import Parts
from web.standing import Admitted

__all__ = ["State", "Trouble", "state_of_things", "troubles_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`bot_waits_for` is what the bot says that it waits for, if anything; `bot_lacks` what Discord does not let it
    do in this server; `invite` leads to Discord's page where it is granted."""

    broker: bool = True
    discord: bool = True
    bot: bool = True
    bot_waits_for: str = ""
    bot_lacks: Permission = Permission.NONE
    invite: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong, and its fix in words; `href` leads to where it is mended."""

    kind: Literal["warn", "bad"]
    title: str
    fix: str
    href: str = ""
    action: str = ""


def troubles_of(state: State) -> list[Trouble]:
    """The worst first."""
    found = []
    if not state.broker:
        found.append(
            Trouble(
                "bad",
                "The broker cannot be reached",
                "What you start is kept or refused, and says so. Whoever runs the platform has to start RabbitMQ.",
            )
        )
    if not state.discord:
        found.append(
            Trouble(
                "bad",
                "Discord does not answer",
                "Commands are kept, and tried again by themselves. Discord says how it is:",
                "https://discordstatus.com/",
                "Discord’s status",
            )
        )
    if not state.bot:
        words = "Slash commands are not answered, and what happens on Discord is not seen."
        found.append(Trouble("bad", "The bot is not connected", f"{words} {state.bot_waits_for}".strip()))
    if state.bot_lacks:
        names = ", ".join(
            str(one.name).replace("_", " ").title() for one in Permission if one and one & state.bot_lacks
        )
        found.append(
            Trouble(
                "warn",
                f"The bot lacks {names}",
                "Commands that need it will fail. Give it to the bot's role, or invite the bot again.",
                state.invite,
                "Grant it on Discord",
            )
        )
    return found


async def state_of_things(parts: Parts, admitted: Admitted) -> State:
    """As far as this process can see: the broker by its connection, the bot by what it wrote of itself."""
    guild_id = int(admitted.guild.id)
    waits_for = parts.bot_trouble() if parts.bot_trouble is not None else ""
    kinds = {one.kind for one in await processes.list_live(parts.database)}
    elsewhere = parts.bot_trouble is None
    known = await parts.access.member_permissions(guild_id, int(parts.settings.discord_application_id or 0))
    return State(
        broker=parts.transport.connected,
        discord=bool((await parts.discord.report())["ok"]),
        bot=not waits_for and (not elsewhere or bool(kinds & {"bot", "all"})),
        bot_waits_for=waits_for,
        bot_lacks=Permission.NONE if known is None else missing(known.permissions, BOT_PERMISSIONS),
        invite=f"{invite_url(parts.settings)}&guild_id={guild_id}",
    )
