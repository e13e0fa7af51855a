"""Why, and in which queue, the broker set a message aside: what its headers say, with the ladder left out."""

from __future__ import annotations

from collections.abc import Mapping

from bus.transport import Delivery

__all__ = ["broker_death"]

_RUNGS = "retry."


def broker_death(delivery: Delivery) -> tuple[str, str] | None:
    """(reason, queue) of the last death, or None where no broker set it aside.

    Waiting on a rung of the ladder ends with a death too (`expired`), and the headers x-first-death-* keep to the
    first one for ever. x-death lists them all, the latest first; where it is missing, a message that has been on the
    ladder can only have died of its deliveries: a rung leads back to a work queue, and from there nothing else does.
    """
    headers = delivery.headers
    deaths = headers.get("x-death")
    if isinstance(deaths, list):
        for death in deaths:
            if isinstance(death, Mapping) and not str(death.get("queue", "")).startswith(_RUNGS):
                return str(death.get("reason", "unknown")), str(death.get("queue", ""))
    if "x-first-death-reason" not in headers:
        return None
    queue = str(headers.get("x-first-death-queue", ""))
    if queue.startswith(_RUNGS):
        return "delivery_limit", delivery.routing_key
    return str(headers["x-first-death-reason"]), queue
