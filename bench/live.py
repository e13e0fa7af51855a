"""`live`: Server-Sent Events of one unmodified web process and of nchan, to clients in processes of their own."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.figures import medians, percentile
from bench.live_clients import Clients, Feed, reading, silent
from bench.live_rows import SILENT, burst_events, nchan_row, silent_row
from bench.nchan import nchan
from bench.ours.guildbus import GUILDS
from bench.processes import Program
from bench.servers import Servers, own_servers
from bench.web_process import web_process
from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Event
from bus.ids import Snowflake, new_id
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from bus.transport import Message
from models import api_keys
from models.database import Database
from models.events import GuildSnapshot, RoleData, make_event
from models.guild_state import apply_event

__all__ = ["measure"]

_GUILD = Snowflake(GUILDS[0])
_STREAMS_PER_KEY = 18
_FILL_EVENTS, _FILL_BYTES = 20, 20_000
_OVERFLOW_EVENTS, _OVERFLOW_BURSTS = 300, 4
_FEW, _MANY, _GENERATIONS = 20, 200, 2
_STEADY_DELIVERIES = 10_000
_PAD_BYTES = 120

Publish = Callable[[Sequence[bytes]], Awaitable[None]]
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class _Server:
    """What serves the streams, and how an event gets to it: RabbitMQ for guildbus, an HTTP request for nchan."""

    program: Program
    feed: Feed
    publish: Publish


async def measure(
    clients: Sequence[int], *, rounds: int, seconds: float, silent_at: int, with_nchan: bool
) -> dict[str, Figures]:
    """Medians by row; `silent_at` is the number of clients beside which others stop reading.

    Raises RuntimeError where events are missing or sessions that read were lost.
    """
    found: dict[str, list[Figures]] = {}
    async with own_servers() as servers:
        keys = await _prepare(servers, max(clients) + _MANY)
        for number_ in range(rounds):
            for count in clients:
                async with _guildbus(servers, keys) as server:
                    of_round = await _guildbus_rows(server, count, seconds, with_silent=count == silent_at)
                if with_nchan:
                    async with _nchan(servers) as server:
                        of_round[nchan_row(count)] = await _row(server, count, seconds)
                for name, figures in of_round.items():
                    found.setdefault(name, []).append(figures)
                    shown = ", ".join(f"{key} {value:,.2f}" for key, value in figures.items())
                    load = os.getloadavg()[0]
                    print(f"round {number_ + 1}, {name} clients (load {load:.1f}): {shown}", file=sys.stderr)
    return {name: medians(figures) for name, figures in found.items()}


async def _row(server: _Server, count: int, seconds: float) -> Figures:
    async with _opened(server, count) as (clients, kilobytes):
        return await _delivered(server, clients, seconds) | {"kb": kilobytes}


async def _guildbus_rows(server: _Server, count: int, seconds: float, *, with_silent: bool) -> dict[str, Figures]:
    async with _opened(server, count) as (clients, kilobytes):
        found = {str(count): await _delivered(server, clients, seconds) | {"kb": kilobytes}}
        if with_silent:
            found[silent_row(count)] = await _beside_silent(server, clients, seconds)
    if with_silent:
        found[silent_row(count)] |= await _resets(server)
    return found


@asynccontextmanager
async def _opened(server: _Server, count: int) -> AsyncIterator[tuple[Clients, float]]:
    """Clients that have had their first events, and by how many KB the server grew for each when they came."""
    async with reading(server.feed, min(_FEW, count)):
        pass  # what the first sessions load stays, and is nobody's share
    before = server.program.resident_bytes()
    async with reading(server.feed, count) as clients:
        kilobytes = (server.program.resident_bytes() - before) / count / 1000
        await _all_arrive(server, clients, 20)  # everybody's code is warm
        yield clients, kilobytes


async def _beside_silent(server: _Server, clients: Clients, seconds: float) -> Figures:
    """The same once others have stopped reading and what they were sent fills every buffer on the way to them."""
    async with silent(server.feed, SILENT):
        await _all_arrive(server, clients, _FILL_EVENTS, _FILL_BYTES)
        return await _delivered(server, clients, seconds)


async def _resets(server: _Server) -> Figures:
    """How many that stopped reading are kept, and what is left of each in the server's memory once it was reset.

    What the server keeps of the events themselves is taken off: it is known from publishing as many without them.
    """
    async with reading(server.feed, _FEW) as clients:
        resident, kept = server.program.resident_bytes, 0
        await _silent_ones_come_and_go(server, clients)  # what the first ones load stays
        before = resident()
        for _ in range(_GENERATIONS):
            await _overflow(server, clients)
        between = resident()
        for _ in range(_GENERATIONS):
            kept += await _silent_ones_come_and_go(server, clients)
        left = resident() - between - (between - before)
        return {"kept": kept, "kb_left": left / (_GENERATIONS * _MANY) / 1000}


async def _silent_ones_come_and_go(server: _Server, clients: Clients) -> int:
    """How many of them were kept."""
    async with silent(server.feed, _MANY) as stopped:
        await _overflow(server, clients)
        return await stopped.kept()


async def _overflow(server: _Server, clients: Clients) -> None:
    """Publish more than may wait for a session, no faster than those take it who read."""
    await _all_arrive(server, clients, _FILL_EVENTS, _FILL_BYTES)
    for _ in range(_OVERFLOW_BURSTS):
        await _all_arrive(server, clients, _OVERFLOW_EVENTS)


async def _delivered(server: _Server, clients: Clients, seconds: float) -> Figures:
    waited = await _steady(server, clients, seconds)
    cpu, events = server.program.cpu_seconds(), burst_events(clients.count)
    started = time.time()
    ended = await _all_arrive(server, clients, events)
    cpu = server.program.cpu_seconds() - cpu
    return {
        "deliveries": events * clients.count / (ended - started),
        "p50": percentile(waited, 50),
        "p99": percentile(waited, 99),
        "cpu": cpu / (events * clients.count) * 10_000,
    }


async def _steady(server: _Server, clients: Clients, seconds: float) -> list[float]:
    """Publish one by one, 10,000 deliveries/s: the times from before each publish to its arrivals, in ms."""
    await clients.forget()
    rate = _STEADY_DELIVERIES / clients.count
    events, started = max(1, round(rate * seconds)), time.perf_counter()
    tasks = []
    for index in range(events):
        await asyncio.sleep(max(0.0, started + index / rate - time.perf_counter()))
        tasks.append(asyncio.ensure_future(server.publish([_event()])))
    await asyncio.gather(*tasks)
    await clients.arrived(events)
    return await clients.waited_ms()


async def _all_arrive(server: _Server, clients: Clients, events: int, pad_bytes: int = _PAD_BYTES) -> float:
    """Publish so many at once; returns when the last came."""
    await clients.forget()
    await server.publish([_event(pad_bytes) for _ in range(events)])
    return await clients.arrived(events)


def _event(pad_bytes: int = _PAD_BYTES) -> bytes:
    """One of about 400 bytes on the wire, with the moment of its publishing."""
    now = SystemClock().now()
    event = Event(
        id=new_id(now),
        type="role.create",
        guild_id=_GUILD,
        timestamp=now,
        data={"bench_at": time.time(), "role": {"id": "5", "name": "x" * pad_bytes}},
        source="bot",
    )
    return codec.encode(event)


@asynccontextmanager
async def _guildbus(servers: Servers, keys: Sequence[str]) -> AsyncIterator[_Server]:
    transport = RabbitMQTransport(servers.amqp_url("worker"), load_topology(), clock=SystemClock(), name="bench")

    async def publish(bodies: Sequence[bytes]) -> None:
        messages = [Message("results", "bot.role.create", body) for body in bodies]
        errors = await transport.publish_all(messages, timeout_seconds=30)
        assert not any(errors), errors

    await transport.start()
    try:
        async with web_process(servers) as (web, port):
            yield _Server(web, Feed(port, f"/api/v1/guilds/{_GUILD}/events", "event: initial", keys), publish)
    finally:
        await transport.close()


@asynccontextmanager
async def _nchan(servers: Servers) -> AsyncIterator[_Server]:
    async with nchan(servers.folder / "nchan") as server:
        yield _Server(server.program, server.feed, server.publish)


async def _prepare(servers: Servers, most: int) -> list[str]:
    """A guild to look at, and as many API keys as so many streams need."""
    database = Database(servers.database_url, max_size=2)
    await database.connect()
    try:
        now = SystemClock().now()
        everyone = RoleData(id=_GUILD, name="@everyone")
        snapshot = GuildSnapshot(name="Harbour Lights", owner_id=Snowflake(1), member_count=3, roles=[everyone])
        async with database.transaction() as connection:
            event = make_event(snapshot, id=new_id(now), guild_id=_GUILD, timestamp=now, source="bot")
            await apply_event(connection, event)
        keys = []
        for _ in range(2 * (most // _STREAMS_PER_KEY // 2 + 1)):
            scopes = ("events:read", "commands:read", "audit:read")
            _, key = await api_keys.create(database, name="bench", scopes=scopes, created_by="bench")
            keys.append(key.reveal())
        return keys
    finally:
        await database.close()
