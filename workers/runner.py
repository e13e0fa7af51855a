"""Runs one handler: within its time limit, looked up first where an earlier attempt may have had its effect."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from loguru import logger

from bus.retry import Level
from models.errors import DatabaseUnavailable
from models.outcome import Outcome
from models.spec import OUTSIDE, Effect
from models.sqlstate import is_database_trouble
from workers.discord.rest import CALL_SECONDS
from workers.endings import Ending, ending_of_error, may_be_on_its_way, must_stay_in_doubt, success
from workers.failures import AttemptFailed, PermanentFailure, TakenOver
from workers.leased import leased
from workers.ports import Call, Ports
from workers.steps import Observe
from workers.work import Work

__all__ = ["DRY_RUN", "Runner"]

DRY_RUN = Outcome("This was a dry run: the command is valid and permitted, and nothing was done.", code="dry_run")


class Runner:
    """Turns a work into an ending; raises TakenOver where nothing may be written any more."""

    def __init__(self, *, ports: Ports, ladder: Sequence[Level], max_attempts: int, observe: Observe) -> None:
        self._ports = ports
        self._observe = observe
        self._ladder = ladder
        self._max_attempts = max_attempts

    async def call(self, work: Work, *, connection: Any = None) -> Outcome:
        """The handler itself, within its time limit. Raises whatever it raises, and DatabaseUnavailable for the
        database's own troubles: nothing was written then, and trying again can help."""
        try:
            answer = work.handler.run(Call(work.command, work.options, self._ports_of(work), connection))
            if not isinstance(answer, Outcome):
                async with asyncio.timeout(work.spec.time_limit_seconds):
                    answer = await answer
        except Exception as error:
            # Handlers read through Tortoise's models too, which say it in the driver's words.
            if is_database_trouble(error):
                raise DatabaseUnavailable(f"PostgreSQL: {str(error) or type(error).__name__}") from error
            raise
        self._observe("effected", work.command.id)
        return answer

    async def attempt(self, work: Work) -> Ending:
        """One attempt of a held command that has an effect outside, or none at all."""
        doubt = self._doubt(work)
        if doubt is not None:
            return Ending("in_doubt", doubt)
        if work.error is not None:
            return self.ending_of(work, work.error)
        if work.command.dry_run and work.spec.effect in OUTSIDE:
            return success(DRY_RUN)
        try:
            if work.spec.effect is Effect.RECONCILE and work.in_doubt_since is not None:
                found = await self._look(work)
                if isinstance(found, Ending):
                    return found
            return success(await self.call(work))
        except TakenOver:
            raise
        except Exception as error:
            return self.ending_of(work, error)

    def _ports_of(self, work: Work) -> Ports:
        """No external call is begun with less of the lease left than it may take."""
        hold = work.hold
        if hold is None or work.spec.effect not in OUTSIDE:
            return self._ports
        return leased(self._ports, lambda: hold.require(CALL_SECONDS, self._ports.clock))

    def ending_of(self, work: Work, error: Exception) -> Ending:
        """What the error makes of the command; unforeseen ones are logged with their trace."""
        if not isinstance(error, AttemptFailed | TimeoutError | DatabaseUnavailable):
            logger.opt(exception=error).error("{} {} failed unforeseen", work.command.type, work.command.id)
        return ending_of_error(
            error,
            effect=work.spec.effect,
            doubtful=work.in_doubt_since is not None,
            attempt=work.attempt,
            max_attempts=self._max_attempts,
            ladder=self._ladder,
            jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
        )

    def exhausted(self, work: Work) -> bool:
        """Whether lost workers alone have used the attempts up: what it does kills them."""
        return work.attempt > self._max_attempts

    def _doubt(self, work: Work) -> Outcome | None:
        claimed = work.claimed
        if claimed is None:
            return None
        return must_stay_in_doubt(
            work.spec.effect,
            takeover=claimed.takeover,
            in_doubt_since=work.in_doubt_since,
            now=self._ports.clock.now(),
        )

    async def _look(self, work: Work) -> Ending | None:
        """What an earlier attempt did, or None where it did nothing. Raises Wait where it may yet do it."""
        look, asked_at = work.handler.look, self._ports.clock.now()
        if look is None:
            raise ValueError(f"{work.spec.type} is reconciled, but its handler cannot look")
        try:
            async with asyncio.timeout(work.spec.time_limit_seconds):
                found = await look(Call(work.command, work.options, self._ports))
        except PermanentFailure as failure:
            message = f"It can't be looked up whether an earlier attempt did it. {failure}"
            return Ending("in_doubt", Outcome(message, code=failure.code))
        if found is not None:
            return success(found)
        wait = may_be_on_its_way(work.last_tried_at, now=asked_at)
        if wait is not None:
            raise wait
        return None
