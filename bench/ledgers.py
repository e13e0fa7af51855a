"""Ledgers of a given size: the product's own schema and monthly partitions, filled in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from bench.ours.guildbus import GUILD_STATE
from models import migrate

__all__ = ["ledger_of"]

# Every fifth row is of the guilds that the commands are for; outcomes, subjects and people are spread as in a life.
_IDS = """
SELECT n, (left(replace(guildbus_uuid7_floor(at)::text, '-', ''), 12) || '7' || substr(md5(n::text), 1, 3)
    || '8' || substr(md5(n::text), 4, 15))::uuid AS id, at, 700000000000000001 + n % 500 AS guild_id,
    (800000000000000000 + n % 100000)::text AS person, (900000000000000000 + n % 5000)::text AS actor
FROM (SELECT n, $1::timestamptz + ($2::timestamptz - $1::timestamptz) * ((n - 0.5) / $3) AS at
      FROM generate_series(1, $3::bigint) n) moments"""
_FILLS = {
    "commands": f"""
INSERT INTO {{part}} (id, guild_id, type, lane, subject, actor_kind, actor_id, actor_name, source, correlation_id,
    issued_at, options, state, revision, fence, outcome, permission_at, created_at, updated_at, settled_at)
SELECT id, guild_id, CASE WHEN n % 3 = 0 THEN 'utility.ping' ELSE 'moderation.ban' END, 'interactive',
    CASE WHEN n % 3 = 0 THEN NULL ELSE 'member:' || person END, 'user', actor, 'Somebody', 'bot', id, at,
    jsonb_build_object('member', person, 'reason', 'spam in ' || n % 50),
    CASE WHEN n % 100 = 0 THEN 'failed' WHEN n % 1000 = 1 THEN 'dead' ELSE 'succeeded' END, 2, 1,
    jsonb_build_object('message', 'Done.'), at, at, at, at
FROM ({_IDS}) made""",  # noqa: S608 - constants of ours
    "audit": f"""
INSERT INTO {{part}} (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
    correlation_id, subject, reason, detail)
SELECT id, guild_id, id, CASE WHEN n % 3 = 0 THEN 'utility.ping' ELSE 'moderation.ban' END, 'outcome', at, 'user',
    actor, 'Somebody', 'bot', id, CASE WHEN n % 3 = 0 THEN NULL ELSE 'member:' || person END, 'spam in ' || n % 50,
    jsonb_build_object('state', 'succeeded', 'code', 'ok', 'attempt', 1, 'authority', 'interaction')
FROM ({_IDS}) made""",  # noqa: S608 - constants of ours
}
# Nobody needs these rows after a crash.
_WHILE_FILLING = {"fsync": "off", "full_page_writes": "off", "wal_compression": "off", "max_wal_size": "'4GB'"}
# The partitions that hold time that has passed: last month's and this month's, each with its bounds.
_PARTS = """
SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds,
    to_timestamp(right(c.relname, 7), 'YYYY"m"MM') AS first_day
FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
WHERE inhparent = $1::text::regclass AND c.relname ~ '_y[0-9]{4}m[0-9]{2}$'
    AND to_timestamp(right(c.relname, 7), 'YYYY"m"MM') <= now() ORDER BY c.relname"""


async def ledger_of(rows: int, *, server_url: str, name: str) -> str:
    """A new, migrated database whose ledger and audit trail have `rows` rows each; returns its URL."""
    await _run(server_url, f'CREATE DATABASE "{name}"')
    url = urlsplit(server_url)._replace(path=f"/{name}").geturl()
    await migrate.upgrade(url)
    connection = await asyncpg.connect(url, timeout=30)
    try:
        await _set(connection, {setting: f"= {value}" for setting, value in _WHILE_FILLING.items()})
        await connection.execute("SET maintenance_work_mem = '1GB'")
        await connection.execute(GUILD_STATE)
        for table in _FILLS:
            await _fill(connection, table, rows)
        await connection.execute("VACUUM ANALYZE", timeout=1800)
        await _set(connection, dict.fromkeys(_WHILE_FILLING, "TO DEFAULT"))
        # None of this is to be written during the measurement.
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()
    return url


async def _set(connection: Any, settings: Mapping[str, str]) -> None:
    """Of the whole server, from now on."""
    for setting, value in settings.items():
        await connection.execute(f"ALTER SYSTEM SET {setting} {value}")
    await connection.execute("SELECT pg_reload_conf()")


async def _fill(connection: Any, table: str, rows: int) -> None:
    """Each month's partition is filled without indexes; attaching it makes those of the whole table."""
    parts = await connection.fetch(_PARTS, table)
    now = await connection.fetchval("SELECT now()")
    ends = [*(part["first_day"] for part in parts[1:]), now]
    whole = (now - parts[0]["first_day"]).total_seconds()
    left = rows
    for part, end in zip(parts, ends, strict=True):
        last = part is parts[-1]
        share = left if last else round(rows * (end - part["first_day"]).total_seconds() / whole)
        left -= share
        name = part["name"]
        await connection.execute(
            f"DROP TABLE {name}; CREATE TABLE {name} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)"
        )
        await connection.execute(_FILLS[table].format(part=name), part["first_day"], end, share, timeout=1800)
        await connection.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} {part['bounds']}", timeout=3600)


async def _run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
