"""The member that a command is about."""

from __future__ import annotations

from typing import Any

from workers.failures import PermanentFailure
from workers.ports import Call

__all__ = ["require_member"]


async def require_member(call: Call, user_id: int) -> dict[str, Any]:
    """The member as Discord knows it now. Raises PermanentFailure with code `member_gone` for one who left."""
    member = await call.ports.discord.member(call.guild_id, user_id)
    if member is None:
        raise PermanentFailure(f"<@{user_id}> is not a member of this server (any more).", code="member_gone")
    return member
