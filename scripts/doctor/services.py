"""Checks of what the platform talks to: the broker and its topology, the database, Discord, the platform itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import httpx

from bus import topology_apply
from bus.errors import BusError
from bus.topology import Topology
from models import migrate
from models.database_url import parse_database_url, shown_address
from models.errors import ModelError
from scripts.doctor.finding import Finding
from scripts.reach import BrokerAdmin
from scripts.shown import shown_address as shown_host

__all__ = ["check_broker", "check_database", "check_discord", "check_platform", "skew_finding"]

_TIMEOUT_SECONDS = 10.0
_SKEW_SECONDS = 2.0


async def check_broker(broker: BrokerAdmin | None, topology: Topology) -> list[Finding]:
    """Reachability first, then drift."""
    if broker is None:
        return [Finding("broker", "skipped", "in the platform's memory; set AMQP_URL to look at a real one")]
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            changes = await topology_apply.plan(broker.amqp_url, topology, management_url=broker.management_url)
    except (BusError, TimeoutError) as error:
        said = str(error) or f"no answer in {_TIMEOUT_SECONDS:.0f} s"
        return [Finding("broker", "wrong", f"{broker.shown}: {said}", "Start it, or correct AMQP_URL.")]
    reached = Finding("broker", "ok", broker.shown)
    drift = [change for change in changes if change.kind != "unverified"]
    if drift:
        told = "; ".join(map(str, drift[:5])) + ("; …" if len(drift) > 5 else "")
        return [reached, Finding("topology", "wrong", told, "See `guildbus topology plan`, then `topology apply`.")]
    unverified = "; ".join(str(change) for change in changes)
    return [reached, Finding("topology", "ok", f"as in topology.yaml{f' ({unverified})' if unverified else ''}")]


async def check_database(url: str) -> list[Finding]:
    """Reachability, migrations, and whether its clock agrees with ours: leases go by the database's."""
    shown = shown_address(url)
    try:
        connection = await asyncpg.connect(**parse_database_url(url), timeout=_TIMEOUT_SECONDS)
    except (OSError, asyncpg.PostgresError, ModelError, TimeoutError) as error:
        said = str(error) or type(error).__name__
        return [Finding("database", "wrong", f"{shown}: {said}", "Start it, or correct DATABASE_URL.")]
    try:
        version = await connection.fetchval("SHOW server_version")
        theirs: datetime = await connection.fetchval("SELECT clock_timestamp()")
        ours = datetime.now(UTC)
    finally:
        await connection.close()
    found = [Finding("database", "ok", f"PostgreSQL {version} at {shown}"), skew_finding(ours, theirs)]
    status = await migrate.status(url)
    if status.pending:
        told = f"to be applied: {', '.join(status.pending)}"
        return [*found, Finding("migrations", "wrong", told, "Run `guildbus db upgrade`.")]
    return [*found, Finding("migrations", "ok", f"{len(status.applied)} applied")]


def skew_finding(ours: datetime, theirs: datetime) -> Finding:
    skew = (ours - theirs).total_seconds()
    if abs(skew) <= _SKEW_SECONDS:
        return Finding("clock", "ok", f"within {_SKEW_SECONDS:.0f} s of the database's")
    direction = "ahead of" if skew > 0 else "behind"
    told = f"this machine is {abs(skew):.0f} s {direction} the database's clock"
    return Finding("clock", "wrong", told, "Keep both on network time: leases and expiry go by the clock.")


async def check_discord(api_url: str, token: str | None) -> Finding:
    if token is None:
        return Finding("Discord", "skipped", "the sandbox; set DISCORD_TOKEN to look at the real one")
    shown = shown_host(api_url)
    return await _asked(
        lambda client: client.get(f"{api_url.rstrip('/')}/users/@me", headers={"Authorization": f"Bot {token}"}),
        lambda answer: _discord_finding(answer, shown),
        Finding("Discord", "wrong", f"no answer from {shown}", "Check the network, or DISCORD_API_URL."),
    )


def _discord_finding(answer: httpx.Response, shown: str) -> Finding:
    if answer.status_code == httpx.codes.OK:
        return Finding("Discord", "ok", f"{shown}, as {answer.json().get('username', 'a bot')}")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return Finding("Discord", "wrong", f"{shown} refuses the token", "Copy the bot's token anew to DISCORD_TOKEN.")
    return Finding("Discord", "wrong", f"{shown} answers {answer.status_code}", "Try again later.")


async def check_platform(address: str) -> Finding:
    """What a running platform says of itself."""
    if not address:
        return Finding("platform", "skipped", "not running")
    return await _asked(
        lambda client: client.get(f"{address}/readyz"),
        lambda answer: (
            Finding("platform", "ok", f"ready at {address}")
            if answer.status_code == httpx.codes.OK
            else Finding("platform", "wrong", f"not ready: {answer.text[:300]}", "See its log.")
        ),
        Finding("platform", "wrong", f"no answer from {address}", "See its log, and start it again."),
    )


async def _asked(
    ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]],
    judge: Callable[[httpx.Response], Finding],
    silent: Finding,
) -> Finding:
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        try:
            return judge(await ask(client))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return silent
