"""What a second person says of a command that waits for them; the command itself goes on by itself then."""

from __future__ import annotations

from models.approval_store import decide, lock_approval, read_command
from models.approvals import Decision, Verdict, trouble_of_moment
from models.outcome import Outcome
from workers.failures import PermanentFailure
from workers.ports import Call

__all__ = ["approve", "decline"]


async def approve(call: Call) -> Outcome:
    return await _decide(call, "approved", "")


async def decline(call: Call) -> Outcome:
    return await _decide(call, "declined", call.options.reason)


async def _decide(call: Call, verdict: Verdict, reason: str) -> Outcome:
    """Raises PermanentFailure for what does not wait (any more), and for who may not say anything about it.

    Discord may have to be asked who somebody is, so that the row is locked afterwards only: of two people who decide at
    once, the second finds it decided.
    """
    found = await read_command(call.connection, call.options.command, call.guild_id)
    if found is None:
        raise PermanentFailure("This server has no such command.", code="command_unknown")
    (waiting, approval), by, now = found, call.command.actor, call.ports.clock.now()
    if approval.decision is not None and (approval.decision.verdict, approval.decision.by.id) == (verdict, by.id):
        return Outcome(f"You {verdict} {waiting.type} already.", data={"command": str(waiting.id)})
    trouble = (
        trouble_of_moment(approval, now)
        or await call.ports.approvers.trouble_of_decider(waiting, by, call.command.grant)
        or trouble_of_moment(await lock_approval(call.connection, waiting.id, call.guild_id), now)
    )
    if trouble is not None:
        raise PermanentFailure(trouble.message, code=trouble.code)
    decision = Decision(verdict=verdict, by=by, at=now, command_id=call.command.id, reason=reason)
    await decide(call.connection, waiting.id, decision, source=call.command.source)
    who = waiting.actor.name or waiting.actor.id
    return Outcome(f"You {verdict} {waiting.type}, which {who} asked for.", data={"command": str(waiting.id)})
