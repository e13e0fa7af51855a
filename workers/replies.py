"""Answers to slash commands: the deferred answer is edited; past its 15 minutes it is said elsewhere (X4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from loguru import logger

from bus import codec
from bus.clock import Clock
from bus.envelopes import Reply
from bus.errors import InvalidMessage
from bus.ids import derived_id
from bus.retry import Level, decide
from bus.transport import Consumer, Delivery, Message, Transport
from workers.failures import AttemptFailed, PermanentFailure, Wait, failure_of
from workers.invalid import invalid_message
from workers.nonces import nonce_of
from workers.ports import Discord
from workers.publisher import hand_on
from workers.until_done import UntilDone

__all__ = ["TOKEN_LIFE", "Replies", "late_text", "token_is_alive", "undeliverable"]

TOKEN_LIFE = timedelta(minutes=15)
_MARGIN = timedelta(seconds=5)
_AT_ONCE = 32
# The bot defers and publishes at the same time, and Discord takes the deferral for 3 s: until then a worker's answer
# can come first (Discord's reference, "Interaction Callback"; a margin for clocks).
_DEFERRED_WITHIN = timedelta(seconds=4)
# Discord's reference, "JSON Error Codes": the interaction, its webhook or its message is gone.
_ACKNOWLEDGED = "discord_40060"
_GONE = frozenset(("discord_10015", "discord_10062", "discord_10008", "discord_50027"))

Delivered = Callable[[Sequence[UUID]], Awaitable[None]]


def token_is_alive(reply: Reply, now: datetime) -> bool:
    """Whether the deferred answer can still be edited (Discord: 15 minutes from the interaction)."""
    return reply.to.token is not None and now < reply.issued_at + TOKEN_LIFE - _MARGIN


def late_text(reply: Reply) -> str:
    """The answer as it is said elsewhere: to whom, and that it is late."""
    who = f"<@{reply.user_id}> " if reply.user_id is not None else ""
    when = f"<t:{int(reply.issued_at.timestamp())}:t>"
    return f"{who}(late answer to your command from {when}) {reply.content}"[:2000]


def undeliverable(reply: Reply, reason: str, code: str) -> Message:
    """An answer that Discord never took, for the inbox: without its token."""
    body = {
        "command_id": str(reply.command_id),
        "guild_id": None if reply.guild_id is None else str(int(reply.guild_id)),
        "content": reply.content,
    }
    return Message(
        "dead",
        "replies",
        codec.encode(body),
        headers={
            "guildbus-reason": f"The answer could not be delivered: {reason}"[:500],
            "guildbus-code": code,
            "guildbus-state": "undelivered",
            "guildbus-queue": "replies",
        },
    )


class Replies:
    """The reader of the queue `replies`."""

    def __init__(
        self,
        *,
        transport: Transport,
        discord: Discord,
        delivered: Delivered,
        until_done: UntilDone,
        clock: Clock,
        ladder: Sequence[Level],
        max_attempts: int,
    ) -> None:
        self._transport = transport
        self._discord = discord
        self._delivered = delivered
        self._until_done = until_done
        self._clock = clock
        self._ladder = ladder
        self._max_attempts = max_attempts
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._consumer: Consumer | None = None

    async def run(self) -> None:
        async with self._transport.consume("replies", prefetch=2 * _AT_ONCE) as consumer:
            self._consumer = consumer
            while batch := await consumer.batch(most=_AT_ONCE, wait_seconds=0.0):
                for delivery in batch:
                    await self._slots.acquire()
                    task = asyncio.create_task(self._handle(consumer, delivery))
                    self._tasks.add(task)
                    task.add_done_callback(self._done)
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def stop(self, *, grace_seconds: float) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in self._tasks:
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()
        if not task.cancelled() and task.exception() is not None:
            logger.opt(exception=task.exception()).error("A reply ended with a defect")

    async def _handle(self, consumer: Consumer, delivery: Delivery) -> None:
        try:
            reply = codec.decode(codec.decompress(delivery.body, delivery.content_encoding), Reply)
        except InvalidMessage as error:
            await hand_on(self._transport, consumer, delivery, invalid_message(delivery, str(error)))
            return
        try:
            await self._say(reply)
        except AttemptFailed as failure:
            await self._fail(consumer, delivery, reply, failure)
            return
        except Exception as error:
            # A defect of ours, or a value that nobody foresaw: the delivery must not stay in hand for ever.
            logger.opt(exception=error).error("The answer to command {} failed unforeseen", reply.command_id)
            await hand_on(
                self._transport, consumer, delivery, undeliverable(reply, "It could not be said.", "internal_error")
            )
            return
        # It was said: while the database is away the note of it waits, and the delivery with it.
        await self._until_done("The note of a reply", lambda: self._delivered([reply.command_id]))
        consumer.ack(delivery)

    async def _say(self, reply: Reply) -> None:
        """Raises AttemptFailed where it could not be said now."""
        token, application_id = reply.to.token, reply.to.application_id
        if token is not None and application_id is not None and token_is_alive(reply, self._clock.now()):
            try:
                await self._discord.edit_reply(application_id, token, text=reply.content)
            except PermanentFailure as failure:
                if failure.code == _ACKNOWLEDGED:
                    return
                if failure.code not in _GONE:
                    raise
                if self._clock.now() < reply.issued_at + _DEFERRED_WITHIN:
                    words = "There is nothing to edit yet: the interaction may still be deferred."
                    raise Wait(words, retry_after_seconds=0.5, code="not_deferred") from failure
            else:
                return
        await self._say_elsewhere(reply)

    async def _say_elsewhere(self, reply: Reply) -> None:
        """In the channel, or in a direct message where the answer was for one person or the channel is closed."""
        # Of its own: under the command's, Discord would take the answer for the message that the command posted.
        nonce = nonce_of(derived_id(reply.issued_at, "late answer", reply.command_id))
        text = late_text(reply)
        if reply.to.channel_id is not None and not reply.to.ephemeral:
            try:
                await self._discord.post_message(reply.to.channel_id, text=text, nonce=nonce)
            except PermanentFailure:
                if reply.user_id is None:
                    raise
            else:
                return
        if reply.user_id is None:
            raise PermanentFailure("there is nobody to answer", code="no_addressee")
        await self._discord.direct_message(reply.user_id, text=text, nonce=nonce)

    async def _fail(self, consumer: Consumer, delivery: Delivery, reply: Reply, error: AttemptFailed) -> None:
        failure, _ = failure_of(error)
        decision = decide(
            failure, attempt=reply.attempt, max_attempts=self._max_attempts, ladder=self._ladder, jitter=0.5
        )
        if decision.level is None:
            logger.error("The answer to command {} could not be delivered: {}", reply.command_id, failure.reason)
            await hand_on(self._transport, consumer, delivery, undeliverable(reply, failure.reason, failure.code))
            return
        copy = msgspec.structs.replace(reply, attempt=decision.attempt)
        body = Message(
            decision.level.name,
            "replies",
            codec.encode(copy),
            expiration_ms=max(1, round(decision.delay_seconds * 1000)),
        )
        await hand_on(self._transport, consumer, delivery, body)
