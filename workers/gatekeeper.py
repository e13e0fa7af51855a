"""Gathers the facts that `workers.gate` decides on: rules, switches, guild state, the actor's rights, cooldowns."""

from __future__ import annotations

from typing import Protocol

from bus.clock import Clock
from bus.ids import Snowflake
from models.checks import Authority, Facts, Trouble, of_cooldown
from models.command_rules import CommandRules
from models.cooldowns import Use, Wait
from models.spec import CommandSpec
from workers.authority import AccessReader, KeyReader, authority_for
from workers.failures import AttemptFailed
from workers.gate import refusal, refused_for
from workers.ports import Discord
from workers.targets import Surroundings, check_targets, member_behind, roles_of
from workers.work import Work

__all__ = ["Gatekeeper", "GuildPresence", "RuleReader", "UseCounter"]


class RuleReader(Protocol):
    """What the guild and the platform's operators decided about a command, as last read (FEATURES.md X17, G15)."""

    def of(self, guild_id: int | None, spec: type[CommandSpec]) -> CommandRules: ...

    def switched_off(self, command_type: str, guild_id: int | None) -> str | None: ...


class GuildPresence(Protocol):
    """Whether the bot was removed from a guild; False for guilds that are present, unavailable or not yet known."""

    async def has_left(self, guild_id: Snowflake) -> bool: ...


class UseCounter(Protocol):
    """Counts a use towards its cooldowns, or says how long to wait; `peek` says it without counting."""

    async def take(self, use: Use) -> Wait | None: ...

    async def peek(self, use: Use) -> Wait | None: ...


class Gatekeeper:
    """Asks at every claim: first delivery, retry, takeover and approval alike."""

    def __init__(
        self,
        *,
        clock: Clock,
        rules: RuleReader,
        presence: GuildPresence,
        surroundings: Surroundings,
        access: AccessReader,
        keys: KeyReader,
        cooldowns: UseCounter,
        discord: Discord,
    ) -> None:
        self._clock = clock
        self._rules = rules
        self._presence = presence
        self._surroundings = surroundings
        self._access = access
        self._keys = keys
        self._cooldowns = cooldowns
        self._discord = discord

    async def check(self, work: Work) -> None:
        """Sets the work's authority and refusal, or its error where Discord can't be asked for now.

        Raises what the database raises.
        """
        try:
            work.authority = await authority_for(
                work.command, clock=self._clock, access=self._access, keys=self._keys, discord=self._discord
            )
            rules = self._rules.of(work.command.guild_id, work.spec)
            facts = await self._facts(work, work.authority, rules)
            work.refusal = refusal(work.command, facts, now=self._clock.now())
            if work.refusal is None:
                trouble = await self._targets(work) or await self._cooldown(work, rules)
                work.refusal = refused_for(trouble)
        except AttemptFailed as failure:
            work.error = failure

    async def _facts(self, work: Work, authority: Authority, rules: CommandRules) -> Facts:
        command = work.command
        guild_id, reply_to = command.guild_id, command.reply_to
        is_person = command.actor.kind == "user" or authority.owner_id is not None
        roles = None
        if rules.roles.restricts and guild_id is not None and (actor_id := member_behind(work)) is not None:
            roles = await roles_of(guild_id, actor_id, surroundings=self._surroundings, discord=self._discord)
        return Facts(
            spec=work.spec,
            is_person=is_person,
            authority=authority,
            rules=rules,
            switched_off=self._rules.switched_off(command.type, guild_id),
            has_guild=guild_id is not None,
            needs_guild=work.handler.needs_guild,
            guild_gone=guild_id is not None and await self._presence.has_left(guild_id),
            roles=roles,
            channel_id=None if reply_to is None or reply_to.channel_id is None else int(reply_to.channel_id),
        )

    async def _targets(self, work: Work) -> Trouble | None:
        return await check_targets(work, surroundings=self._surroundings, discord=self._discord)

    async def _cooldown(self, work: Work, rules: CommandRules) -> Trouble | None:
        """Asked last: it counts. Later attempts were let in by the first; the platform's own follow-ups are free, and
        so is what a bulk does for each member."""
        command = work.command
        free = command.attempt > 1 or command.actor.kind == "system" or command.lane == "bulk"
        if free or not rules.limited or command.guild_id is None:
            return None
        member_id = member_behind(work)
        actor = f"{command.actor.kind}:{command.actor.id}" if member_id is None else f"user:{member_id}"
        use = Use(command.id, int(command.guild_id), command.type, actor, rules)
        wait = await (self._cooldowns.peek(use) if command.dry_run else self._cooldowns.take(use))
        return of_cooldown(wait)
