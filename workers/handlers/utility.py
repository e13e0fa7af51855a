"""Commands that only look."""

from __future__ import annotations

from models.outcome import FollowUp, Outcome
from workers.failures import PermanentFailure
from workers.ports import Call

__all__ = ["broadcast", "ping", "server_info"]


async def ping(call: Call) -> Outcome:
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


async def broadcast(call: Call) -> Outcome:
    """The parent of one announcement a guild; a guild without an announcement channel is left out and counted."""
    targets = await call.ports.guilds.announcement_targets()
    children = [
        FollowUp(
            type="messages.announce",
            guild_id=guild_id,
            lane="bulk",
            options={"channel": str(int(channel_id)), "text": call.options.text},
        )
        for guild_id, channel_id in targets
    ]
    return Outcome(
        f"The announcement goes to {len(children)} servers.", data={"children": len(children)}, follow_ups=children
    )
