"""What the platform knows of Discord: guilds, roles, channels, persons and members."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import bigint_array, snowflake_field

__all__ = ["ChannelRow", "GuildRow", "MemberRow", "PersonRow", "RoleRow"]


class GuildRow(Model):
    """A guild; `left_at` is set when the bot was removed, `available` is False while Discord has trouble."""

    id = snowflake_field(primary_key=True)
    name = fields.TextField(default="")
    icon = fields.TextField(null=True)
    owner_id = snowflake_field(null=True)
    locale = fields.TextField(default="en-US")
    member_count = fields.IntField(default=0)
    available = fields.BooleanField(default=True)
    left_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()
    synced_at = fields.DatetimeField(null=True)

    class Meta:
        table = "guilds"


class RoleRow(Model):
    """A role; the table's key is (guild_id, id), and ids are unique by themselves."""

    id = snowflake_field(primary_key=True)
    guild_id = snowflake_field()
    name = fields.TextField()
    color = fields.IntField(default=0)
    position = fields.IntField(default=0)
    permissions = fields.BigIntField(default=0)
    managed = fields.BooleanField(default=False)

    class Meta:
        table = "roles"


class ChannelRow(Model):
    """A channel; the table's key is (guild_id, id), and ids are unique by themselves."""

    id = snowflake_field(primary_key=True)
    guild_id = snowflake_field()
    name = fields.TextField()
    kind = fields.SmallIntField(default=0)
    position = fields.IntField(default=0)
    parent_id = snowflake_field(null=True)
    topic = fields.TextField(null=True)

    class Meta:
        table = "channels"


class PersonRow(Model):
    """Names live here and nowhere else, so that erasing somebody rewrites no history."""

    id = snowflake_field(primary_key=True)
    username = fields.TextField(default="")
    display_name = fields.TextField(default="")
    avatar = fields.TextField(null=True)
    bot = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "persons"


class MemberRow(Model):
    """A person in a guild; the table's key is (guild_id, person_id), which Tortoise cannot say: never `save()`."""

    person_id = snowflake_field(primary_key=True)
    guild_id = snowflake_field()
    nick = fields.TextField(null=True)
    roles = bigint_array()
    joined_at = fields.DatetimeField(null=True)
    timed_out_until = fields.DatetimeField(null=True)
    snapshot_id = fields.UUIDField(null=True)

    class Meta:
        table = "members"
