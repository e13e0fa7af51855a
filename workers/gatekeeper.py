"""Gathers the facts that `workers.gate` decides on: rules, switches, guild state, the actor's rights, cooldowns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bus.clock import Clock
from bus.envelopes import Command
from models.checks import Authority, Facts, Trouble, of_cooldown
from models.command_rules import CommandRules
from models.cooldowns import Use, Wait
from models.spec import CommandSpec
from workers.authority import AccessReader, KeyReader, authority_at_hand, authority_for
from workers.failures import AttemptFailed
from workers.gate import refusal, refused_for
from workers.ports import Discord
from workers.targets import Surroundings, Targets, ask_discord, look_up, member_behind, roles_of, targets_of
from workers.work import Work

__all__ = ["Gatekeeper", "GuildPresence", "RuleReader", "UseCounter"]


class RuleReader(Protocol):
    """What the guild and the platform's operators decided about a command, as last read (FEATURES.md X17, G15)."""

    def of(self, guild_id: int | None, spec: type[CommandSpec]) -> CommandRules: ...

    def switched_off(self, command_type: str, guild_id: int | None) -> str | None: ...


class GuildPresence(Protocol):
    """The guilds that the bot was removed from: not those that are present, unavailable or not yet known."""

    async def left(self) -> frozenset[int]: ...


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

    async def check_together(self, works: Sequence[Work]) -> list[Work]:
        """`check` for those about whom the command itself and guild state say enough; returns the others.

        One question of each kind for all. Raises what the database raises.
        """
        now, left = self._clock.now(), await self._presence.left()
        others: list[Work] = []
        looked_up: dict[Work, Targets] = {}
        for work in works:
            command = work.command
            rules = self._rules.of(command.guild_id, work.spec)
            authority = authority_at_hand(command, now)
            if authority is None or rules.roles.restricts or self._counts(command, rules):
                others.append(work)
                continue
            work.authority = authority
            work.refusal = refusal(command, self._facts(work, authority, rules, left, roles=None), now=now)
            targets = targets_of(work) if work.refusal is None else None
            if targets is not None:
                looked_up[work] = targets
        if looked_up:
            known = await look_up(list(looked_up.values()), self._surroundings)
            for work, targets in looked_up.items():
                if targets.unknown_channels(known) or targets.ranks_unknown(known):
                    others.append(work)
                else:
                    work.refusal = refused_for(targets.trouble(known))
        return others

    async def check(self, work: Work) -> None:
        """Sets the work's authority and refusal, or its error where Discord can't be asked for now.

        Raises what the database raises.
        """
        command = work.command
        try:
            work.authority = await authority_for(
                command, clock=self._clock, access=self._access, keys=self._keys, discord=self._discord
            )
            rules = self._rules.of(command.guild_id, work.spec)
            roles = await self._roles(work) if rules.roles.restricts else None
            facts = self._facts(work, work.authority, rules, await self._presence.left(), roles=roles)
            work.refusal = refusal(command, facts, now=self._clock.now())
            if work.refusal is None:
                trouble = await self._trouble_with_targets(work)
                if trouble is None and self._counts(command, rules):
                    trouble = await self._cooldown(work, rules)
                work.refusal = refused_for(trouble)
        except AttemptFailed as failure:
            work.error = failure

    def _facts(
        self,
        work: Work,
        authority: Authority,
        rules: CommandRules,
        left: frozenset[int],
        *,
        roles: frozenset[int] | None,
    ) -> Facts:
        command = work.command
        guild_id, reply_to = command.guild_id, command.reply_to
        return Facts(
            spec=work.spec,
            is_person=command.actor.kind == "user" or authority.owner_id is not None,
            authority=authority,
            rules=rules,
            switched_off=self._rules.switched_off(command.type, guild_id),
            has_guild=guild_id is not None,
            needs_guild=work.handler.needs_guild,
            guild_gone=guild_id in left,
            roles=roles,
            channel_id=None if reply_to is None or reply_to.channel_id is None else int(reply_to.channel_id),
        )

    async def _roles(self, work: Work) -> frozenset[int] | None:
        guild_id, actor_id = work.command.guild_id, member_behind(work)
        if guild_id is None or actor_id is None:
            return None
        return await roles_of(guild_id, actor_id, surroundings=self._surroundings, discord=self._discord)

    async def _trouble_with_targets(self, work: Work) -> Trouble | None:
        targets = targets_of(work)
        if targets is None:
            return None
        known = await look_up([targets], self._surroundings)
        return targets.trouble(await ask_discord(targets, known, self._discord))

    @staticmethod
    def _counts(command: Command, rules: CommandRules) -> bool:
        """Whether it is a use. Later attempts were let in by the first; the platform's own follow-ups are free, and so
        is what a bulk does for each member."""
        free = command.attempt > 1 or command.actor.kind == "system" or command.lane == "bulk"
        return not free and rules.limited and command.guild_id is not None

    async def _cooldown(self, work: Work, rules: CommandRules) -> Trouble | None:
        """Asked last: it counts."""
        command = work.command
        if command.guild_id is None:
            return None
        member_id = member_behind(work)
        actor = f"{command.actor.kind}:{command.actor.id}" if member_id is None else f"user:{member_id}"
        use = Use(command.id, int(command.guild_id), command.type, actor, rules)
        wait = await (self._cooldowns.peek(use) if command.dry_run else self._cooldowns.take(use))
        return of_cooldown(wait)
