"""Gathers the facts that `workers.gate` decides on: switches, guild state, the actor's rights."""

from __future__ import annotations

from typing import Protocol

from bus.clock import Clock
from bus.ids import Snowflake
from workers.authority import AccessReader, KeyReader, authority_for
from workers.failures import AttemptFailed
from workers.gate import refusal
from workers.ports import Discord
from workers.targets import Surroundings, check_targets
from workers.work import Work

__all__ = ["Gatekeeper", "GuildPresence", "SwitchReader"]


class SwitchReader(Protocol):
    """The kill switches as last read (FEATURES.md X17)."""

    def refusal(self, command_type: str, guild_id: Snowflake | None) -> str | None: ...


class GuildPresence(Protocol):
    """Whether the bot was removed from a guild; False for guilds that are present, unavailable or not yet known."""

    async def has_left(self, guild_id: Snowflake) -> bool: ...


class Gatekeeper:
    """Asks at every claim: first delivery, retry, takeover and approval alike."""

    def __init__(
        self,
        *,
        clock: Clock,
        switches: SwitchReader,
        presence: GuildPresence,
        surroundings: Surroundings,
        access: AccessReader,
        keys: KeyReader,
        discord: Discord,
    ) -> None:
        self._clock = clock
        self._switches = switches
        self._presence = presence
        self._surroundings = surroundings
        self._access = access
        self._keys = keys
        self._discord = discord

    async def check(self, work: Work) -> None:
        """Sets the work's authority and refusal, or its error where Discord can't be asked for now.

        Raises what the database raises.
        """
        command = work.command
        try:
            work.authority = await authority_for(
                command, clock=self._clock, access=self._access, keys=self._keys, discord=self._discord
            )
        except AttemptFailed as failure:
            work.error = failure
            return
        guild_gone = command.guild_id is not None and await self._presence.has_left(command.guild_id)
        work.refusal = refusal(
            command,
            work.spec,
            now=self._clock.now(),
            authority=work.authority,
            switched_off=self._switches.refusal(command.type, command.guild_id),
            guild_gone=guild_gone,
            needs_guild=work.handler.needs_guild,
        )
        if work.refusal is None:
            await self._check_targets(work)

    async def _check_targets(self, work: Work) -> None:
        try:
            work.refusal = await check_targets(work, surroundings=self._surroundings, discord=self._discord)
        except AttemptFailed as failure:
            work.error = failure
