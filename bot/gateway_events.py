"""Every gateway dispatch passes here first: guild changes become events, interactions go to their takers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loguru import logger

from bot.gateway import Dispatch
from bot.health import BotHealth
from bot.interaction import AUTOCOMPLETE, SLASH, Interaction, read_interaction
from bot.known import Known
from bot.mapping import guild_of, map_dispatch
from bot.outbox import Outbox
from bot.snapshots import MemberLists, parts_of
from bus.envelopes import Event
from bus.errors import InvalidMessage
from bus.ids import Snowflake, derived_id
from models.events import EventData, Gap, GuildLeave, GuildSnapshot, make_event

__all__ = ["GatewayEvents", "Takers", "gap_events"]

TakeInteraction = Callable[[Interaction], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Takers:
    """Who handles which interactions; all others (components, modals) stay with the library."""

    slash: TakeInteraction
    autocomplete: TakeInteraction


class GatewayEvents:
    """See `bot.gateway.Dispatches`."""

    def __init__(self, *, outbox: Outbox, members: MemberLists, health: BotHealth, takers: Takers) -> None:
        self._outbox = outbox
        self._members = members
        self._health = health
        self._takers = takers
        self._known = Known()
        self._guilds: set[str] = set()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def guilds(self) -> frozenset[str]:
        """The guilds of this shard that the bot is in, available or not."""
        return frozenset(self._guilds)

    def __call__(self, dispatch: Dispatch) -> bool:
        match dispatch.event:
            case "READY":
                self._ready(dispatch)
            case "RESUMED":
                self._health.resumes += 1
                self._health.went_up(dispatch.at)
                self._members.ask_again()
            case "INTERACTION_CREATE":
                return self._interaction(dispatch)
            case "GUILD_MEMBERS_CHUNK":
                return self._chunk(dispatch)
            case _:
                self._guild_event(dispatch)
        return False

    async def finish(self, within_seconds: float) -> None:
        """Wait for the interactions that are being taken."""
        if self._running:
            await asyncio.wait(self._running, timeout=within_seconds)

    def _ready(self, dispatch: Dispatch) -> None:
        self._guilds = {str(row["id"]) for row in dispatch.data["guilds"]}
        self._health.guilds = len(self._guilds)
        self._health.went_up(dispatch.at)
        if dispatch.quiet_since is not None:
            self._health.gaps += 1
            logger.warning("the session could not be resumed; events since {} were not seen", dispatch.quiet_since)
            shard = self._health.shard_id
            for event in gap_events(
                self._guilds, since=dispatch.quiet_since, until=dispatch.at, shard=shard, cause=dispatch.session_id
            ):
                self._outbox.put(event)

    def _guild_event(self, dispatch: Dispatch) -> None:
        guild_id = guild_of(dispatch.event, dispatch.data)
        data = map_dispatch(dispatch.event, dispatch.data, self._known)
        if guild_id is None or data is None:
            return
        event = self._event(dispatch, guild_id, data)
        self._outbox.put(event)
        if isinstance(data, GuildSnapshot):
            self._guilds.add(guild_id)
            self._ask_for_members(dispatch, guild_id, event.id)
        elif isinstance(data, GuildLeave):
            self._guilds.discard(guild_id)
            self._members.forget(guild_id)
        self._health.guilds = len(self._guilds)

    def _ask_for_members(self, dispatch: Dispatch, guild_id: str, snapshot_id: UUID) -> None:
        if self._health.privileged_intents:
            self._members.want(guild_id, snapshot_id)
            return
        # Without the members intent Discord lists only a few, and answers no request for all.
        for part in parts_of(dispatch.data.get("members", []), snapshot_id=snapshot_id, chunk=0, complete=False):
            self._outbox.put(self._event(dispatch, guild_id, part, "members", part.part))

    def _chunk(self, dispatch: Dispatch) -> bool:
        parts = self._members.take(dispatch.data)
        if parts is None:
            return False
        for part in parts:
            self._outbox.put(self._event(dispatch, str(dispatch.data["guild_id"]), part, part.part))
        return True

    def _interaction(self, dispatch: Dispatch) -> bool:
        takers = {SLASH: self._takers.slash, AUTOCOMPLETE: self._takers.autocomplete}
        take = takers.get(dispatch.data["type"])
        # Type 1 is a slash command; 2 and 3 are context menus.
        if take is None or dispatch.data["data"].get("type", 1) != 1:
            return False
        try:
            interaction = read_interaction(dispatch.data)
        except InvalidMessage as error:
            logger.error("an interaction cannot be read, and its user sees no answer: {}", error)
            return True
        task = asyncio.create_task(self._guarded(take, interaction), name=f"interaction {interaction.id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return True

    @staticmethod
    async def _guarded(take: TakeInteraction, interaction: Interaction) -> None:
        try:
            await take(interaction)
        except Exception:
            logger.exception("{!r} could not be handled", interaction)

    @staticmethod
    def _event(dispatch: Dispatch, guild_id: str, data: EventData, *parts: object) -> Event:
        """The same dispatch has the same ids, however often Discord sends it."""
        identifier = derived_id(dispatch.at, "gateway", dispatch.session_id, dispatch.sequence, *parts)
        return make_event(data, id=identifier, guild_id=Snowflake(guild_id), timestamp=dispatch.at, source="bot")


def gap_events(guilds: set[str], *, since: datetime, until: datetime, shard: int, cause: str) -> list[Event]:
    """One gap per guild, so that each guild's viewers see it; one without a guild where the bot is in none."""
    concerned: list[str | None] = [*sorted(guilds)] or [None]
    data = Gap(since=since, until=until, shard=shard)
    return [
        make_event(
            data,
            id=derived_id(until, "gap", cause, guild_id),
            guild_id=None if guild_id is None else Snowflake(guild_id),
            timestamp=until,
            source="bot",
        )
        for guild_id in concerned
    ]
