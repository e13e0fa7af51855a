"""Faults, rate limits and the gateway, on demand."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.calls import body_of, reply
from sandbox.control.problem import Problem
from sandbox.faults import Fault
from sandbox.gateway.ready import announce
from sandbox.rest.routes import ROUTES
from sandbox.world import World

__all__ = ["SINK_ROUTE", "add_fault", "clear_faults", "gateway_action", "gateway_report", "list_faults",
           "remove_fault", "reset", "set_limits"]  # fmt: skip

SINK_ROUTE = "POST /sandbox/webhook-sink/{name}"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NAMES = {route.name for route in ROUTES} | {"*", SINK_ROUTE} | {f"{method} *" for method in _METHODS}


class GatewayAction(Struct, kw_only=True, forbid_unknown_fields=True):
    action: Literal["drop", "reconnect", "invalidate", "close"]
    code: int = 4000
    resumable: bool = True


class LimitChange(Struct, kw_only=True, forbid_unknown_fields=True):
    global_per_second: int | None = None
    route: str | None = None
    limit: int | None = None
    """With `route`: requests per `per_seconds`; null takes the route's own again."""
    per_seconds: float = 1.0


async def add_fault(world: World, request: Request) -> Response:
    fault = await body_of(request, Fault)
    if fault.route not in _NAMES:
        raise Problem(400, "unknown_route", f"No route {fault.route!r}: `METHOD /template`, `METHOD *` or `*`.")
    if not 0.0 <= fault.probability <= 1.0 or not 400 <= fault.status <= 599 or fault.latency_ms > 120_000:
        raise Problem(400, "bad_fault", "probability is 0 to 1, status 400 to 599, latency_ms at most 120000.")
    world.faults.add(fault)
    world.feed.publish("faults", world.faults.all())
    return reply({"id": fault.id}, 201)


async def list_faults(world: World, request: Request) -> Response:
    del request
    return reply(world.faults.all())


async def remove_fault(world: World, request: Request) -> Response:
    if not world.faults.remove(request.path_params["fault_id"]):
        raise Problem(404, "unknown_fault", "There is no such fault.")
    world.feed.publish("faults", world.faults.all())
    return Response(status_code=204)


async def clear_faults(world: World, request: Request) -> Response:
    del request
    world.faults.clear()
    world.feed.publish("faults", [])
    return Response(status_code=204)


async def set_limits(world: World, request: Request) -> Response:
    change = await body_of(request, LimitChange)
    if change.global_per_second is not None:
        world.limits.global_per_second = change.global_per_second
    if change.route is not None:
        if change.route not in {route.name for route in ROUTES}:
            raise Problem(400, "unknown_route", f"No route {change.route!r}.")
        if change.limit is None:
            world.bucket_limits.pop(change.route, None)
        else:
            world.bucket_limits[change.route] = (change.limit, change.per_seconds)
    world.limits.clear()
    return reply({"global_per_second": world.limits.global_per_second, "buckets": world.bucket_limits})


async def gateway_action(world: World, request: Request) -> Response:
    wanted = await body_of(request, GatewayAction)
    if wanted.action == "close" and not (1000 <= wanted.code <= 1015 or 3000 <= wanted.code <= 4999):
        raise Problem(400, "bad_code", "Close codes are 1000 to 1015 and 3000 to 4999.")
    touched = world.gateway.act(wanted.action, code=wanted.code, resumable=wanted.resumable)
    return reply({"connections": touched})


async def gateway_report(world: World, request: Request) -> Response:
    del request
    return reply(world.gateway.report())


async def reset(world: World, request: Request) -> Response:
    del request
    world.reset()
    for guild in world.state.guilds.values():
        announce(world, guild)
    return Response(status_code=204)
