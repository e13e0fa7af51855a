"""What was told to Discord about commands, what people read about them, and where webhooks may go."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import json_field, snowflake_field, text_key

__all__ = ["CommandDocRow", "CommandRegistrationRow", "WebhookTargetRow"]


class WebhookTargetRow(Model):
    """An address that `webhooks.call` may reach; a null guild means every guild."""

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field(null=True)
    url_prefix = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "webhook_targets"


class CommandRegistrationRow(Model):
    """The hash of what Discord was last told; the table's key is (application_id, scope): never `save()`."""

    application_id = snowflake_field(primary_key=True)
    scope = fields.TextField()
    hash = fields.TextField()
    synced_at = fields.DatetimeField()

    class Meta:
        table = "command_registrations"


class CommandDocRow(Model):
    """A command's own words, as the help page shows them."""

    type = text_key()
    area = fields.TextField()
    slash = fields.TextField(null=True)
    description = fields.TextField()
    options = json_field(null=False)
    effect = fields.TextField()
    permission = fields.TextField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "command_docs"
