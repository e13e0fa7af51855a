"""The settings of each guild, and every version that they ever had."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import json_field, snowflake_field

__all__ = ["GuildSettingsHistoryRow", "GuildSettingsRow"]


class GuildSettingsRow(Model):
    """A guild's settings now; a guild that never changed any has no row and version 0."""

    guild_id = snowflake_field(primary_key=True)
    version = fields.IntField()
    data = json_field(null=False)
    updated_at = fields.DatetimeField()
    updated_by = fields.TextField()

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
