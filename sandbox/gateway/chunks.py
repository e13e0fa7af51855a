"""Request Guild Members (op 8) -> GUILD_MEMBERS_CHUNK.

https://discord.com/developers/docs/events/gateway-events#request-guild-members
"""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.gateway.intents import Intent
from sandbox.world import World

__all__ = ["CHUNK", "chunks"]

CHUNK = 1_000


def chunks(world: World, asked: dict[str, Any], intents: int) -> list[dict[str, Any]]:
    """The answers to one request; none for an unknown guild or, for the whole list, without the members intent."""
    try:
        guild = world.state.guilds[int(asked["guild_id"])]
        limit = int(asked.get("limit") or 0)
    except (KeyError, TypeError, ValueError):
        return []
    wanted_ids = asked.get("user_ids")
    query = str(asked.get("query") or "").lower()
    missing: list[str] = []
    if wanted_ids is not None:
        ids = [str(i) for i in (wanted_ids if isinstance(wanted_ids, list) else [wanted_ids])][:100]
        found = [guild.members[int(i)] for i in ids if i.isdigit() and int(i) in guild.members]
        missing = [i for i in ids if not i.isdigit() or int(i) not in guild.members]
    else:
        if not query and limit == 0 and not intents & Intent.GUILD_MEMBERS:
            return []
        found = [row for row in guild.members.values() if _starts(world, row.user_id, row.nick, query)]
        found = found[:limit] if limit else found
    rows = [payloads.member(row, world.state.users[row.user_id]) for row in found]
    pages = [rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK)] or [[]]
    answers = []
    for index, page in enumerate(pages):
        answer: dict[str, Any] = {
            "guild_id": str(guild.id),
            "members": page,
            "chunk_index": index,
            "chunk_count": len(pages),
        }
        if missing:
            answer["not_found"] = missing
        if asked.get("presences"):
            answer["presences"] = []
        if asked.get("nonce") is not None:
            answer["nonce"] = asked["nonce"]
        answers.append(answer)
    return answers


def _starts(world: World, user_id: int, nick: str | None, query: str) -> bool:
    user = world.state.users[user_id]
    return any(name.lower().startswith(query) for name in (user.username, user.global_name or "", nick or "") if name)
