"""The settings of each guild, every version that they ever had, and the uses that count towards cooldowns."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import json_field, snowflake_field

__all__ = ["CooldownRow", "GuildSettingsHistoryRow", "GuildSettingsRow"]


class GuildSettingsRow(Model):
    """A guild's settings now; a guild that never changed any has no row and version 0.

    `control_version` is the platform's version of everything that processes read again, as of this change.
    """

    guild_id = snowflake_field(primary_key=True)
    version = fields.IntField()
    data = json_field(null=False)
    updated_at = fields.DatetimeField()
    updated_by = fields.TextField()
    control_version = fields.BigIntField(default=0)

    class Meta:
        table = "guild_settings"


class GuildSettingsHistoryRow(Model):
    """One version of a guild's settings; the table's key is (guild_id, version): never `save()`."""

    guild_id = snowflake_field(primary_key=True)
    version = fields.IntField()
    data = json_field(null=False)
    at = fields.DatetimeField()
    by = fields.TextField()
    command_id = fields.UUIDField(null=True)

    class Meta:
        table = "guild_settings_history"


class CooldownRow(Model):
    """The uses of a command that still count: of one actor, or of a whole guild where `who` is ''.

    `uses` is a list of [command id, seconds since 1970]. The table's key is (guild_id, command_type, who): never
    `save()`.
    """

    guild_id = snowflake_field(primary_key=True)
    command_type = fields.TextField()
    who = fields.TextField()
    uses = json_field(null=False)
    until = fields.DatetimeField()

    class Meta:
        table = "cooldowns"
