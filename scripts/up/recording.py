"""A broker in memory forgets: commands are written to the ledger before they are published to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from bus import codec
from bus.envelopes import Command
from bus.errors import BrokerUnavailable, BusError, InvalidMessage
from bus.transport import Consumer, Depth, Message, StreamEntry, StreamOffset, Transport
from models.errors import ModelError

__all__ = ["RecordingTransport"]

_COMMANDS = "commands"

Record = Callable[[Sequence[Command]], Awaitable[None]]


class RecordingTransport:
    """`inner`, with `record` (the ledger's: rows that exist stay as they are) called first for every command.

    What was queued when the process ended is then found and published again by the workers' sweeper.
    """

    def __init__(self, inner: Transport, record: Record) -> None:
        self._inner = inner
        self._record = record

    @property
    def user(self) -> str:
        return self._inner.user

    @property
    def connected(self) -> bool:
        return self._inner.connected

    async def start(self) -> None:
        await self._inner.start()

    async def close(self) -> None:
        await self._inner.close()

    async def publish(self, message: Message, *, timeout_seconds: float = 10.0) -> None:
        (error,) = await self.publish_all([message], timeout_seconds=timeout_seconds)
        if error is not None:
            raise error

    async def publish_all(self, messages: Sequence[Message], *, timeout_seconds: float = 10.0) -> list[BusError | None]:
        commands = [command for message in messages if (command := _command_in(message)) is not None]
        if commands:
            try:
                await self._record(commands)
            except ModelError as error:
                # Not recorded is not accepted: whoever publishes says so, or tries again.
                return [BrokerUnavailable(f"the embedded broker could not record it: {error}") for _ in messages]
        return await self._inner.publish_all(messages, timeout_seconds=timeout_seconds)

    def consume(self, queue: str, *, prefetch: int) -> AbstractAsyncContextManager[Consumer]:
        return self._inner.consume(queue, prefetch=prefetch)

    def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        return self._inner.follow(stream, offset=offset, prefetch=prefetch)

    async def stream_ends(self, stream: str) -> tuple[int, int] | None:
        return await self._inner.stream_ends(stream)

    async def depths(self, queues: Sequence[str]) -> Mapping[str, Depth]:
        return await self._inner.depths(queues)

    def listen(self, exchange: str) -> AsyncIterator[bytes]:
        return self._inner.listen(exchange)


def _command_in(message: Message) -> Command | None:
    """What cannot be read is not recorded: a worker gives it to the dead letters."""
    if message.exchange != _COMMANDS:
        return None
    try:
        return codec.decode(message.body, Command)
    except InvalidMessage:
        return None
