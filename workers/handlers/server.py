"""Roles and channels."""

from __future__ import annotations

from models.outcome import Outcome
from workers.handlers.audit_log import own_entries
from workers.handlers.members import require_member
from workers.ports import Call

__all__ = ["add_role", "create_channel", "look_for_channel", "remove_role"]

_AUDIT_CHANNEL_CREATE = 10  # Discord's reference, "Audit Log Events"


async def add_role(call: Call) -> Outcome:
    member, role, held = await _target(call)
    await call.ports.discord.add_role(call.guild_id, member, role, reason=call.audit_reason)
    return Outcome(f"<@{member}> has <@&{role}>.", before=_holding(role, held), after=_holding(role, True))


async def remove_role(call: Call) -> Outcome:
    member, role, held = await _target(call)
    await call.ports.discord.remove_role(call.guild_id, member, role, reason=call.audit_reason)
    return Outcome(f"<@{member}> does not have <@&{role}>.", before=_holding(role, held), after=_holding(role, False))


async def _target(call: Call) -> tuple[int, int, bool]:
    member, role = call.options.member, call.options.role
    known = await require_member(call, member)
    return member, role, str(int(role)) in known["roles"]


def _holding(role: int, held: bool) -> dict[str, object]:
    return {"role": str(int(role)), "held": held}


async def create_channel(call: Call) -> Outcome:
    options = call.options
    channel_id = await call.ports.discord.create_channel(
        call.guild_id,
        name=options.name,
        kind=options.kind,
        category=options.category,
        topic=options.topic,
        reason=call.audit_reason,
    )
    return _created(call, channel_id)


async def look_for_channel(call: Call) -> Outcome | None:
    for entry in await own_entries(call, action=_AUDIT_CHANNEL_CREATE):
        if entry.target_id is not None:
            return _created(call, entry.target_id)
    return None


def _created(call: Call, channel_id: int) -> Outcome:
    after = {"id": str(channel_id), "name": call.options.name, "kind": call.options.kind}
    return Outcome(f"<#{channel_id}> was created.", data={"channel_id": str(channel_id)}, after=after)
