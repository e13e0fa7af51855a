"""Commands whose effect is rows of ours: the handler's writes and the ledger's in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from loguru import logger

from bus.clock import Clock
from models.database import Database
from models.errors import DatabaseUnavailable
from models.ledger import Ledger
from models.ledger_types import Claim, Claimed, Settled
from workers.endings import Ending, success
from workers.failures import TakenOver
from workers.rows import claim_finished, settlement
from workers.runner import DRY_RUN, Runner
from workers.work import Work

__all__ = ["Transactions"]

_TOGETHER_SECONDS = 2.0


class _RolledBack(Exception):
    """Leaves the transaction without its writes."""


class _OneFailed(Exception):
    """A handler raised: the transaction is left without anybody's writes, and `work` out of the next one."""

    def __init__(self, work: Work) -> None:
        super().__init__(work.command.type)
        self.work = work


class Transactions:
    """Claim and finish at once (first deliveries: several together or one alone), or finish what is already held."""

    def __init__(self, *, database: Database, ledger: Ledger, runner: Runner, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._runner = runner
        self._clock = clock

    async def claim_and_run_together(
        self, works: Sequence[Work]
    ) -> tuple[list[tuple[Work, Claim, Claimed]], list[Work]]:
        """All handlers one after the other, and all claims, in one transaction: one commit instead of many.

        Returns what was done, and whoever is to be done by himself, for whom nothing was written: nobody's failure
        undoes what his neighbours do, and nobody's waiting holds them up for longer than 2 s. Those before and those
        after one that fails share a transaction each: no handler runs here more than once in vain.
        """
        # Those that write the same rows meet in the same order in every batch.
        ordered = sorted(works, key=lambda work: (work.command.guild_id or 0, work.received.subject or ""))
        done: list[tuple[Work, Claim, Claimed]] = []
        alone = [work for work in ordered if work.command.dry_run]
        groups = [[work for work in ordered if not work.command.dry_run]]
        while groups:
            group = groups.pop()
            if len(group) < 2:
                alone += group
                continue
            try:
                done += await self._share(group)
            except _OneFailed as failed:
                at = group.index(failed.work)
                alone.append(failed.work)
                groups += [group[at + 1 :], group[:at]]
            except Exception as error:
                logger.debug("{} commands are done singly: {}", len(group), error)
                alone += group
        return done, alone

    async def _share(self, works: Sequence[Work]) -> list[tuple[Work, Claim, Claimed]]:
        """Raises _OneFailed for a handler's error, and whatever else stood against all of them."""
        claims: list[Claim] = []
        async with asyncio.timeout(_TOGETHER_SECONDS), self._database.transaction() as connection:
            for work in works:
                try:
                    outcome = await self._runner.call(work, connection=connection)
                except DatabaseUnavailable:
                    raise
                except Exception as error:
                    raise _OneFailed(work) from error
                claims.append(claim_finished(work, outcome, now=self._clock.now()))
            claimed = await self._ledger.claim_all_in(connection, claims)
            if any(answer.verdict != "fresh" for answer in claimed):
                raise _RolledBack
        return list(zip(works, claims, claimed, strict=True))

    async def claim_and_run(self, work: Work) -> tuple[Claim, Claimed]:
        """Run, then claim as finished: the claim's verdict decides whether anything was written.

        Raises what the handler raised; then nothing was written, the claim neither.
        """
        try:
            async with self._database.transaction() as connection:
                outcome = await self._runner.call(work, connection=connection)
                claim = claim_finished(work, outcome, now=self._clock.now())
                if work.command.dry_run:
                    raise _RolledBack
                claimed = await self._ledger.claim_in(connection, claim)
                if claimed.verdict != "fresh":
                    raise _RolledBack
        except _RolledBack:
            if work.command.dry_run:
                claim = claim_finished(work, DRY_RUN, now=self._clock.now())
                (claimed,) = await self._ledger.claim([claim], 0.0)
            elif claimed.verdict == "superseded":
                # Its end was rolled back with the handler's writes: it must stand all the same.
                (claimed,) = await self._ledger.claim([claim], 0.0)
        return claim, claimed

    async def run_held(self, work: Work) -> tuple[Ending, Settled | None]:
        """Run under the work's hold and settle in the same transaction; None where a dry run is still to settle.

        Raises TakenOver where the fence was no longer ours: nothing was written then.
        """
        try:
            async with self._database.transaction() as connection:
                ending = success(await self._runner.call(work, connection=connection))
                if work.command.dry_run:
                    raise _RolledBack
                settled = await self._ledger.settle_in(connection, settlement(work, ending, now=self._clock.now()))
                if settled.revision is None:
                    raise TakenOver("another worker took the command over")
        except _RolledBack:
            return success(DRY_RUN), None
        return ending, settled
