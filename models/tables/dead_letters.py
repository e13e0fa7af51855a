"""Messages that could not be handled, kept for people to look at."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import json_field, snowflake_field

__all__ = ["DeadLetterRow"]


class DeadLetterRow(Model):
    """One dead letter; `body` never holds `reply_to`, `raw_excerpt` is what could not even be read."""

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field(null=True)
    command_id = fields.UUIDField(null=True)
    type = fields.TextField(default="")
    reason = fields.TextField()
    code = fields.TextField()
    body = json_field()
    raw_excerpt = fields.TextField(null=True)
    queue = fields.TextField()
    actor_kind = fields.TextField(null=True)
    actor_id = fields.TextField(null=True)
    first_at = fields.DatetimeField()
    state = fields.TextField(default="open")
    replays = fields.IntField(default=0)
    resolved_by = fields.TextField(null=True)
    resolved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dead_letters"
