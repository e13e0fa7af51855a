"""Who runs the platform, as its settings say, kept so that a change of the settings is on record."""

from __future__ import annotations

from collections.abc import Collection

from models.audit_notes import Change, write_note
from models.database import Connection, Database, fetch

__all__ = ["note_operators"]

_LOCK = 0x6F70657261746F72  # "operator" in ASCII: of processes that start together, one writes the line
_PRESENT = "SELECT user_id FROM operators ORDER BY user_id"
_APPOINT = """WITH made AS (
    INSERT INTO operators (user_id, since) SELECT i, $2 FROM unnest($1::bigint[]) AS i ON CONFLICT DO NOTHING
) SELECT 1"""
_DISMISS = "WITH gone AS (DELETE FROM operators WHERE user_id <> ALL($1::bigint[])) SELECT 1"


async def note_operators(database: Database, operators: Collection[int], change: Change, host: str) -> bool:
    """Keeps the list that a process started with; whether it is another than was kept, which then is on record."""
    wanted = sorted(operators)
    async with database.transaction() as connection:
        await fetch(connection, "SELECT pg_advisory_xact_lock($1)", _LOCK)
        before = await _present(connection)
        if before == wanted:
            return False
        await fetch(connection, _APPOINT, wanted, change.at)
        await fetch(connection, _DISMISS, wanted)
        await write_note(
            connection,
            change,
            type="platform.operators",
            guild_id=None,
            before={"operators": [str(id) for id in before]},
            after={"operators": [str(id) for id in wanted]},
            detail={"host": host},
        )
    return True


async def _present(connection: Connection) -> list[int]:
    return [row["user_id"] for row in await fetch(connection, _PRESENT)]
