"""What RabbitMQ's management API tells of queues over the last minutes: rates, and how many messages waited.

AMQP itself tells the present depth only. https://www.rabbitmq.com/docs/management#http-api
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from bus._rabbitmq_management import get_list, open_api, vhost_in_paths

__all__ = ["QueueLoad", "per_second", "read_load", "vhost_in_paths"]

_TIMEOUT_SECONDS = 2.0
_MINUTES = 5
_STEP_SECONDS = 10
_RATE_SECONDS = 60.0
_QUERY = urlencode(
    {
        f"{kind}_{what}": seconds
        for kind in ("msg_rates", "lengths")
        for what, seconds in (("age", _MINUTES * 60), ("incr", _STEP_SECONDS))
    }
)

Sample = tuple[int, float]
"""A counter's value, and when (Unix milliseconds)."""


class QueueLoad(msgspec.Struct, frozen=True, kw_only=True):
    """Messages a second over the last minute, in and out; `waiting` are depths of the last five, each ten seconds, the
    oldest first."""

    published_per_second: float
    delivered_per_second: float
    waiting: list[int]


async def read_load(management_url: str, amqp_url: str, names: Collection[str]) -> dict[str, QueueLoad]:
    """By queue. The user and virtual host are those of the AMQP URL. Raises AccessRefused or BrokerUnavailable."""
    async with open_api(management_url, amqp_url, timeout_seconds=_TIMEOUT_SECONDS) as (client, vhost):
        listed = await get_list(client, f"/api/queues/{vhost}?{_QUERY}")
    return {queue["name"]: _load(queue) for queue in listed if queue["name"] in names}


def per_second(samples: Sequence[Sample]) -> float:
    """How fast a counter rose over the last minute, from samples with the newest first; 0 where there are too few."""
    if len(samples) < 2:
        return 0.0
    value, at = samples[0]
    before, since = next((one for one in samples[1:] if at - one[1] >= _RATE_SECONDS * 1000), samples[-1])
    # A counter that fell began anew: its queue was declared again.
    return max(0.0, (value - before) * 1000 / (at - since)) if at > since else 0.0


def _load(queue: dict[str, Any]) -> QueueLoad:
    counters = queue.get("message_stats", {})
    return QueueLoad(
        published_per_second=per_second(_samples(counters.get("publish_details"))),
        delivered_per_second=per_second(_samples(counters.get("deliver_get_details"))),
        waiting=[value for value, _ in reversed(_samples(queue.get("messages_ready_details")))],
    )


def _samples(details: dict[str, Any] | None) -> list[Sample]:
    return [(one["sample"], one["timestamp"]) for one in (details or {}).get("samples", ())]
