"""Things that people name and change: presets of a guild, templates of the platform, webhooks of a guild."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import json_field, snowflake_field, text_array

__all__ = ["PresetRow", "TemplateRow", "WebhookRow"]


class PresetRow(Model):
    """A command with its options filled in, as far as they are; its name is unique in the guild."""

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field()
    name = fields.TextField()
    description = fields.TextField(default="")
    type = fields.TextField()
    options = json_field(null=False)
    version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()
    updated_by = fields.TextField()

    class Meta:
        table = "presets"


class TemplateRow(Model):
    """Presets that any guild can take over; `presets` is a list of name, description, type and options."""

    id = fields.UUIDField(primary_key=True)
    name = fields.TextField()
    description = fields.TextField(default="")
    presets = json_field(null=False)
    version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()
    updated_by = fields.TextField()

    class Meta:
        table = "templates"


class WebhookRow(Model):
    """Where events of a guild go: `types` empty means all; `secret` signs, encrypted by the web."""

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field()
    name = fields.TextField()
    url = fields.TextField()
    types = text_array()
    secret = fields.TextField()
    enabled = fields.BooleanField(default=True)
    version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()
    updated_by = fields.TextField()

    class Meta:
        table = "webhooks"
