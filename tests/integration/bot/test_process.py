"""`python -m bot` on a real RabbitMQ and a real PostgreSQL, with Discord's stand-in."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Command
from bus.rabbitmq import RabbitMQTransport
from bus.senders import check_sender
from bus.topology import load_topology
from models import processes
from models.database import Database
from sandbox.seed import person_id
from tests.integration.bot.running_bot import World, until
from tests.rabbitmq import Vhost

_ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def running(**environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "ignore", "-m", "bot"),
        cwd=_ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
def environ(world: World, rabbitmq_vhost: Vhost, database_url: str) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": world.discord.settings.bot_token,
        "DISCORD_API_URL": world.api,
        "AMQP_URL": rabbitmq_vhost.url("bot"),
        "DATABASE_URL": database_url,
    }


@pytest.mark.alone
async def test_a_slash_command_reaches_the_real_broker_and_a_stop_is_quick(
    world: World, environ: dict[str, str], rabbitmq_vhost: Vhost, database: Database
) -> None:
    topology = load_topology()
    worker = RabbitMQTransport(rabbitmq_vhost.url("worker"), topology, clock=SystemClock(), name="test")
    await worker.start()
    async with running(**environ) as process, worker.consume("commands.interactive", prefetch=1) as commands:
        async with asyncio.timeout(20):
            await until(lambda: bool(world.discord.gateway.live() and world.discord.state.commands.get(0)), 20)
            seen = await world.deferred(await world.use("warn", member=str(person_id("member")), reason="be kind"))
            (delivery,) = await commands.batch(most=1, wait_seconds=0)
            while not (alive := await processes.list_live(database)):  # noqa: ASYNC110 (another process writes it)
                await asyncio.sleep(0.05)
        command = codec.decode(codec.decompress(delivery.body, delivery.content_encoding), Command)
        check_sender(command, delivery.user_id, topology.senders)
        commands.ack(delivery)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        took = time.monotonic() - began
        assert process.stderr is not None
        logged = (await process.stderr.read()).decode()
    await worker.close()
    assert [row["type"] for row in seen["callbacks"]] == [5]
    assert command.type == "moderation.warn"
    assert [row.kind for row in alive] == ["bot"]
    assert await processes.list_live(database) == []
    assert took < 5
    assert command.reply_to is not None
    for secret in (command.reply_to.token, world.discord.settings.bot_token, rabbitmq_vhost.passwords["bot"]):
        assert secret not in logged


async def test_a_stop_while_broker_and_database_are_down_is_quick_too(environ: dict[str, str]) -> None:
    nowhere = {"AMQP_URL": "amqp://bot:secret@127.0.0.1:1/", "DATABASE_URL": "postgresql://app:secret@127.0.0.1:1/none"}
    async with running(**{**environ, **nowhere}) as process:
        assert process.stderr is not None
        logged = ""
        async with asyncio.timeout(20):
            while "127.0.0.1:1" not in logged:
                logged += (await process.stderr.readline()).decode()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 3) == 0
    assert "secret" not in logged


async def test_a_token_that_discord_refuses_ends_the_process_with_the_reason(environ: dict[str, str]) -> None:
    async with running(**{**environ, "DISCORD_TOKEN": "nobody's"}) as process:
        assert process.stderr is not None
        logged = (await asyncio.wait_for(process.stderr.read(), 20)).decode()
        assert await process.wait() == 1
    assert "DISCORD_TOKEN" in logged
    assert "nobody's" not in logged


async def test_missing_settings_are_named_and_the_exit_code_is_2() -> None:
    async with running() as process:
        assert process.stderr is not None
        told = (await asyncio.wait_for(process.stderr.read(), 20)).decode()
        assert await process.wait() == 2
    assert "DISCORD_TOKEN" in told
    assert "AMQP_URL" in told
