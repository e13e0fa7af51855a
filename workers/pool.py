"""Receives one lane's commands in micro-batches and keeps few enough of them in hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID

from loguru import logger

from bus.clock import Clock
from bus.errors import InvalidMessage
from bus.senders import Sender
from bus.transport import Consumer, Delivery, Transport
from models.catalogue import Catalogue
from workers.announcements import retry_message
from workers.invalid import invalid_message
from workers.pipeline import Pipeline
from workers.ports import Handler
from workers.publisher import hand_on
from workers.received import parse
from workers.solitude import Solitude, is_suspect
from workers.waits import Waits
from workers.work import Work

__all__ = ["Pool"]

_BATCH = 64
_BATCHES_AT_ONCE = 2


class Pool:
    """One queue's receiver. `run` ends after `stop` was called and what was in hand is done."""

    def __init__(
        self,
        *,
        queue: str,
        prefetch: int,
        transport: Transport,
        pipeline: Pipeline,
        catalogue: Catalogue,
        handlers: Mapping[str, Handler],
        senders: Mapping[str, Sender],
        solitude: Solitude,
        clock: Clock,
        short_level: str,
    ) -> None:
        self._queue = queue
        self._prefetch = prefetch
        self._transport = transport
        self._pipeline = pipeline
        self._catalogue = catalogue
        self._handlers = handlers
        self._senders = senders
        self._solitude = solitude
        solitude.watch(self._idle)
        self._clock = clock
        self._short_level = short_level
        self._works: dict[UUID, Work] = {}
        self._batches = asyncio.Semaphore(_BATCHES_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._consumer: Consumer | None = None
        self._nothing_in_hand = asyncio.Event()
        self._nothing_in_hand.set()
        self._let_go = asyncio.Event()
        self._waits = Waits(clock)

    async def run(self) -> None:
        async with self._transport.consume(self._queue, prefetch=self._prefetch) as consumer:
            self._consumer = consumer
            await self._batches.acquire()
            # What had arrived before a stop is in hand too, until the grace period is over.
            while (batch := await consumer.batch(most=_BATCH, wait_seconds=0)) and not self._let_go.is_set():
                self._waits.note(batch)
                await self._take(consumer, batch)
                # Only now is the next batch taken: while these are busy it grows.
                await self._batches.acquire()
            await self._let_go.wait()

    def longest_wait(self) -> float:
        """How many seconds deliveries waited lately to be taken, and to be claimed where that is still to come."""
        unclaimed = (work.received.delivery for work in self._works.values() if work.claimed is None)
        return max(self._waits.longest(), *(self._waits.of(delivery) for delivery in unclaimed), 0.0)

    async def stop(self, *, grace_seconds: float) -> None:
        """Take nothing new, finish what is in hand within the grace period, then let go of the rest."""
        if self._consumer is not None:
            await self._consumer.stop()
        try:
            async with asyncio.timeout(grace_seconds):
                await self._idle()
        except TimeoutError:
            logger.warning("{} commands of {} are left to others", len(self._works), self._queue)
            self._let_go.set()
            self._pipeline.cancel()
            for task in self._tasks:
                task.cancel("stopping")
        self._let_go.set()

    async def _idle(self) -> None:
        while self._works or self._tasks:
            await self._nothing_in_hand.wait()
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def _take(self, consumer: Consumer, batch: list[Delivery]) -> None:
        together = [delivery for delivery in batch if not is_suspect(delivery)]
        await self._take_together(consumer, together)
        for delivery in batch:
            if is_suspect(delivery):
                await self._take_alone(consumer, delivery)

    async def _take_together(self, consumer: Consumer, batch: list[Delivery]) -> None:
        async with self._solitude.beside:
            received = [await self._receive_in_time(consumer, delivery) for delivery in batch]
            works = [work for work in received if work is not None]
            if not works:
                self._batches.release()
                return
            task = asyncio.create_task(self._pipeline.process(works))
            self._tasks.add(task)
            task.add_done_callback(self._batch_done)

    async def _take_alone(self, consumer: Consumer, delivery: Delivery) -> None:
        async with self._solitude.alone():
            work = await self._receive_in_time(consumer, delivery)
            if work is not None:
                await self._pipeline.process([work])
                await self._nothing_in_hand.wait()

    async def _receive_in_time(self, consumer: Consumer, delivery: Delivery) -> Work | None:
        """Who waited until somebody had been alone may find the pool stopped: the delivery comes again elsewhere."""
        return None if self._let_go.is_set() else await self._receive(consumer, delivery)

    async def _receive(self, consumer: Consumer, delivery: Delivery) -> Work | None:
        try:
            received = parse(delivery, catalogue=self._catalogue, senders=self._senders, now=self._clock.now())
        except InvalidMessage as error:
            logger.warning("A message on {} is invalid: {}", self._queue, error)
            await hand_on(self._transport, consumer, delivery, invalid_message(delivery, str(error)))
            return None
        command = received.command
        present = self._works.get(command.id)
        if present is not None and not present.put_off and command.attempt <= present.command.attempt:
            present.deliveries.append(delivery)
            return None
        if present is not None:
            # The copy for later, which need not be for another attempt, came before this one was settled.
            later = retry_message(command, queue=self._queue, exchange=self._short_level, delay_seconds=1.0)
            await hand_on(self._transport, consumer, delivery, later)
            return None
        work = Work(
            received=received,
            handler=self._handlers[command.type],
            consumer=consumer,
            careful=delivery.redelivered or command.attempt > 1 or command.in_doubt_since is not None,
            deliveries=[delivery],
            on_finished=self._finished,
        )
        self._works[command.id] = work
        self._nothing_in_hand.clear()
        return work

    def _finished(self, work: Work) -> None:
        self._works.pop(work.command.id, None)
        if not self._works:
            self._nothing_in_hand.set()

    def _batch_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._batches.release()
        if not task.cancelled() and task.exception() is not None:
            logger.opt(exception=task.exception()).error("A batch of {} ended with a defect", self._queue)
