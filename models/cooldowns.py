"""Cooldowns: uses are counted in PostgreSQL, under a lock, so that many workers allow no more than one does.

A window slides: of the uses within the last `seconds`, at most `uses` were let in. A command that was let in before
is let in again without counting twice: redeliveries and retries pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from models.command_rules import CommandRules, Cooldown
from models.database import Connection, Database, Record, fetch
from models.ledger_columns import as_arrays, json_text

__all__ = ["Counted", "Use", "Wait", "expire", "peek", "take", "wait_seconds"]

Counted = list[tuple[str, float]]
"""The uses that were let in: command id and second since 1970, oldest first."""

_Key = tuple[int, str, str]
_WHOLE_GUILD = ""

_KEYS = "unnest($1::bigint[], $2::text[], $3::text[]) AS k(guild_id, command_type, who)"
_MAKE = f"""
WITH made AS (
    INSERT INTO cooldowns (guild_id, command_type, who, uses, until)
    SELECT k.guild_id, k.command_type, k.who, '[]', clock_timestamp() FROM {_KEYS} ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING
) SELECT 1
"""  # noqa: S608 - constants of ours
_LOCK = f"""
SELECT c.guild_id, c.command_type, c.who, c.uses FROM cooldowns c
JOIN {_KEYS} USING (guild_id, command_type, who) ORDER BY 1, 2, 3 FOR UPDATE OF c
"""  # noqa: S608
_READ = f"""
SELECT c.guild_id, c.command_type, c.who, c.uses, extract(epoch FROM clock_timestamp())::float8 AS now
FROM cooldowns c JOIN {_KEYS} USING (guild_id, command_type, who)
"""  # noqa: S608
_NOW = "SELECT extract(epoch FROM clock_timestamp())::float8 AS now"
_STORE = """
WITH stored AS (
    UPDATE cooldowns c SET uses = k.uses, until = to_timestamp(k.until)
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::jsonb[], $5::float8[])
        AS k(guild_id, command_type, who, uses, until)
    WHERE c.guild_id = k.guild_id AND c.command_type = k.command_type AND c.who = k.who
) SELECT 1
"""
_EXPIRE = """
WITH old AS (
    SELECT guild_id, command_type, who FROM cooldowns WHERE until < clock_timestamp() FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM cooldowns c USING old
    WHERE c.guild_id = old.guild_id AND c.command_type = old.command_type AND c.who = old.who RETURNING 1
) SELECT count(*) AS gone FROM gone
"""


@dataclass(frozen=True, slots=True)
class Use:
    """A command that is about to run. `actor` tells people, keys and scripts apart (`user:1`)."""

    command_id: UUID
    guild_id: int
    command_type: str
    actor: str
    rules: CommandRules

    def limits(self) -> list[tuple[_Key, Cooldown]]:
        limits = ((self.actor, self.rules.user_cooldown), (_WHOLE_GUILD, self.rules.guild_cooldown))
        return [
            ((self.guild_id, self.command_type, who), cooldown)
            for who, cooldown in limits
            if cooldown is not None and cooldown.seconds
        ]


@dataclass(frozen=True, slots=True)
class Wait:
    """Why not yet: the cooldown that is used up, whose it is, and for how many more seconds."""

    cooldown: Cooldown
    of_everybody: bool
    seconds: float


def wait_seconds(counted: Counted, cooldown: Cooldown, command_id: UUID, now: float) -> float:
    """How long until this command may be used, 0 where it may now."""
    recent = [at for id, at in counted if at > now - cooldown.seconds]
    if len(recent) < cooldown.uses or any(id == str(command_id) for id, _ in counted):
        return 0.0
    return max(0.001, recent[-cooldown.uses] + cooldown.seconds - now)


async def take(database: Database, uses: Sequence[Use]) -> dict[Use, Wait]:
    """Counts each use that its cooldowns let in, in the order given; how long each of the others has to wait.

    A use that one of its cooldowns refuses counts for neither.
    """
    keys = sorted({key for use in uses for key, _ in use.limits()})
    if not keys:
        return {}
    columns = as_arrays(keys, 3)
    async with database.transaction() as connection:
        # Both statements take their locks in the same order everywhere, so that no two workers wait for each other.
        await fetch(connection, _MAKE, *columns)
        books = {_key(row): _uses(row) for row in await fetch(connection, _LOCK, *columns)}
        now = float((await fetch(connection, _NOW))[0]["now"])
        waits: dict[Use, Wait] = {}
        until: dict[_Key, float] = {}
        for use in uses:
            wait = _refused(use, books, now)
            if wait is not None:
                waits[use] = wait
                continue
            for key, cooldown in use.limits():
                _count(books, until, key, cooldown, use.command_id, now)
        await _store(connection, books, until)
    return waits


async def peek(database: Database, use: Use) -> Wait | None:
    """What `take` would say, without counting."""
    keys = [key for key, _ in use.limits()]
    rows = await database.fetch(_READ, *as_arrays(keys, 3)) if keys else []
    return _refused(use, {_key(row): _uses(row) for row in rows}, float(rows[0]["now"])) if rows else None


async def expire(database: Database) -> int:
    """Forgets uses that no longer count; returns of how many actors and guilds."""
    [row] = await database.fetch(_EXPIRE)
    return int(row["gone"])


def _refused(use: Use, books: dict[_Key, Counted], now: float) -> Wait | None:
    waits = [
        Wait(cooldown, key[2] == _WHOLE_GUILD, seconds)
        for key, cooldown in use.limits()
        if (seconds := wait_seconds(books.get(key, []), cooldown, use.command_id, now))
    ]
    return max(waits, key=lambda wait: wait.seconds, default=None)


def _count(
    books: dict[_Key, Counted], until: dict[_Key, float], key: _Key, cooldown: Cooldown, command_id: UUID, now: float
) -> None:
    counted = books[key]
    if all(id != str(command_id) for id, _ in counted):
        counted.append((str(command_id), now))
    books[key] = [(id, at) for id, at in counted if at > now - cooldown.seconds]
    until[key] = now + cooldown.seconds


async def _store(connection: Connection, books: dict[_Key, Counted], until: dict[_Key, float]) -> None:
    if until:
        rows = [(*key, json_text(books[key]), end) for key, end in until.items()]
        await fetch(connection, _STORE, *as_arrays(rows, 5))


def _key(row: Record) -> _Key:
    return row["guild_id"], row["command_type"], row["who"]


def _uses(row: Record) -> Counted:
    return msgspec.json.decode(row["uses"], type=list[tuple[str, float]])
