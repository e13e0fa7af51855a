"""The second person, in a worker: whether one is asked, what they said, and whether they may (FEATURES.md X5)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from bus.envelopes import Actor, Command, Grant
from bus.errors import InvalidMessage
from models.approvals import Approval, Decision, deadline_of, needs_approval, stage_of, trouble_of_person
from models.catalogue import Catalogue
from models.checks import Trouble, permission_names
from models.spec import CommandSpec
from workers.asked import Asked, member_behind
from workers.examiner import Examiner
from workers.gate import Refusal

__all__ = ["ApprovalReader", "Approvals", "refusal_of"]


class ApprovalReader(Protocol):
    """The ledger, as far as approvals go."""

    async def of(self, command: Command) -> Approval: ...

    async def type_of_bulk(self, bulk_id: UUID) -> str | None: ...


class Approvals:
    """Asked about every command that its guild may want a second person for; the others cost a look at the rules."""

    def __init__(self, *, examiner: Examiner, reader: ApprovalReader, catalogue: Catalogue) -> None:
        self._examiner = examiner
        self._reader = reader
        self._catalogue = catalogue

    def may_be_needed(self, command: Command, options: CommandSpec) -> bool:
        """Whether `needed` has to ask: for bulks and what the guild's rules name."""
        rules = self._examiner.rules.of(command.guild_id, type(options))
        return options.leads_to() is not None or needs_approval(command, [rules])

    async def needed(self, command: Command, options: CommandSpec) -> Approval | None:
        """What the ledger knows of the approval that the command needs; None where it needs none."""
        rules = [self._examiner.rules.of(command.guild_id, spec) for spec in await self._specs(options)]
        return await self._reader.of(command) if needs_approval(command, rules) else None

    async def trouble_of_decider(self, waiting: Command, by: Actor, grant: Grant | None) -> Trouble | None:
        """Why somebody may not decide on a command that waits."""
        try:
            options = self._catalogue.parse_command(waiting)
        except InvalidMessage as error:
            return Trouble("options_invalid", f"This platform cannot do it any more: {error}")
        asked = Asked(waiting, options, await self._examiner.authority(waiting))
        return await self._trouble(asked, by, grant)

    async def _trouble(self, asked: Asked, by: Actor, grant: Grant | None) -> Trouble | None:
        """The checks of the command with them in the place of who asked."""
        command = msgspec.structs.replace(asked.command, actor=by, grant=grant, reply_to=None)
        theirs = Asked(command, asked.options, await self._examiner.authority(command))
        person = member_behind(theirs)
        trouble = trouble_of_person(asked_by=member_behind(asked), decided_by=person)
        if trouble is not None:
            return trouble
        for spec in (await self._specs(asked.options))[1:]:
            trouble = await self._examiner.trouble_with(theirs, spec)
            if trouble is not None:
                return trouble
        return await self._examiner.trouble(theirs)

    async def refusal(self, asked: Asked, approval: Approval, now: datetime) -> Refusal | None:
        """Why the command does not run (yet) that passed all other checks, or None."""
        refused = refusal_of(asked.command, asked.spec, approval, now)
        if refused is not None or approval.decision is None:
            return refused
        by = approval.decision.by
        trouble = await self._trouble(asked, by, None)
        if trouble is None:
            return None
        words = f"{by.name or by.id} approved it, but may not do it at present, so nothing was done: {trouble.message}"
        return Refusal("refused", "approver_not_permitted", words)

    async def _specs(self, options: CommandSpec) -> list[type[CommandSpec]]:
        return await self._catalogue.with_what_it_leads_to(options, self._reader.type_of_bulk)


def refusal_of(command: Command, spec: type[CommandSpec], approval: Approval, now: datetime) -> Refusal | None:
    """What the ledger says of it: wait, declined, or too late; None where it was approved, or begun before. Pure."""
    match stage_of(approval):
        case "ask" if approval.state == "awaiting_approval" and approval.expires_at is not None:
            if now < approval.expires_at:
                return _waiting(spec, approval.expires_at)
            words = "Nobody approved it in time, so it has expired; nothing was done."
            return Refusal("expired", "approval_expired", words, not_begun=True)
        case "ask":
            return _waiting(spec, deadline_of(command, now))
        case "declined" if approval.decision is not None:
            return _declined(approval.decision)
    return None


def _waiting(spec: type[CommandSpec], until: datetime) -> Refusal:
    who = f" who has {permission_names(spec.permission)}" if spec.permission else ""
    words = f"It waits for a second person: somebody else{who} must approve it by {until:%d %B %Y, %H:%M} UTC."
    return Refusal("awaiting_approval", "awaiting_approval", words, not_begun=True, until=until)


def _declined(decision: Decision) -> Refusal:
    words = f"{decision.by.name or decision.by.id} declined it, so nothing was done: {decision.reason}"
    return Refusal("refused", "declined", words, not_begun=True)
