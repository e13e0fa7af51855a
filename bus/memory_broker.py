"""A broker in memory, for the embedded platform and for tests: the same rules as RabbitMQ's, no durability."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus._declarations import Binding, Queue, QuorumQueue
from bus._memory_queue import DeadReason, MemoryQueue, Stored
from bus._memory_stream import MemoryStream
from bus._routing import Router
from bus.clock import Clock
from bus.codec import compress
from bus.errors import BusError, PublishRefused, Unroutable
from bus.topology import Topology
from bus.transport import Message

__all__ = ["MemoryBroker"]


class MemoryBroker:
    """Shared by the transports of one process; its messages outlive them.

    Used from one event loop at a time. Full queues refuse, unknown exchanges and unbound keys are unroutable.
    """

    def __init__(self, topology: Topology, clock: Clock) -> None:
        self.topology = topology
        self.clock = clock
        self._router = Router(topology.exchanges, topology.bindings)
        self._queues: dict[str, MemoryQueue] = {}
        self._streams: dict[str, MemoryStream] = {}
        self._listeners: dict[str, Callable[[bytes], None]] = {}
        self._channels = 0
        for queue in topology.queues.values():
            self._declare(queue)

    def queue(self, name: str) -> MemoryQueue:
        """Raises KeyError where there is no such work queue."""
        return self._queues[name]

    def stream(self, name: str) -> MemoryStream:
        """Raises KeyError where there is no such stream."""
        return self._streams[name]

    def new_channel(self) -> int:
        """A number for a consumer's channel, never used before."""
        self._channels += 1
        return self._channels

    def publish(self, message: Message, user: str) -> BusError | None:
        """Route one message. The answer is what a publisher's confirm would say; None is confirmed.

        A full queue refuses the publish as a whole, while the queues that have room keep the message: RabbitMQ
        does the same.
        """
        try:
            targets = self._route(message.exchange, message.routing_key)
        except KeyError:
            return Unroutable(f"exchange {message.exchange!r} does not exist; run `guildbus topology apply`")
        if not targets:
            return Unroutable(f"no queue takes {message.routing_key!r} from exchange {message.exchange!r}")
        body, encoding = compress(message.body)
        stored = Stored(
            body,
            message.exchange,
            message.routing_key,
            dict(message.headers),
            encoding,
            user,
            self.clock.now(),
            message.expiration_ms,
        )
        full = self._store(stored, targets)
        return PublishRefused(f"queue {full!r} is full") if full else None

    def bind_listener(self, exchange: str, take: Callable[[bytes], None]) -> Callable[[], None]:
        """An exclusive queue of one process. Returns what unbinds it. Raises KeyError for an unknown exchange."""
        name = f"listener.{self.new_channel()}"
        binding = Binding(exchange, "queue", name, "")
        self._router.bind(binding)
        self._listeners[name] = take

        def unbind() -> None:
            self._router.unbind(binding)
            del self._listeners[name]

        return unbind

    def expire_due(self) -> None:
        """Look at the clock now: for tests that move a clock of their own."""
        for queue in self._queues.values():
            queue.expire()

    def _declare(self, queue: Queue) -> None:
        if isinstance(queue, QuorumQueue):
            self._queues[queue.name] = MemoryQueue(queue, self.clock, self._bury)
        else:
            self._streams[queue.name] = MemoryStream(queue, self.clock)

    def _route(self, exchange: str, routing_key: str) -> tuple[str, ...]:
        if exchange == "":
            return (routing_key,) if routing_key in self._queues or routing_key in self._streams else ()
        return self._router.route(exchange, routing_key)

    def _store(self, stored: Stored, targets: tuple[str, ...]) -> str | None:
        """The name of a queue that was full, or None. Queues with room take the message in any case."""
        full = None
        shared = len(targets) > 1
        for name in targets:
            queue = self._queues.get(name)
            if queue is not None:
                if queue.full:
                    full = name
                else:
                    queue.put(_copy(stored) if shared else stored)
            elif (stream := self._streams.get(name)) is not None:
                stream.append(stored.body, stored.exchange, stored.routing_key, stored.content_encoding, stored.user_id)
            else:
                self._listeners[name](stored.body)
        return full

    def _bury(self, stored: Stored, reason: DeadReason, queue: QuorumQueue) -> None:
        if queue.dead_letter_exchange is None:
            return
        headers = {
            "x-first-death-reason": reason,
            "x-first-death-queue": queue.name,
            "x-first-death-exchange": stored.exchange,
            **stored.headers,
        }
        dead = _copy(stored)
        dead.exchange, dead.headers, dead.expiration_ms = queue.dead_letter_exchange, headers, None
        targets = self._route(queue.dead_letter_exchange, stored.routing_key)
        # In the next turn of the loop: a queue in the middle of serving must not be entered again.
        asyncio.get_running_loop().call_soon(self._store, dead, targets)


def _copy(stored: Stored) -> Stored:
    return Stored(
        stored.body,
        stored.exchange,
        stored.routing_key,
        stored.headers,
        stored.content_encoding,
        stored.user_id,
        stored.timestamp,
        stored.expiration_ms,
    )
