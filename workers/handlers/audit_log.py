"""What Discord's audit log says of a command: the reason that it gives to Discord holds its id."""

from __future__ import annotations

from workers.ports import AuditEntry, Call

__all__ = ["own_entries"]


async def own_entries(call: Call, *, action: int) -> list[AuditEntry]:
    """The entries of one kind that this command made. Raises what the `Discord` port raises."""
    entries = await call.ports.discord.audit_log(call.guild_id, action=action, since=call.command.issued_at)
    return [entry for entry in entries if str(call.command.id) in entry.reason]
