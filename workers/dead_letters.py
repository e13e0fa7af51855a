"""The reader of the queue `dead-letters`: each becomes a row for the inbox, and a command's state where it died."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import msgspec
from loguru import logger

from bus import codec
from bus.clock import Clock
from bus.envelopes import Command
from bus.errors import InvalidMessage
from bus.ids import derived_id, id_time, new_id
from bus.transport import Consumer, Delivery, Transport
from models.dead_letters import DeadLetter
from workers.deaths import broker_death
from workers.invalid import excerpt_of
from workers.until_done import UntilDone

__all__ = ["DeadLetterReader", "dead_letter_of"]

Store = Callable[[DeadLetter], Awaitable[None]]
SecondChance = Callable[[Delivery], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class _Why:
    reason: str
    code: str
    queue: str


def dead_letter_of(delivery: Delivery, clock: Clock) -> DeadLetter:
    """The row for a delivery: of ours, with the reason in its headers, or of the broker's own making.

    A command's letter has an id derived from the command and its attempt, so that it is filed once however often
    it arrives. What can't be read as a command is filed by what is left of it.
    """
    why = _why(delivery)
    try:
        command = codec.decode(codec.decompress(delivery.body, delivery.content_encoding), Command)
        died_at = id_time(command.id)
    except (InvalidMessage, ValueError):
        return DeadLetter(
            id=new_id(clock.now()),
            guild_id=None,
            command_id=None,
            reason=why.reason,
            code=why.code,
            queue=why.queue,
            first_at=clock.now(),
            raw_excerpt=excerpt_of(delivery),
        )
    return DeadLetter(
        id=derived_id(died_at, "dead-letter", command.id),
        guild_id=command.guild_id,
        command_id=command.id,
        type=command.type,
        reason=why.reason,
        code=why.code,
        queue=why.queue,
        actor_kind=command.actor.kind,
        actor_id=command.actor.id,
        first_at=clock.now(),
        body=codec.to_builtins(msgspec.structs.replace(command, reply_to=None, grant=None)),
    )


def _why(delivery: Delivery) -> _Why:
    headers = delivery.headers
    reason = headers.get("guildbus-reason")
    if reason is not None:
        code, queue = headers.get("guildbus-code", "failed"), headers.get("guildbus-queue", delivery.queue)
        return _Why(_plain(reason), _plain(code), _plain(queue))
    broker, origin = broker_death(delivery) or ("unknown", delivery.queue)
    words = {
        "delivery_limit": "It was delivered too often without being acknowledged: what it does may kill its worker.",
        "rejected": "A worker rejected it.",
        "expired": "It waited longer than its queue allows.",
        "maxlen": "Its queue was full.",
    }
    return _Why(words.get(broker, f"The broker set it aside ({broker})."), broker, origin)


def _plain(header: object) -> str:
    """A header as text that can be stored: a letter that cannot would hold up all that come after it."""
    return str(header).replace("\x00", "␀").encode("utf-8", "replace").decode()[:1000]


class DeadLetterReader:
    """Files letters until stopped; a letter is acknowledged once its row is committed.

    `second_chance` is asked first: it returns True for a command that goes on instead of being filed.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        store: Store,
        second_chance: SecondChance,
        until_done: UntilDone,
        clock: Clock,
    ) -> None:
        self._transport = transport
        self._store = store
        self._second_chance = second_chance
        self._until_done = until_done
        self._clock = clock
        self._consumer: Consumer | None = None

    async def run(self) -> None:
        async with self._transport.consume("dead-letters", prefetch=64) as consumer:
            self._consumer = consumer
            while batch := await consumer.batch(most=32, wait_seconds=0.05):
                for delivery in batch:
                    await self._until_done("A dead letter", partial(self._handle, delivery))
                    consumer.ack(delivery)

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    async def _handle(self, delivery: Delivery) -> None:
        if await self._second_chance(delivery):
            return
        letter = dead_letter_of(delivery, self._clock)
        await self._store(letter)
        logger.warning("Dead letter {} from {}: {}", letter.id, letter.queue, letter.reason)
