"""The job that everybody does: a command of 200 bytes, one idempotent audit row committed, acknowledged after it.

Needs the standard library only: the peers import it in their own environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

__all__ = [
    "CREATE", "INSERT", "INSERT_PSYCOPG", "amqp_url", "command", "database_url", "due", "main_sender", "row_of",
    "send_async", "send_sync",
]  # fmt: skip

COMMAND_BYTES = 200
CREATE = """
CREATE TABLE bench_audit (
    id uuid PRIMARY KEY,
    issued_at timestamptz NOT NULL,
    done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    body text NOT NULL
)"""
INSERT = "INSERT INTO bench_audit (id, issued_at, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
INSERT_PSYCOPG = "INSERT INTO bench_audit (id, issued_at, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
WINDOW = 500
_TICK_SECONDS = 0.002


def amqp_url() -> str:
    return os.environ["BENCH_AMQP_URL"]


def database_url() -> str:
    return os.environ["BENCH_DATABASE_URL"]


def command() -> str:
    """A new command, as text of 200 bytes, with the moment of its issue."""
    bare = json.dumps({"id": str(uuid4()), "issued_at": time.time(), "text": ""})
    return f'{bare[:-2]}{"x" * (COMMAND_BYTES - len(bare))}"}}'


def row_of(text: str | bytes) -> tuple[UUID, datetime, str]:
    """The audit row of a command."""
    read = json.loads(text)
    return UUID(read["id"]), datetime.fromtimestamp(read["issued_at"], UTC), read["text"]


def due(count: int, rate: float, elapsed: float, sent: int) -> int:
    """How many of `count` are to be sent now at `rate` a second; a window of them where the rate is 0."""
    if rate <= 0:
        return min(WINDOW, count - sent)
    return max(0, min(count, int(elapsed * rate) + 1) - sent)


def _portions(count: int, rate: float, started: float) -> Iterator[int]:
    sent = 0
    while sent < count:
        now = due(count, rate, time.perf_counter() - started, sent)
        sent += now
        yield now


def send_sync(send: Callable[[str], object], count: int, rate: float) -> float:
    """Send one after the other; returns the seconds that it took."""
    started = time.perf_counter()
    for portion in _portions(count, rate, started):
        if not portion:
            time.sleep(_TICK_SECONDS)
        for _ in range(portion):
            send(command())
    return time.perf_counter() - started


async def send_async(
    send_all: Callable[[Sequence[str]], Awaitable[object]],
    count: int,
    rate: float,
    make: Callable[[], str] = command,
) -> float:
    """Send in windows of 500 in flight, or at a rate without waiting for the one before; returns the seconds."""
    started = time.perf_counter()
    tasks: set[asyncio.Future[object]] = set()
    for portion in _portions(count, rate, started):
        if rate > 0 and not portion:
            await asyncio.sleep(_TICK_SECONDS)
            continue
        commands = [make() for _ in range(portion)]
        if rate <= 0:
            await send_all(commands)
            continue
        sending = asyncio.ensure_future(send_all(commands))
        tasks.add(sending)
        sending.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    return time.perf_counter() - started


def main_sender(run: Callable[[int, float], float]) -> None:
    """`… send COUNT RATE`: prints how it went as one line of JSON."""
    count, rate = int(sys.argv[2]), float(sys.argv[3])
    print(json.dumps({"sent": count, "seconds": run(count, rate)}), flush=True)
