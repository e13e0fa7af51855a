"""Commands whose effect is rows of ours: the handler's writes and the ledger's in one transaction."""

from __future__ import annotations

from bus.clock import Clock
from models.database import Database
from models.ledger import Ledger
from models.ledger_types import Claim, Claimed, Settled
from workers.endings import Ending, success
from workers.failures import TakenOver
from workers.rows import claim_finished, settlement
from workers.runner import DRY_RUN, Runner
from workers.work import Work

__all__ = ["Transactions"]


class _RolledBack(Exception):
    """Leaves the transaction without its writes."""


class Transactions:
    """Two shapes: claim and finish at once (first deliveries), or finish what is already held."""

    def __init__(self, *, database: Database, ledger: Ledger, runner: Runner, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._runner = runner
        self._clock = clock

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
