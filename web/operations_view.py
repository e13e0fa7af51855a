"""What the operators' page and API show of the running platform."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from bus.errors import BusError
from bus.ids import Snowflake
from bus.queue_load import QueueLoad, read_load
from bus.topology import QuorumQueue
from bus.transport import Depth
from models import control, processes, throughput
from models.control import Scope
from models.throughput import Minute
from web.parts import Parts

__all__ = ["PlatformView", "ProcessView", "QueueView", "SwitchView", "platform_view"]

_LOAD_KEPT_SECONDS = 1.0


class ProcessView(msgspec.Struct, frozen=True, kw_only=True):
    """A process with a fresh heartbeat; `obeys` is the control version that it has read, `details` its own words."""

    id: UUID
    kind: str
    host: str
    pid: int
    version: str
    shard: int | None
    started_at: datetime
    heartbeat_at: datetime
    obeys: int
    details: dict[str, Any]


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """A work queue: messages that wait for a consumer, and the consumers there are; `load` is null where the
    management API tells nothing of it."""

    name: str
    ready: int
    consumers: int
    load: QueueLoad | None


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is switched off."""

    scope: Scope
    guild_id: Snowflake | None
    command: str | None
    reason: str
    by: str


class PlatformView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything at once; `queues` is null where the broker does not answer, and `broker_trouble` says why;
    `rates_trouble` why queues have no `load`."""

    processes: list[ProcessView]
    queues: list[QueueView] | None
    broker_trouble: str
    rates_trouble: str
    minutes: list[Minute]
    unfinished: dict[str, int]
    switches: list[SwitchView]
    control_version: int


async def platform_view(parts: Parts) -> PlatformView:
    found = await control.switches(parts.database)
    load = await parts.kept.get("load", _LOAD_KEPT_SECONDS, lambda: _load(parts))
    return PlatformView(
        processes=[
            ProcessView(
                id=one.id,
                kind=one.kind,
                host=one.host,
                pid=one.pid,
                version=one.version,
                shard=one.shard,
                started_at=one.started_at,
                heartbeat_at=one.heartbeat_at,
                obeys=one.control_version,
                details=dict(one.details),
            )
            for one in await processes.list_live(parts.database)
        ],
        queues=load.queues,
        broker_trouble=load.broker_trouble,
        rates_trouble=load.rates_trouble,
        minutes=load.minutes,
        unfinished=load.unfinished,
        switches=[
            SwitchView(
                scope=one.scope,
                guild_id=Snowflake(one.guild_id) if one.guild_id else None,
                command=one.command_type or None,
                reason=one.reason,
                by=one.by,
            )
            for one in found.off.values()
        ],
        control_version=found.version,
    )


@dataclass(frozen=True, slots=True)
class _Load:
    queues: list[QueueView] | None
    broker_trouble: str
    rates_trouble: str
    minutes: list[Minute]
    unfinished: dict[str, int]


async def _load(parts: Parts) -> _Load:
    names = [queue.name for queue in parts.topology.queues.values() if isinstance(queue, QuorumQueue)]
    (depths, broker_trouble), (loads, rates_trouble) = await asyncio.gather(
        _depths(parts, names), _queue_loads(parts, names)
    )
    queues = [
        QueueView(name=name, ready=depth.ready, consumers=depth.consumers, load=loads.get(name))
        for name, depth in (depths or {}).items()
    ]
    minutes, unfinished = await throughput.by_minute(parts.database), await throughput.waiting_now(parts.database)
    return _Load(None if depths is None else queues, broker_trouble, rates_trouble, minutes, unfinished)


async def _depths(parts: Parts, names: list[str]) -> tuple[Mapping[str, Depth] | None, str]:
    try:
        return await parts.transport.depths(names), ""
    except BusError as error:
        return None, str(error)


async def _queue_loads(parts: Parts, names: list[str]) -> tuple[Mapping[str, QueueLoad], str]:
    settings = parts.settings
    if not settings.management_api_url:
        return {}, "RabbitMQ's management API tells them: set AMQP_MANAGEMENT_URL to where it is."
    try:
        return await read_load(settings.management_api_url, settings.amqp_url, names), ""
    except BusError as error:
        return {}, f"{str(error)[:1].upper()}{str(error)[1:]}."
