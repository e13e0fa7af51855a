"""What stands before every command: its time, the checks of `workers.examiner`, its cooldown, a second person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bus.clock import Clock
from bus.envelopes import Command
from models.approvals import Approval
from models.checks import Trouble, first_trouble, of_cooldown
from models.command_rules import CommandRules
from models.cooldowns import Use, Wait
from workers.approvals import Approvals, refusal_of
from workers.asked import Asked, member_behind
from workers.authority import authority_at_hand
from workers.examiner import Examiner
from workers.failures import AttemptFailed
from workers.gate import Refusal, expired, refused_for
from workers.targets import Targets, targets_of
from workers.work import Work

__all__ = ["Gatekeeper", "UseCounter"]


class UseCounter(Protocol):
    """Counts a use towards its cooldowns, or says how long to wait; `peek` says it without counting."""

    async def take(self, use: Use) -> Wait | None: ...

    async def peek(self, use: Use) -> Wait | None: ...


class Gatekeeper:
    """Asks at every claim: first delivery, retry, takeover and approval alike."""

    def __init__(self, *, clock: Clock, examiner: Examiner, approvals: Approvals, cooldowns: UseCounter) -> None:
        self._clock = clock
        self._examiner = examiner
        self._approvals = approvals
        self._cooldowns = cooldowns

    async def check_together(self, works: Sequence[Work]) -> list[Work]:
        """`check` for those about whom the command itself and guild state say enough; returns the others.

        One question of each kind for all. Raises what the database raises.
        """
        now, left = self._clock.now(), await self._examiner.left()
        others: list[Work] = []
        looked_up: dict[Work, Targets] = {}
        for work in works:
            command = work.command
            rules = self._examiner.rules.of(command.guild_id, work.spec)
            authority = authority_at_hand(command, now)
            asks = rules.roles.restricts or self._counts(command, rules)
            if authority is None or asks or self._approvals.may_be_needed(command, work.options):
                others.append(work)
                continue
            work.authority = authority
            asked = Asked(command, work.options, authority)
            facts = self._examiner.facts(asked, work.spec, left=left, roles=None)
            work.refusal = expired(command, now=now) or refused_for(first_trouble(facts))
            targets = targets_of(asked) if work.refusal is None else None
            if targets is not None:
                looked_up[work] = targets
        if looked_up:
            known = await self._examiner.known_of(list(looked_up.values()))
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
        approval = await self._approvals.needed(work.command, work.options)
        try:
            work.authority = await self._examiner.authority(work.command)
            asked = Asked(work.command, work.options, work.authority)
            work.refusal = await self._refusal(work, asked, approval)
        except AttemptFailed as failure:
            # What waits for a second person is looked at again before it is done: it does not have to wait for Discord,
            # and must not be begun to try again.
            now = self._clock.now()
            work.refusal = None if approval is None else refusal_of(work.command, work.spec, approval, now)
            work.error = failure if work.refusal is None else None

    async def _refusal(self, work: Work, asked: Asked, approval: Approval | None) -> Refusal | None:
        command, now = work.command, self._clock.now()
        if approval is not None and approval.state == "awaiting_approval":
            said = refusal_of(command, work.spec, approval, now)
            if said is not None:
                return said
            # The time that counts is the ledger's: a late delivery of what was sent first says less.
            command = msgspec.structs.replace(command, expires_at=approval.expires_at)
        late = expired(command, now=now)
        if late is not None:
            return late
        trouble = await self._examiner.trouble(asked)
        trouble = trouble or await self._cooldown(asked, approval)
        if trouble is not None or approval is None:
            return refused_for(trouble)
        return await self._approvals.refusal(asked, approval, now)

    @staticmethod
    def _counts(command: Command, rules: CommandRules) -> bool:
        """Whether it is a use. Later attempts were let in by the first; the platform's own follow-ups are free, and so
        is what a bulk does for each member."""
        free = command.attempt > 1 or command.actor.kind == "system" or command.lane == "bulk"
        return not free and rules.limited and command.guild_id is not None

    async def _cooldown(self, asked: Asked, approval: Approval | None) -> Trouble | None:
        """Asked last of what refuses: it counts. What waited for a second person was let in when it was asked for."""
        command, rules = asked.command, self._examiner.rules.of(asked.command.guild_id, asked.spec)
        waited = approval is not None and (approval.state == "awaiting_approval" or approval.decision is not None)
        if waited or command.guild_id is None or not self._counts(command, rules):
            return None
        member_id = member_behind(asked)
        actor = f"{command.actor.kind}:{command.actor.id}" if member_id is None else f"user:{member_id}"
        use = Use(command.id, int(command.guild_id), command.type, actor, rules)
        wait = await (self._cooldowns.peek(use) if command.dry_run else self._cooldowns.take(use))
        return of_cooldown(wait)
