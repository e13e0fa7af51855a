"""Bans, kicks and timeouts: one Discord call each, safe to repeat or looked up before a repeat."""

from __future__ import annotations

from datetime import timedelta

from models.outcome import Outcome
from workers.failures import AttemptFailed, PermanentFailure
from workers.handlers.audit_log import own_entries
from workers.handlers.members import require_member
from workers.ports import Call

__all__ = ["ban", "kick", "look_for_kick", "time_out", "unban"]

_UNKNOWN_MEMBER = "discord_10007"
_AUDIT_MEMBER_KICK = 20  # Discord's reference, "Audit Log Events"


async def ban(call: Call) -> Outcome:
    options, discord = call.options, call.ports.discord
    before = await discord.is_banned(call.guild_id, options.member)
    await discord.ban(
        call.guild_id, options.member, delete_seconds=options.delete_days * 86_400, reason=call.audit_reason
    )
    return Outcome(f"<@{options.member}> is banned.", before={"banned": before}, after={"banned": True})


async def unban(call: Call) -> Outcome:
    member, discord = call.options.member, call.ports.discord
    before = await discord.is_banned(call.guild_id, member)
    if before:
        await discord.unban(call.guild_id, member, reason=call.audit_reason)
    return Outcome(f"<@{member}> is not banned.", before={"banned": before}, after={"banned": False})


async def time_out(call: Call) -> Outcome:
    """Ends at the moment of issue plus the minutes, so that a late attempt does not lengthen it."""
    member, discord = call.options.member, call.ports.discord
    until = call.command.issued_at + timedelta(minutes=call.options.minutes)
    known = await require_member(call, member)
    await discord.time_out(call.guild_id, member, until=until, reason=call.audit_reason)
    return Outcome(
        f"<@{member}> is timed out until <t:{int(until.timestamp())}:f>.",
        before={"timed_out_until": known.get("communication_disabled_until")},
        after={"timed_out_until": until.isoformat()},
    )


async def kick(call: Call) -> Outcome:
    await require_member(call, call.options.member)
    try:
        await call.ports.discord.kick(call.guild_id, call.options.member, reason=call.audit_reason)
    except PermanentFailure as failure:
        # aiohttp sends a DELETE once more by itself where a kept connection ended without an answer: gone by our own
        # hand, perhaps (its ClientSession._request, `retry_persistent_connection`).
        found = await _look_after(call) if failure.code == _UNKNOWN_MEMBER else None
        if found is None:
            raise
        return found
    return _kicked(call)


async def _look_after(call: Call) -> Outcome | None:
    """Where it cannot be looked up now, our own kick may have happened all the same."""
    try:
        return await look_for_kick(call)
    except AttemptFailed as failure:
        failure.ambiguous = True
        raise


async def look_for_kick(call: Call) -> Outcome | None:
    return _kicked(call) if await own_entries(call, action=_AUDIT_MEMBER_KICK) else None


def _kicked(call: Call) -> Outcome:
    return Outcome(f"<@{call.options.member}> was kicked.", before={"member": True}, after={"member": False})
