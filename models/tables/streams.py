"""Streams and how far each reader of one has come."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import text_key

__all__ = ["ProjectionRow", "StreamRow"]


class ProjectionRow(Model):
    """A reader's place: the last offset whose effects are in this database, under one epoch of the stream."""

    name = text_key()
    epoch = fields.UUIDField(null=True)
    stream_offset = fields.BigIntField(null=True)
    updated_at = fields.DatetimeField()
    lease_owner = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)

    class Meta:
        table = "projections"


class StreamRow(Model):
    """A stream's epoch: another one means that offsets start over."""

    name = text_key()
    epoch = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "streams"
