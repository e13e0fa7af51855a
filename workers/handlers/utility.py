"""Commands that only look."""

from __future__ import annotations

from models.outcome import Outcome
from workers.failures import PermanentFailure
from workers.ports import Call

__all__ = ["ping", "server_info"]


def ping(call: Call) -> Outcome:
    waited = call.ports.clock.now() - call.command.issued_at
    milliseconds = max(0, round(waited.total_seconds() * 1000))
    return Outcome(f"Pong! It took {milliseconds} ms to reach a worker.", data={"waited_ms": milliseconds})


async def server_info(call: Call) -> Outcome:
    summary = await call.ports.guilds.summary(call.guild_id)
    if summary is None:
        raise PermanentFailure("This server is not known to the platform yet.", code="guild_unknown")
    return Outcome(
        f"**{summary['name']}** has {summary['member_count']} members, {summary['roles']} roles and "
        f"{summary['channels']} channels. Its owner is <@{summary['owner_id']}>.",
        data=summary,
    )
