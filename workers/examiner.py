"""May this actor do this here and now? Gathers the facts that `models.checks` decides on, for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bus.clock import Clock
from bus.envelopes import Command
from models.checks import Authority, Facts, Trouble, first_trouble
from models.command_rules import CommandRules
from models.spec import CommandSpec
from workers.asked import Asked, member_behind
from workers.authority import AccessReader, KeyReader, authority_for
from workers.ports import Discord
from workers.targets import Known, Surroundings, Targets, ask_discord, look_up, roles_of, targets_of

__all__ = ["Examiner", "GuildPresence", "RuleReader"]


class RuleReader(Protocol):
    """What the guild and the platform's operators decided about a command, as last read (FEATURES.md X17, G15)."""

    def of(self, guild_id: int | None, spec: type[CommandSpec]) -> CommandRules: ...

    def switched_off(self, command_type: str, guild_id: int | None) -> str | None: ...


class GuildPresence(Protocol):
    """The guilds that the bot was removed from: not those that are present, unavailable or not yet known."""

    async def left(self) -> frozenset[int]: ...


class Examiner:
    """Asks rules, switches, guild state, Discord and keys. Raises what the database and Discord's port raise."""

    def __init__(
        self,
        *,
        clock: Clock,
        rules: RuleReader,
        presence: GuildPresence,
        surroundings: Surroundings,
        access: AccessReader,
        keys: KeyReader,
        discord: Discord,
    ) -> None:
        self.rules = rules
        self._clock = clock
        self._presence = presence
        self._surroundings = surroundings
        self._access = access
        self._keys = keys
        self._discord = discord

    async def authority(self, command: Command) -> Authority:
        """What is known of the actor's rights now."""
        return await authority_for(
            command, clock=self._clock, access=self._access, keys=self._keys, discord=self._discord
        )

    async def left(self) -> frozenset[int]:
        """The guilds that the bot was removed from."""
        return await self._presence.left()

    async def trouble(self, asked: Asked) -> Trouble | None:
        """The first check that the command does not pass, cooldown left out, or None."""
        trouble = await self.trouble_with(asked, asked.spec)
        targets = targets_of(asked) if trouble is None else None
        if targets is None:
            return trouble
        known = await self.known_of([targets])
        return targets.trouble(await ask_discord(targets, known, self._discord))

    async def trouble_with(self, asked: Asked, spec: type[CommandSpec]) -> Trouble | None:
        """The same for a command of that kind, whatever its targets, by the same actor in the same place."""
        restricted = self.rules.of(asked.command.guild_id, spec).roles.restricts
        roles = await self._roles(asked) if restricted else None
        facts = self.facts(asked, spec, left=await self.left(), roles=roles)
        return first_trouble(facts)

    async def known_of(self, targets: Sequence[Targets]) -> Known:
        """What guild state knows of them, one question of each kind for all."""
        return await look_up(targets, self._surroundings)

    def facts(
        self,
        asked: Asked,
        spec: type[CommandSpec],
        *,
        left: frozenset[int],
        roles: frozenset[int] | None,
    ) -> Facts:
        """What `models.checks` is asked about."""
        guild_id, reply_to = asked.command.guild_id, asked.command.reply_to
        return Facts(
            spec=spec,
            is_person=asked.is_person,
            authority=asked.authority,
            rules=self.rules.of(guild_id, spec),
            switched_off=self.rules.switched_off(spec.type, guild_id),
            has_guild=guild_id is not None,
            guild_gone=guild_id in left,
            roles=roles,
            channel_id=None if reply_to is None or reply_to.channel_id is None else int(reply_to.channel_id),
        )

    async def _roles(self, asked: Asked) -> frozenset[int] | None:
        guild_id, actor_id = asked.command.guild_id, member_behind(asked)
        if guild_id is None or actor_id is None:
            return None
        return await roles_of(guild_id, actor_id, surroundings=self._surroundings, discord=self._discord)
