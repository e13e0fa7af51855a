"""The ledger of commands: who may do what now, what became of it, and what must be published again.

Each method is one round trip for a batch. The semantics are in docs/architecture.md ("A command's life") and, verdict
by verdict, in `models.ledger_types`; the statements are in `ledger_claim_sql`, `ledger_new_sql`,
`ledger_settle_sql` and `ledger_queue_sql`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from bus.envelopes import Command
from bus.ids import new_id
from models.command_record import CommandRecord, command_from_row, record_from_row
from models.database import Connection, Database, fetch
from models.errors import KeyReused, ModelError
from models.ledger_batches import again_on_deadlock, each_or_problem, settled_apart
from models.ledger_claim_sql import CLAIM, CLAIM_COLUMNS, TAKEN_BEFORE, TAKEN_BEFORE_COLUMNS
from models.ledger_columns import COMMAND_COLUMNS, as_arrays, audit_values, command_values, json_text
from models.ledger_new_sql import CLAIM_NEW
from models.ledger_queue_sql import ACCEPT, FORGET_KEYS, RECORD, SWEEP
from models.ledger_settle_sql import CANCEL, CANCEL_COLUMNS, DELIVERED, RENEW, RENEW_COLUMNS, SETTLE, SETTLE_COLUMNS
from models.ledger_types import ON_ITS_WAY, AuditRecord, Claim, Claimed, Queued, Settled, Settlement
from models.ledger_verdict import claimed_from_row, claimed_new
from models.outcome import Outcome
from models.sqlstate import is_unfit

__all__ = ["Ledger"]

_ACCEPT_TRIES = 5

_ClaimRow = tuple[Claim, tuple[Any, ...]]
_SettleRow = tuple[Settlement, tuple[Any, ...]]


class Ledger:
    """The ledger over one Database.

    `holder` is the lifeline of who claims through it; None has none.
    """

    def __init__(self, database: Database, *, holder: int | None = None) -> None:
        self._database = database
        self._holder = holder

    async def claim(self, claims: Sequence[Claim], lease_seconds: float) -> list[Claimed]:
        """What became of each claim, in the order given; of two with the same id, the second is `held`.

        Audit rows are written for exactly those that took effect (`fresh`, `superseded`).
        """
        first: dict[UUID, Claim] = {}
        for claim in claims:
            first.setdefault(claim.command.id, claim)
        rows, problems = each_or_problem([first[id_] for id_ in sorted(first)], _claim_row)
        results = await settled_apart(rows, lambda part: self._claim(part, lease_seconds), _refuse_claim)
        by_id = {result.id: result for result in results}
        by_id |= {claim.command.id: Claimed(claim.command.id, "invalid", problem=why) for claim, why in problems}
        answered: list[Claimed] = []
        for claim in claims:
            id_ = claim.command.id
            mine = first[id_] is claim
            answered.append(by_id[id_] if mine else Claimed(id_, "held", attempt=claim.command.attempt))
        return answered

    async def claim_new(self, claims: Sequence[Claim], lease_seconds: float) -> list[Claimed | None]:
        """`claim` for what the ledger has never seen, at less than half the cost; None for what `claim` is to decide.

        What it answers with None it has not touched: a row is there already, a newer command of the same subject may
        have overtaken it, or PostgreSQL cannot hold it. The ids are different.
        """
        maybe = sorted((claim for claim in claims if claim.may_be_new), key=lambda one: one.command.id)
        rows, _ = each_or_problem(maybe, _claim_row)
        if not rows:
            return [None] * len(claims)
        try:
            new = await again_on_deadlock(lambda: self._claim_new_on(self._database.client, rows, lease_seconds))
        except Exception as error:
            if not is_unfit(error):
                raise
            new = set()
        return [claimed_new(claim) if claim.command.id in new else None for claim in claims]

    async def claim_again(self, claims: Sequence[Claim], lease_seconds: float, *, now: datetime) -> list[Claimed]:
        """`claim` where the answer to these same claims was lost: what they took then is `fresh`, under a new lease.

        Otherwise it would be `held`, by nobody, until its lease ran out, and taken over as if a worker had died. What
        has no lease any more is claimed as at `now`, with audit rows of its own: the first ones are written already.
        """
        ids = [claim.audit.id for claim in claims]
        columns = as_arrays([(claim.command.id, claim.audit.id) for claim in claims], len(TAKEN_BEFORE_COLUMNS))
        ours = {
            row["audit_id"]: row for row in await self._database.fetch(TAKEN_BEFORE, *columns, float(lease_seconds))
        }
        written = {row["id"] for row in await self._database.fetch("SELECT id FROM audit WHERE id = ANY($1)", ids)}
        answers: dict[int, Claimed] = {}
        rest: dict[int, Claim] = {}
        for n, claim in enumerate(claims):
            row = ours.pop(claim.audit.id, None)
            if row is not None:
                target, attempt = claim.state, claim.command.attempt
                answers[n] = claimed_from_row(row, id=claim.command.id, target=target, attempt=attempt)
            elif claim.audit.id in written:
                audit = msgspec.structs.replace(claim.audit, id=new_id(now), at=now)
                rest[n] = msgspec.structs.replace(claim, audit=audit)
            else:
                rest[n] = claim
        answers |= zip(rest, await self.claim(list(rest.values()), lease_seconds), strict=True)
        return [answers[n] for n in range(len(claims))]

    async def claim_in(self, connection: Connection, claim: Claim, lease_seconds: float = 0.0) -> Claimed:
        """The same statement inside the caller's transaction; database errors are raised, for that is over then.

        On any verdict but `fresh` roll back: the handler's writes must not stand. For `superseded` the end itself is
        rolled back too, so claim once more outside.
        """
        return (await self.claim_all_in(connection, [claim], lease_seconds))[0]

    async def claim_all_in(
        self, connection: Connection, claims: Sequence[Claim], lease_seconds: float = 0.0
    ) -> list[Claimed]:
        """`claim_in` for several commands of different ids in one statement, in the order given."""
        rows = [_claim_row(claim) for claim in sorted(claims, key=lambda one: one.command.id)]
        maybe = [row for row in rows if row[0].may_be_new]
        new = await self._claim_new_on(connection, maybe, lease_seconds) if maybe else set()
        by_id = {claim.command.id: claimed_new(claim) for claim, _ in maybe if claim.command.id in new}
        known = [row for row in rows if row[0].command.id not in new]
        if known:
            by_id |= {claimed.id: claimed for claimed in await self._claim_on(connection, known, lease_seconds)}
        return [by_id[claim.command.id] for claim in claims]

    async def _claim(self, rows: Sequence[_ClaimRow], lease_seconds: float) -> list[Claimed]:
        return await self._claim_on(self._database.client, rows, lease_seconds)

    async def _claim_on(self, connection: Connection, rows: Sequence[_ClaimRow], lease_seconds: float) -> list[Claimed]:
        columns = as_arrays([values for _, values in rows], len(CLAIM_COLUMNS))
        rest = (float(lease_seconds), self._holder, ON_ITS_WAY.total_seconds())
        stored = {row["id"]: row for row in await fetch(connection, CLAIM, *columns, *rest)}
        return [
            claimed_from_row(
                stored[claim.command.id], id=claim.command.id, target=claim.state, attempt=claim.command.attempt
            )
            for claim, _ in rows
        ]

    async def _claim_new_on(self, connection: Connection, rows: Sequence[_ClaimRow], lease_seconds: float) -> set[UUID]:
        columns = as_arrays([values for _, values in rows], len(CLAIM_COLUMNS))
        return {row["id"] for row in await fetch(connection, CLAIM_NEW, *columns, float(lease_seconds), self._holder)}

    async def settle(self, settlements: Sequence[Settlement]) -> list[Settled]:
        """Ends attempts that are still ours by their fence, in the order given; audit rows only for those."""
        rows, problems = each_or_problem(sorted(settlements, key=lambda one: one.id), _settle_row)
        results = await settled_apart(rows, lambda part: self._settle_on(self._database.client, part), _refuse_settle)
        by_key = {(row[0].id, row[0].fence): result for row, result in zip(rows, results, strict=True)}
        by_key |= {(one.id, one.fence): Settled(one.id, None, why) for one, why in problems}
        return [by_key[one.id, one.fence] for one in settlements]

    async def settle_in(self, connection: Connection, settlement: Settlement) -> Settled:
        """The same inside the caller's transaction; database errors are raised."""
        return (await self._settle_on(connection, [_settle_row(settlement)]))[0]

    async def _settle_on(self, connection: Connection, rows: Sequence[_SettleRow]) -> list[Settled]:
        columns = as_arrays([values for _, values in rows], len(SETTLE_COLUMNS))
        revisions = {row["id"]: row["revision"] for row in await fetch(connection, SETTLE, *columns)}
        return [Settled(settlement.id, revisions.get(settlement.id)) for settlement, _ in rows]

    async def renew(self, holds: Sequence[tuple[UUID, int]], lease_seconds: float) -> set[UUID]:
        """Extends the leases of (id, fence) from now; returns those that are still ours."""
        columns = as_arrays(sorted(holds), len(RENEW_COLUMNS))
        rows = await again_on_deadlock(lambda: self._database.fetch(RENEW, *columns, float(lease_seconds)))
        return {row["id"] for row in rows}

    async def delivered(self, command_ids: Sequence[UUID]) -> None:
        """Notes when the answers were handed to Discord; the first time counts."""
        await again_on_deadlock(lambda: self._database.fetch(DELIVERED, sorted(set(command_ids))))

    async def accept(
        self,
        command: Command,
        *,
        subject: str | None,
        principal: str,
        idempotency_key: str | None,
        body_hash: bytes,
    ) -> Queued:
        """Inserts the command as `queued`, once for each principal, guild and key.

        The same key with the same body answers with the first command's id and present state (`replayed`). Raises
        KeyReused for another body.
        """
        columns = as_arrays([command_values(command, subject)], len(COMMAND_COLUMNS))
        for _ in range(_ACCEPT_TRIES):
            [row] = await again_on_deadlock(
                lambda: self._database.fetch(ACCEPT, *columns, principal, idempotency_key, body_hash)
            )
            if row["queued_id"] is not None:
                return Queued(command.id, replayed=False, state="queued")
            if row["key_command_id"] is not None:
                if row["body_hash"] != body_hash:
                    raise KeyReused(idempotency_key or "", row["key_command_id"])
                return Queued(row["key_command_id"], replayed=True, state=row["state"] or "queued")
            if row["stored_id"] is not None:
                return Queued(command.id, replayed=True, state=row["state"])
            # Another transaction inserted the key after this statement's snapshot: look again, it is there now.
        raise ModelError("the idempotency key is contended; try again")

    async def record(self, commands: Sequence[Command]) -> None:
        """Inserts `queued` rows for commands that a transport without durability is about to carry.

        Commands that have a row already are left alone.
        """
        rows = [command_values(command, command.subject) for command in sorted(commands, key=lambda one: one.id)]
        columns = as_arrays(rows, len(COMMAND_COLUMNS))
        await again_on_deadlock(lambda: self._database.fetch(RECORD, *columns))

    async def sweep(self, margin_seconds: float, limit: int, *lanes: str) -> list[Command]:
        """Unfinished commands of these lanes whose time passed by the margin, to be published again; oldest id first.

        They are not due again before another margin, so two sweepers never return the same. Without `reply_to`:
        where to answer is in what `claim` returns.
        """
        rows = await self._database.fetch(SWEEP, float(margin_seconds), limit, lanes)
        return [command_from_row(row) for row in rows]

    async def cancel(self, command_id: UUID, *, outcome: Outcome, audit: AuditRecord) -> Settled:
        """Ends a command that nobody runs (queued, awaiting approval, retrying); revision None where it is too late."""
        row = (command_id, json_text(outcome), *audit_values(audit))
        rows = await again_on_deadlock(lambda: self._database.fetch(CANCEL, *as_arrays([row], len(CANCEL_COLUMNS))))
        return Settled(command_id, rows[0]["revision"] if rows else None)

    async def get(self, command_id: UUID) -> CommandRecord | None:
        """The command as stored, or None."""
        rows = await self._database.fetch("SELECT * FROM commands WHERE id = $1", command_id)
        return record_from_row(rows[0]) if rows else None

    async def envelope(self, command_id: UUID) -> Command | None:
        """The command as it was accepted, to be published again, as `sweep` makes it; None where there is none."""
        rows = await self._database.fetch("SELECT * FROM commands WHERE id = $1", command_id)
        return command_from_row(rows[0]) if rows else None

    async def forget_keys(self, before: datetime) -> int:
        """Deletes idempotency keys accepted before that moment; returns how many."""
        [row] = await self._database.fetch(FORGET_KEYS, before)
        return int(row["count"])


def _claim_row(claim: Claim) -> _ClaimRow:
    values = command_values(claim.command, claim.subject)
    target = (claim.state, json_text(claim.outcome), claim.permission_at)
    return claim, (*values, *target, *audit_values(claim.audit))


def _settle_row(one: Settlement) -> _SettleRow:
    values = (
        one.id,
        one.fence,
        one.state,
        one.attempt,
        json_text(one.outcome),
        one.next_attempt_at,
        one.on_its_way_seconds,
    )
    return one, (*values, *audit_values(one.audit))


def _refuse_claim(row: _ClaimRow, why: str) -> Claimed:
    return Claimed(row[0].command.id, "invalid", attempt=row[0].command.attempt, problem=why)


def _refuse_settle(row: _SettleRow, why: str) -> Settled:
    return Settled(row[0].id, None, why)
