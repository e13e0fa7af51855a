"""What every process looks at: switches, the version that announces their change, and who is alive."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import json_field, text_key

__all__ = ["ControlRow", "ProcessRow", "SwitchRow"]


class SwitchRow(Model):
    """A kill switch; the table's key is (scope, guild_id, command_type), 0 and '' where they do not apply."""

    scope = text_key()
    guild_id = fields.BigIntField(default=0)
    command_type = fields.TextField(default="")
    off = fields.BooleanField()
    reason = fields.TextField(default="")
    at = fields.DatetimeField()
    by = fields.TextField()

    class Meta:
        table = "switches"


class ControlRow(Model):
    """One row, id 1: the version of everything that processes read again when it rises."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    version = fields.BigIntField()

    class Meta:
        table = "control"


class ProcessRow(Model):
    """A running process and its last heartbeat."""

    id = fields.UUIDField(primary_key=True)
    kind = fields.TextField()
    host = fields.TextField()
    pid = fields.IntField()
    version = fields.TextField()
    shard = fields.IntField(null=True)
    started_at = fields.DatetimeField()
    heartbeat_at = fields.DatetimeField()
    control_version = fields.BigIntField(default=0)
    details = json_field()

    class Meta:
        table = "processes"
