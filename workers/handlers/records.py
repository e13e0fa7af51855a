"""Commands whose effect is rows of ours: written in the same transaction as the claim and the audit trail."""

from __future__ import annotations

from models import notes, warnings
from models.outcome import Outcome
from workers.ports import Call

__all__ = ["note", "warn"]


async def warn(call: Call) -> Outcome:
    command, options = call.command, call.options
    before = await warnings.add(
        call.connection,
        command_id=command.id,
        guild_id=call.guild_id,
        member_id=options.member,
        moderator=command.actor.id,
        reason=options.reason,
        at=call.ports.clock.now(),
    )
    total = before + 1
    times = "once" if total == 1 else f"{total} times"
    return Outcome(
        f"<@{options.member}> was warned: {options.reason} (warned {times} so far)",
        data={"warnings": total},
        before={"warnings": before},
        after={"warnings": total},
    )


async def note(call: Call) -> Outcome:
    command, options = call.command, call.options
    before = await notes.add(
        call.connection,
        command_id=command.id,
        guild_id=call.guild_id,
        member_id=options.member,
        moderator=command.actor.id,
        text=options.text,
        at=call.ports.clock.now(),
    )
    return Outcome(
        f"Noted about <@{options.member}>: {options.text}",
        data={"notes": before + 1},
        before={"notes": before},
        after={"notes": before + 1},
    )
