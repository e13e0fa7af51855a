"""Months of the ledger and the audit trail: made ahead of time, and dropped when they are old enough."""

from __future__ import annotations

from datetime import UTC, datetime

from tortoise.exceptions import OperationalError

from models.database import Database, fetch
from models.errors import ModelError
from models.sqlstate import sqlstate_of

__all__ = ["drop_partitions", "ensure_partitions", "months_before"]

_INVALID_PARAMETER = "22023"

_DROP_PARTITIONS = "SELECT guildbus_drop_partitions($1) AS dropped"
# A bulk is read and carried on with the command that started it.
_DROP_BULKS = """
WITH dropped AS (
    DELETE FROM bulks b WHERE b.command_id < guildbus_uuid7_floor($1)
        AND NOT EXISTS (SELECT FROM commands c WHERE c.id = b.command_id)
    RETURNING 1
)
SELECT count(*) FROM dropped
"""


async def ensure_partitions(database: Database, months_ahead: int = 3) -> int:
    """Makes the partitions of the coming months where they are missing; returns how many tables were made."""
    [row] = await database.fetch("SELECT guildbus_ensure_partitions($1) AS made", months_ahead)
    return int(row["made"])


def months_before(now: datetime, months: int) -> datetime:
    """The beginning, in UTC, of the month that lies so many before the present one."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


async def drop_partitions(database: Database, before: datetime) -> list[str]:
    """Drops every month of commands and audit that ended by `before`, with its bulks; returns the tables' names.

    Raises ModelError for a moment within the last 30 days: nobody makes recent history go away.
    """
    try:
        async with database.transaction() as connection:
            [row] = await fetch(connection, _DROP_PARTITIONS, before)
            await fetch(connection, _DROP_BULKS, before)
    except OperationalError as error:
        if sqlstate_of(error) != _INVALID_PARAMETER:
            raise
        raise ModelError(str(error)) from error
    return list(row["dropped"])
