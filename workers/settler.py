"""Settles attempts in micro-batches, publishes what follows, then acknowledges: in this order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
from loguru import logger

from bus.clock import Clock
from bus.transport import Message, Transport
from models.ledger_types import Settled, Settlement
from models.outcome import Outcome
from models.state_event import state_event
from workers.announcements import end_messages, retry_message
from workers.endings import Ending
from workers.leases import Leases
from workers.publisher import Parcel, publish_parcels
from workers.rows import settlement
from workers.steps import Observe
from workers.until_done import UntilDone
from workers.work import Work

__all__ = ["Settler", "deliver"]

_MOST = 64
_BATCHES_AT_ONCE = 2
_UNSTORABLE = Outcome("It ended, but its outcome held text that cannot be stored.", code="unstorable_outcome")

Settle = Callable[[Sequence[Settlement]], Awaitable[list[Settled]]]


@dataclass(frozen=True, slots=True, eq=False)
class _Ended:
    work: Work
    ending: Ending


class Settler:
    """`put` an ended attempt; `run` settles what came together in one statement."""

    def __init__(
        self,
        *,
        transport: Transport,
        settle: Settle,
        leases: Leases,
        until_done: UntilDone,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self._transport = transport
        self._settle = settle
        self._leases = leases
        self._until_done = until_done
        self._clock = clock
        self._observe = observe
        self._ended: asyncio.Queue[_Ended] = asyncio.Queue()
        self._settling = asyncio.Semaphore(_BATCHES_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, work: Work, ending: Ending) -> None:
        self._ended.put_nowait(_Ended(work, ending))

    async def run(self) -> None:
        """Settle for ever, what has ended at once; while two batches are being settled, the next one grows.

        What a batch publishes afterwards does not hold up the next one's rows.
        """
        while True:
            await self._settling.acquire()
            batch = [await self._ended.get()]
            await asyncio.sleep(0)  # what ends in the same turn of the loop is settled with it
            while len(batch) < _MOST and not self._ended.empty():
                batch.append(self._ended.get_nowait())
            task = asyncio.create_task(self._finish(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish_settled(self, work: Work, ending: Ending, settled: Settled) -> None:
        """Publish and acknowledge what its own transaction has settled."""
        await self._conclude([_Ended(work, ending)], [settled])

    async def _finish(self, batch: list[_Ended]) -> None:
        try:
            await self._publish_copies(batch)
            told, settled = await self._settle_until_done(batch)
        finally:
            self._settling.release()
        await self._conclude(told, settled)

    async def _conclude(self, batch: Sequence[_Ended], settled: Sequence[Settled]) -> None:
        revisions = {answer.id: answer.revision for answer in settled}
        works, parcels = [], []
        for ended in batch:
            work = ended.work
            if work.hold is not None:
                self._leases.release(work.hold)
            revision = revisions.get(work.command.id)
            if revision is None:
                logger.warning("{} {} was taken over; this result is dropped", work.command.type, work.command.id)
                work.acknowledge()
                continue
            self._observe("settled", work.command.id)
            works.append(work)
            parcels.append(Parcel(self._messages(ended, revision)))
        await deliver(self._transport, works, parcels, self._observe)

    async def _publish_copies(self, batch: Sequence[_Ended]) -> None:
        """The ladder's copies go out before the row says `retrying`: a crash between leaves one more delivery,
        which is recognised, and never one too few."""
        copies = []
        for ended in batch:
            retry, work = ended.ending.retry, ended.work
            if retry is None or retry.level is None:
                continue
            since, tried_at = work.in_doubt_since, work.last_tried_at
            if ended.ending.ambiguous:
                since, tried_at = since or work.begun_at, self._clock.now()
            copy = msgspec.structs.replace(
                work.command, attempt=retry.attempt, in_doubt_since=since, last_tried_at=tried_at
            )
            work.put_off = True
            copies.append(
                Parcel(
                    [
                        retry_message(
                            copy, queue=work.queue, exchange=retry.level.name, delay_seconds=retry.delay_seconds
                        )
                    ]
                )
            )
        await publish_parcels(self._transport, copies)

    async def _settle_until_done(self, batch: Sequence[_Ended]) -> tuple[Sequence[_Ended], Sequence[Settled]]:
        """The effects have happened: the rows are written as soon as the database is there again.

        While it is not, the leases run out and others may take over; the fence then refuses these rows. An outcome
        that PostgreSQL cannot hold is replaced by words that say so: the state is what counts.
        """
        answers = await self._settled(batch)
        problems = {answer.id: answer.problem for answer in answers if answer.problem}
        if not problems:
            return batch, answers
        for id_, problem in problems.items():
            logger.error("The outcome of {} cannot be stored: {}", id_, problem)
        # What cannot be stored cannot be published either.
        told = [_storable(ended) if ended.work.command.id in problems else ended for ended in batch]
        again = await self._settled([ended for ended in told if ended.work.command.id in problems])
        return told, [*(answer for answer in answers if answer.id not in problems), *again]

    async def _settled(self, batch: Sequence[_Ended]) -> list[Settled]:
        async def settle() -> list[Settled]:
            now = self._clock.now()
            return await self._settle([settlement(ended.work, ended.ending, now=now) for ended in batch])

        return await self._until_done(f"Settling {len(batch)} commands", settle)

    def _messages(self, ended: _Ended, revision: int) -> list[Message]:
        work, ending, now = ended.work, ended.ending, self._clock.now()
        if ending.retry is None:
            return end_messages(
                work.command,
                state=ending.state,
                revision=revision,
                attempt=work.attempt,
                audience=work.spec.audience,
                subject=work.received.subject,
                outcome=ending.outcome,
                queue=work.queue,
                now=now,
            )
        event = state_event(
            work.command,
            state=ending.state,
            revision=revision,
            attempt=work.attempt,
            audience=work.spec.audience,
            subject=work.received.subject,
            now=now,
            outcome=ending.outcome,
            next_attempt_at=now + timedelta(seconds=ending.retry.delay_seconds),
        )
        return [event]


def _storable(ended: _Ended) -> _Ended:
    return _Ended(ended.work, replace(ended.ending, outcome=_UNSTORABLE))


async def deliver(transport: Transport, works: Sequence[Work], parcels: Sequence[Parcel], observe: Observe) -> None:
    """Publish each work's parcel, then acknowledge it; what stays unconfirmed is given back to the broker."""
    await publish_parcels(transport, parcels)
    for work, parcel in zip(works, parcels, strict=True):
        if parcel.confirmed:
            observe("published", work.command.id)
            work.acknowledge()
        else:
            work.give_back()
