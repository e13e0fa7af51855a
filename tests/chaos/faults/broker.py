"""RabbitMQ: nodes that stop, queues that are full, memory that is used up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.platform import Platform

__all__ = ["cluster_restarted", "leader_restarted", "memory_alarm", "node_killed", "node_restarted", "queue_full"]

_POLICY = "chaos-full"
_QUEUES = ("commands.interactive", "commands.bulk")
_ALARMED, _NORMAL = "0.00001", "0.4"


@asynccontextmanager
async def node_restarted(p: Platform) -> AsyncIterator[None]:
    """Any node, in order."""
    async with _without(p, p.dice.randrange(len(p.cluster.nodes)), kill=False):
        yield


@asynccontextmanager
async def node_killed(p: Platform) -> AsyncIterator[None]:
    """Any node, as a power cut."""
    async with _without(p, p.dice.randrange(len(p.cluster.nodes)), kill=True):
        yield


@asynccontextmanager
async def leader_restarted(p: Platform) -> AsyncIterator[None]:
    """The node that leads the work queue's replicas, as a power cut: another must be elected."""
    async with _without(p, await p.cluster.leader_of(_QUEUES[0]), kill=True):
        yield


@asynccontextmanager
async def cluster_restarted(p: Platform) -> AsyncIterator[None]:
    """All three at once."""
    every = range(len(p.cluster.nodes))
    await asyncio.gather(*(p.cluster.stop_node(n) for n in every))
    try:
        yield
    finally:
        await asyncio.gather(*(p.cluster.start_node(n) for n in every))


@asynccontextmanager
async def queue_full(p: Platform) -> AsyncIterator[None]:
    """A work queue takes nothing more: publishes are refused (x-overflow=reject-publish)."""
    pattern = f"^{p.dice.choice(_QUEUES).replace('.', '[.]')}$"
    await p.cluster.ctl("set_policy", _POLICY, pattern, '{"max-length": 0}', "--apply-to", "queues")
    try:
        yield
    finally:
        await p.cluster.ctl("clear_policy", _POLICY)


@asynccontextmanager
async def memory_alarm(p: Platform) -> AsyncIterator[None]:
    """One node says that its memory is used up: the whole cluster takes no publishes."""
    node = p.dice.choice(p.cluster.nodes)
    await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", _ALARMED)
    try:
        yield
    finally:
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", _NORMAL)


@asynccontextmanager
async def _without(p: Platform, n: int, *, kill: bool) -> AsyncIterator[None]:
    await p.cluster.stop_node(n, kill=kill)
    try:
        yield
    finally:
        await p.cluster.start_node(n)
