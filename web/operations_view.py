"""What the operators' page and API show of the running platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from bus.errors import BusError
from bus.ids import Snowflake
from bus.topology import QuorumQueue
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
    """A work queue: messages that wait for a consumer, and the consumers there are."""

    name: str
    ready: int
    consumers: int


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is switched off."""

    scope: Scope
    guild_id: Snowflake | None
    command: str | None
    reason: str
    by: str


class PlatformView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything at once; `queues` is null where the broker does not answer, and `broker_trouble` says why."""

    processes: list[ProcessView]
    queues: list[QueueView] | None
    broker_trouble: str
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
    minutes: list[Minute]
    unfinished: dict[str, int]


async def _load(parts: Parts) -> _Load:
    queues, trouble = await _queues(parts)
    minutes, unfinished = await throughput.by_minute(parts.database), await throughput.waiting_now(parts.database)
    return _Load(queues, trouble, minutes, unfinished)


async def _queues(parts: Parts) -> tuple[list[QueueView] | None, str]:
    names = [queue.name for queue in parts.topology.queues.values() if isinstance(queue, QuorumQueue)]
    try:
        depths = await parts.transport.depths(names)
    except BusError as error:
        return None, str(error)
    return [QueueView(name=name, ready=depth.ready, consumers=depth.consumers) for name, depth in depths.items()], ""
