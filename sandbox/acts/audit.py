"""The audit log. https://discord.com/developers/docs/resources/audit-log"""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.state import AuditEntry, Guild
from sandbox.world import World

__all__ = ["Action", "record"]


class Action:
    GUILD_UPDATE = 1
    CHANNEL_CREATE = 10
    CHANNEL_UPDATE = 11
    CHANNEL_DELETE = 12
    MEMBER_KICK = 20
    MEMBER_BAN_ADD = 22
    MEMBER_BAN_REMOVE = 23
    MEMBER_UPDATE = 24
    MEMBER_ROLE_UPDATE = 25
    ROLE_CREATE = 30
    ROLE_UPDATE = 31
    ROLE_DELETE = 32
    WEBHOOK_CREATE = 50
    MESSAGE_DELETE = 72
    MESSAGE_BULK_DELETE = 73


def record(
    world: World,
    guild: Guild,
    action_type: int,
    *,
    actor_id: int,
    target_id: int | None,
    reason: str | None,
    changes: list[dict[str, Any]] | None = None,
    options: dict[str, str] | None = None,
) -> AuditEntry:
    entry = AuditEntry(
        id=world.new_id(), action_type=action_type, user_id=actor_id, target_id=target_id, reason=reason,
        changes=changes or [], options=options,
    )  # fmt: skip
    guild.audit.append(entry)
    del guild.audit[: -world.settings.audit_kept]
    payload = payloads.audit_entry(entry) | {"guild_id": str(guild.id)}
    world.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", payload, guild_id=guild.id)
    return entry
