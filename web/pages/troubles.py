"""What keeps a server's commands from being done, in words, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from models import processes
from models.permissions import Permission, missing
from models.processes import ALIVE_SECONDS, ProcessStatus
from web.pages.guilds import BOT_PERMISSIONS, invite_url
from web.parts import Parts
from web.standing import Admitted

__all__ = [
    "PlatformState",
    "State",
    "Trouble",
    "bot_trouble",
    "state_of_platform",
    "state_of_things",
    "trouble_of_absence",
    "troubles_of",
]

_DISCORDS_STATUS = "https://discordstatus.com/"
_GUILD_ID_BITS = 22  # https://discord.com/developers/docs/events/gateway#sharding-sharding-formula


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformState:
    """What holds for every server. `discord` says what Discord does instead of answering ("answers 503"), `bots` what
    each shard waits for, by its `(id, total)`; both are empty where all is well, `bots` is none where none was heard.

    `calls_paused`: after five failures in a row a worker asks Discord nothing for half a minute.
    """

    broker: bool = True
    discord: str = ""
    calls_paused: bool = False
    bots: frozenset[tuple[int, int, str]] = frozenset({(0, 1, "")})


@dataclass(frozen=True, slots=True, kw_only=True)
class State(PlatformState):
    """The same with one server's own: `bot_lacks` is what Discord does not let the bot do there; `invite` leads to
    Discord's page where it is granted."""

    guild_id: int = 0
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
    if state.discord or state.calls_paused:
        what = f"It {state.discord}." if state.discord else "The last calls to it failed, one after the other."
        found.append(
            Trouble(
                "bad",
                "Discord has trouble",
                f"{what} Commands are kept, and tried again by themselves. Discord says how it is:",
                _DISCORDS_STATUS,
                "Discord’s status",
            )
        )
    waits_for = bot_trouble(state.bots, state.guild_id)
    if waits_for:
        words = "Slash commands are not answered, and what happens on Discord is not seen until it is back."
        found.append(Trouble("bad", "The bot is not connected", f"{words} {waits_for}"))
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


def trouble_of_absence(name: str, invite: str) -> Trouble:
    """`invite` is empty for who may not invite the bot."""
    title, kept = f"The bot is not in {name}", "What it kept of the server is still there."
    if not invite:
        return Trouble("bad", title, f"Ask somebody who may manage the server to invite it. {kept}")
    return Trouble("bad", title, f"Invite it again. {kept}", invite, "Invite the bot")


def bot_trouble(bots: Iterable[tuple[int, int, str]], guild_id: int) -> str:
    """What is the matter with the shard that a server belongs to, in a sentence; empty for nothing."""
    for shard, total, waits_for in bots:
        if (guild_id >> _GUILD_ID_BITS) % total == shard:
            return f"It says: {waits_for.rstrip('.')}." if waits_for else ""
    return f"Its process has not been heard for {ALIVE_SECONDS:g} s: whoever runs the platform has to start it."


async def state_of_platform(parts: Parts) -> PlatformState:
    """As far as this process can see: the broker by its connection, the others by what they wrote of themselves."""
    live = await processes.list_live(parts.database)
    paused = any("open" in one.details.get("breakers", {}).values() for one in live)
    return PlatformState(
        broker=parts.transport.connected,
        discord=str((await parts.discord.report()).get("error", "")),
        calls_paused=paused,
        bots=_bots_here(parts) or _bots_elsewhere(live),
    )


async def state_of_things(parts: Parts, admitted: Admitted) -> State:
    platform, guild_id = await state_of_platform(parts), int(admitted.guild.id)
    known = await parts.access.member_permissions(guild_id, int(parts.settings.discord_application_id or 0))
    return State(
        broker=platform.broker,
        discord=platform.discord,
        calls_paused=platform.calls_paused,
        bots=platform.bots,
        guild_id=guild_id,
        bot_lacks=Permission.NONE if known is None else missing(known.permissions, BOT_PERMISSIONS),
        invite=f"{invite_url(parts.settings)}&guild_id={guild_id}",
    )


def _bots_here(parts: Parts) -> frozenset[tuple[int, int, str]]:
    return frozenset() if parts.bot_trouble is None else frozenset({(0, 1, parts.bot_trouble())})


def _bots_elsewhere(live: Iterable[ProcessStatus]) -> frozenset[tuple[int, int, str]]:
    found = set()
    for one in live:
        if one.kind == "bot" and "shard" in one.details:
            shard, total = one.details["shard"]
            waits_for = "" if one.details.get("connected") else one.details.get("trouble") or "connecting"
            found.add((int(shard), int(total), str(waits_for)))
    return frozenset(found)
