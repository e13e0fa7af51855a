"""How much happened: counted while the stream is read, so that no page has to count events."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import snowflake_field

__all__ = ["EventCountRow"]


class EventCountRow(Model):
    """Events of one type in one hour of a guild; the table's key is (guild_id, hour, type): never `save()`."""

    guild_id = snowflake_field(primary_key=True)
    hour = fields.DatetimeField()
    type = fields.TextField()
    count = fields.BigIntField()

    class Meta:
        table = "event_counts"
