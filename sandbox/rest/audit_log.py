"""The audit log, newest first. https://discord.com/developers/docs/resources/audit-log#get-guild-audit-log"""

from __future__ import annotations

from sandbox import payloads
from sandbox.permissions import Permission
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.world import World

__all__ = ["get_audit_log"]


def get_audit_log(world: World, call: Call) -> Answer:
    """Filters `user_id`, `action_type`, `target_id`, `before`, `after` (then oldest first), `limit` up to 100."""
    guild = world.guild(call.ids["guild_id"])
    guard.may(world, guild, Permission.VIEW_AUDIT_LOG)
    limit = call.number("limit", 50, 1, 100)
    action = call.number("action_type", 0, 0, 1000)
    user_id, target_id = call.snowflake("user_id"), call.snowflake("target_id")
    before, after = call.snowflake("before"), call.snowflake("after")
    rows = [
        row
        for row in guild.audit
        if (user_id is None or row.user_id == user_id)
        and (target_id is None or row.target_id == target_id)
        and (not action or row.action_type == action)
        and (before is None or row.id < before)
        and (after is None or row.id > after)
    ]
    if after is None:
        rows.reverse()
    rows = rows[:limit]
    people = {row.user_id for row in rows} | {row.target_id for row in rows if row.target_id is not None}
    body = {
        "audit_log_entries": [payloads.audit_entry(row) for row in rows],
        "users": [payloads.user(world.state.users[i]) for i in sorted(people) if i in world.state.users],
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
        "integrations": [],
        "threads": [],
        "webhooks": [],
    }
    return Answer(body=body)
