"""Streams and how far each reader of one has come."""

from __future__ import annotations

from tortoise import Model, fields

__all__ = ["ProjectionRow", "StreamRow"]


class ProjectionRow(Model):
    """A reader's place: the last offset whose effects are in this database, under one epoch of the stream."""

    name = fields.TextField(primary_key=True)
    epoch = fields.UUIDField(null=True)
    stream_offset = fields.BigIntField(null=True)
    updated_at = fields.DatetimeField()
    lease_owner = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)

    class Meta:
        table = "projections"


class StreamRow(Model):
    """A stream's epoch: another one means that offsets start over."""

    name = fields.TextField(primary_key=True)
    epoch = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "streams"
