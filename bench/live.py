"""`live`: Server-Sent Events of one unmodified web process, to clients in processes of their own."""

from __future__ import annotations

import asyncio
import json
import math
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bench.figures import medians, percentile
from bench.ours.guildbus import GUILDS
from bench.processes import ROOT, Program
from bench.servers import Servers, own_servers
from bench.table import number
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

__all__ = ["HEAD", "measure", "rows"]

HEAD = ("clients", "deliveries/s", "p50 ms", "p99 ms", "KB a client", "web CPU s per 10,000 deliveries")
_GUILD = Snowflake(GUILDS[0])
_STREAMS_PER_KEY = 18
_CLIENT_PROCESSES = 2
_BURST_DELIVERIES = 200_000
_BURST_EVENTS = (50, 800)  # a session may have 1,000 frames waiting before it counts as too slow
_STEADY_DELIVERIES = 10_000
_PAD = "x" * 120
_READY_SECONDS = 60.0
_ARRIVE_SECONDS = 60.0


async def measure(clients: Sequence[int], *, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Medians by number of clients. Raises RuntimeError where events are missing or sessions were lost."""
    found: dict[str, list[dict[str, float]]] = {str(count): [] for count in clients}
    async with own_servers() as servers:
        keys = await _prepare(servers, max(clients))
        for round_number in range(rounds):
            for count in clients:
                async with _web(servers) as (web, port):
                    figures = await _one(servers, web, port, count, keys, seconds)
                found[str(count)].append(figures)
                shown = ", ".join(f"{name} {value:,.2f}" for name, value in figures.items())
                load = os.getloadavg()[0]
                print(f"round {round_number + 1}, {count} clients (load {load:.1f}): {shown}", file=sys.stderr)
    return {name: medians(figures) for name, figures in found.items()}


def rows(results: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    names = ("deliveries", "p50", "p99", "kb", "cpu")
    return [
        [f"{int(clients):,}", *(number(figures.get(name, math.nan)) for name in names)]
        for clients, figures in results.items()
    ]


async def _one(
    servers: Servers, web: Program, port: int, count: int, keys: Sequence[str], seconds: float
) -> dict[str, float]:
    transport = RabbitMQTransport(servers.amqp_url("worker"), load_topology(), clock=SystemClock(), name="bench")
    await transport.start()
    try:
        async with _clients(port, min(20, count), keys):
            pass  # what the first sessions load stays, and is nobody's share
        before = web.resident_bytes()
        async with _clients(port, count, keys) as clients:
            kilobytes = (web.resident_bytes() - before) / count / 1000
            steady = _STEADY_DELIVERIES / count
            await _burst(transport, 20)  # everybody's code is warm
            await _arrived(clients, 20 * count)
            report = await _steady(transport, clients, count, steady, seconds)
            waited = [wait for one in report for wait in one["waited_ms"]]
            cpu, events = web.cpu_seconds(), _burst_events(count)
            await _all(clients, "reset")
            started = time.time()
            await _burst(transport, events)
            ended = await _arrived(clients, events * count)
            cpu = web.cpu_seconds() - cpu
        return {
            "deliveries": events * count / (ended - started),
            "p50": percentile(waited, 50),
            "p99": percentile(waited, 99),
            "kb": kilobytes,
            "cpu": cpu / (events * count) * 10_000,
        }
    finally:
        await transport.close()


def _burst_events(count: int) -> int:
    least, most = _BURST_EVENTS
    return max(least, min(most, _BURST_DELIVERIES // count))


async def _steady(
    transport: RabbitMQTransport, clients: Sequence[Any], count: int, rate: float, seconds: float
) -> list[dict[str, Any]]:
    """Publish one by one at a rate."""
    await _all(clients, "reset")
    events, started = max(1, round(rate * seconds)), time.perf_counter()
    tasks = []
    for index in range(events):
        await asyncio.sleep(max(0.0, started + index / rate - time.perf_counter()))
        tasks.append(asyncio.ensure_future(transport.publish(_message())))
    await asyncio.gather(*tasks)
    await _arrived(clients, events * count)
    return [json.loads(answer) for answer in await _all(clients, "report")]


async def _burst(transport: RabbitMQTransport, events: int) -> None:
    errors = await transport.publish_all([_message() for _ in range(events)], timeout_seconds=30)
    assert not any(errors), errors


def _message() -> Message:
    """An event of about 400 bytes on the wire, with the moment of its publishing."""
    now = SystemClock().now()
    event = Event(
        id=new_id(now),
        type="role.create",
        guild_id=_GUILD,
        timestamp=now,
        data={"bench_at": time.time(), "role": {"id": "5", "name": _PAD}},
        source="bot",
    )
    return Message("results", "bot.role.create", codec.encode(event))


async def _arrived(clients: Sequence[Any], expected: int) -> float:
    """Wait until all of it has come; returns when the last came. Asks rarely: asking costs the clients time."""
    deadline = time.monotonic() + _ARRIVE_SECONDS
    while True:
        await asyncio.sleep(0.25)
        reports = [json.loads(answer) for answer in await _all(clients, "report")]
        if any(report["lost"] for report in reports):
            raise RuntimeError(f"{sum(report['lost'] for report in reports)} sessions were closed")
        events = sum(report["events"] for report in reports)
        if events >= expected:
            return max(float(report["last_at"]) for report in reports)
        if time.monotonic() > deadline:
            raise RuntimeError(f"{events} of {expected} deliveries came in {_ARRIVE_SECONDS:.0f} s")


async def _all(clients: Sequence[Any], line: str) -> list[bytes]:
    for client in clients:
        client.stdin.write(f"{line}\n".encode())
    return [await asyncio.wait_for(client.stdout.readline(), 30) for client in clients]


@asynccontextmanager
async def _clients(port: int, count: int, keys: Sequence[str]) -> AsyncIterator[list[Any]]:
    """Client processes with all sessions open, `initial` received."""
    share = [count // _CLIENT_PROCESSES + (n < count % _CLIENT_PROCESSES) for n in range(_CLIENT_PROCESSES)]
    processes = []
    try:
        for index, one in enumerate(share):
            own = keys[index::_CLIENT_PROCESSES]
            processes.append(
                await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "bench.ours.sse_clients", str(port), str(_GUILD), str(one)),
                    cwd=ROOT,
                    env={**os.environ, "PYTHONPATH": str(ROOT), "SSE_KEYS": ",".join(own)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    limit=2**26,
                )
            )
        for process in processes:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), _READY_SECONDS)
            if line.strip() != b"ready":
                raise RuntimeError("the clients could not open their sessions")
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


@asynccontextmanager
async def _web(servers: Servers) -> AsyncIterator[tuple[Program, int]]:
    """`python -m web` as anybody starts it, ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {
        "AMQP_URL": servers.amqp_url("web"),
        "DATABASE_URL": servers.database_url,
        "DISCORD_APPLICATION_ID": "1",
        "DISCORD_CLIENT_SECRET": "none",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
        # All of it comes from one address.
        "RATE_PER_ADDRESS": "0",
        "RATE_PER_KEY": "0",
    }
    log = servers.folder / "web.log"
    web = Program((sys.executable, "-m", "web"), environ, log)
    try:
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(_READY_SECONDS):
            while not await _ready(client, port):
                if not web.running:
                    raise RuntimeError(f"the web process ended: {log.read_text()[-2000:]}")
                await asyncio.sleep(0.1)
        yield web, port
    finally:
        await web.stop()


async def _ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


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
