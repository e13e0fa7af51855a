"""What the live page shows besides the feed: sent once as `initial`, then kept up to date by events."""

from __future__ import annotations

from typing import Any

from models.queries import list_commands
from web.command_view import record_view, visible_records
from web.parts import Parts
from web.standing import Admitted

__all__ = ["page_state"]

_COMMANDS = 20


async def page_state(parts: Parts, admitted: Admitted) -> dict[str, Any]:
    """The guild, what this principal is there, and the newest commands that it may see."""
    guild = admitted.guild
    page = await list_commands(parts.database, int(guild.id), limit=_COMMANDS)
    records = visible_records(page.items, parts.catalogue, admitted.principal, admitted.standing)
    return {
        "guild": {
            "id": str(int(guild.id)),
            "name": guild.name,
            "icon": guild.icon,
            "member_count": guild.member_count,
            "available": guild.available,
        },
        "level": admitted.standing.level,
        "commands": [record_view(record) for record in records],
    }
