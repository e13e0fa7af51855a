"""The ledger of commands, their audit trail, idempotency keys and bulks."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import json_field, snowflake_field, text_key

__all__ = ["AuditRow", "BulkRow", "CommandRow", "IdempotencyKeyRow"]


class CommandRow(Model):
    """One command, from accepted to settled. Written by `models.ledger` alone; partitioned by month of the id.

    `claimed_from` is the state that the last claim found (null where it found no row): `running` means that a
    lease had run out. `holder` is the lifeline of who claimed last (`models.lifeline`). `on_its_way_until`
    is set where an attempt's call may take effect although its answer never came. `permission_at` is when
    permission was last granted. `approval` is what a second person decided (`models.approvals.Decision`).
    """

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field(null=True)
    type = fields.TextField()
    version = fields.SmallIntField(default=1)
    lane = fields.TextField()
    subject = fields.TextField(null=True)
    actor_kind = fields.TextField()
    actor_id = fields.TextField()
    actor_name = fields.TextField(default="")
    source = fields.TextField()
    correlation_id = fields.UUIDField()
    causation_id = fields.UUIDField(null=True)
    parent_id = fields.UUIDField(null=True)
    child_index = fields.IntField(null=True)
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    dry_run = fields.BooleanField(default=False)
    options = json_field(null=False)
    channel_id = snowflake_field(null=True)
    ephemeral = fields.BooleanField(default=False)
    locale = fields.TextField(null=True)
    trace = fields.TextField(null=True)
    state = fields.TextField()
    attempt = fields.IntField(default=1)
    revision = fields.IntField(default=1)
    fence = fields.BigIntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    holder = fields.BigIntField(null=True)
    claimed_from = fields.TextField(null=True)
    outcome = json_field()
    next_attempt_at = fields.DatetimeField(null=True)
    on_its_way_until = fields.DatetimeField(null=True)
    permission_at = fields.DatetimeField(null=True)
    approval = json_field()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "commands"


class AuditRow(Model):
    """One line of the audit trail: appended, never changed. Names live in `persons`."""

    id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field(null=True)
    command_id = fields.UUIDField()
    type = fields.TextField()
    phase = fields.TextField()
    at = fields.DatetimeField()
    actor_kind = fields.TextField()
    actor_id = fields.TextField()
    actor_name = fields.TextField(default="")
    source = fields.TextField()
    correlation_id = fields.UUIDField()
    subject = fields.TextField(null=True)
    reason = fields.TextField(default="")
    before = json_field()
    after = json_field()
    detail = json_field()

    class Meta:
        table = "audit"


class IdempotencyKeyRow(Model):
    """What a principal accepted under a key; the table's key is (principal, guild_id, key), guild 0 for none.

    `answer` is what the same request is answered, as JSON, where `command_id` does not say it.

    Tortoise knows no composite keys: read by filter, written by `models.ledger`.
    """

    principal = text_key()
    guild_id = fields.BigIntField(default=0)
    key = fields.TextField()
    body_hash = fields.BinaryField()
    command_id = fields.UUIDField()
    answer = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"


class BulkRow(Model):
    """How far a bulk is: `started` children were begun, `done` of them succeeded, `failed` ended otherwise, `in_flight`
    are under way. `options` are what the children share, `targets` what each has of its own."""

    command_id = fields.UUIDField(primary_key=True)
    guild_id = snowflake_field(null=True)
    type = fields.TextField()
    options = json_field(null=False)
    targets = json_field(null=False)
    total = fields.IntField()
    started = fields.IntField(default=0)
    done = fields.IntField(default=0)
    failed = fields.IntField(default=0)
    paused = fields.BooleanField(default=False)
    cancelled = fields.BooleanField(default=False)
    in_flight = fields.IntField(default=0)

    class Meta:
        table = "bulks"
