"""A RabbitMQ node and a PostgreSQL of the benchmark's own, on 127.0.0.1 and gone afterwards."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import asyncpg

from bench.job import CREATE
from bench.processes import tree_cpu_seconds
from bus.definitions import definitions
from bus.topology import Stream, load_topology
from models import migrate
from models.embedded import EmbeddedPostgres
from scripts.rabbitmq_node import RabbitMQNode

__all__ = ["Servers", "own_servers"]


@dataclass(frozen=True, slots=True)
class Servers:
    """`database_url` is migrated and holds the plain job's table too; `folder` is for logs."""

    node: RabbitMQNode
    passwords: dict[str, str]
    database_url: str
    folder: Path

    def amqp_url(self, user: str) -> str:
        return self.node.amqp_url(user, self.passwords[user])

    def cpu_seconds(self) -> tuple[float, float]:
        """PostgreSQL's and RabbitMQ's so far."""
        postmaster = int((self.folder / "data" / "postgres" / "postmaster.pid").read_text().split()[0])
        assert self.node.pid is not None
        return tree_cpu_seconds(postmaster), tree_cpu_seconds(self.node.pid)

    async def execute(self, sql: str) -> None:
        """Statements without parameters, as the database's owner."""
        await _execute(self.database_url, sql)

    def last_words(self) -> str:
        """The end of PostgreSQL's log: for a run that failed."""
        log = self.folder / "data" / "postgres" / "server.log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else ""

    async def empty(self) -> None:
        """Queues without what a failed run left, and the streams made anew: nobody reads another's messages."""
        topology = load_topology()
        async with await aio_pika.connect(self.amqp_url("operator")) as connection:
            channel = await connection.channel()
            for queue in topology.queues.values():
                if isinstance(queue, Stream):
                    await channel.queue_delete(queue.name)
                    arguments: Any = dict(queue.arguments)
                    stream = await channel.declare_queue(queue.name, durable=True, arguments=arguments)
                    for binding in topology.bindings:
                        if (binding.destination_kind, binding.destination) == ("queue", queue.name):
                            await stream.bind(binding.source, binding.routing_key)
                else:
                    await (await channel.get_queue(queue.name)).purge()
        await _execute(self.database_url, "TRUNCATE projections, streams")


@asynccontextmanager
async def own_servers() -> AsyncIterator[Servers]:
    """Both started with guildbus's topology and schema, and stopped and deleted at the end."""
    folder = _folder()
    topology = load_topology()
    passwords = {user: secrets.token_hex(8) for user in topology.users}
    document = folder / "definitions.json"
    document.touch(mode=0o600)
    document.write_text(json.dumps(definitions(topology, passwords)))
    node = RabbitMQNode(folder / "node", definitions=document)
    postgres = EmbeddedPostgres(folder / "data")
    try:
        _, url = await asyncio.gather(asyncio.to_thread(node.start), postgres.start())
        database_url = urlsplit(url)._replace(path="/bench").geturl()
        await _execute(url, "CREATE DATABASE bench")
        await migrate.upgrade(database_url)
        await _execute(database_url, CREATE)
        yield Servers(node, passwords, database_url, folder)
    finally:
        await asyncio.to_thread(node.stop, kill=True)
        await postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    """One that the ordinary user can enter whom the servers run as."""
    folder = Path(tempfile.mkdtemp(prefix="guildbus-bench-"))
    folder.chmod(0o755)
    return folder


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
