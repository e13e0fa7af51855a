"""What moderators put on record."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import snowflake_field

__all__ = ["NoteRow", "WarningRow"]


class WarningRow(Model):
    """A warning; `command_id` is unique, so that a repeated command warns once."""

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field()
    member_id = snowflake_field()
    moderator_id = fields.TextField()
    reason = fields.TextField()
    at = fields.DatetimeField()
    command_id = fields.UUIDField()

    class Meta:
        table = "warnings"


class NoteRow(Model):
    """What moderators should know of a member; `command_id` is unique, so that a repeated command notes once."""

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field()
    member_id = snowflake_field()
    moderator_id = fields.TextField()
    text = fields.TextField()
    at = fields.DatetimeField()
    command_id = fields.UUIDField()

    class Meta:
        table = "notes"
