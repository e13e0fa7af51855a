"""Lists of commands and audit rows: right, in pages, and by an index on a large table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from bus.ids import Snowflake
from models.database import Database
from models.ledger import Ledger
from models.ledger_claim_sql import CLAIM, CLAIM_COLUMNS
from models.ledger_columns import as_arrays
from models.ledger_queue_sql import SWEEP
from models.ledger_settle_sql import SETTLE, SETTLE_COLUMNS
from models.queries import (
    ALL,
    AllGuilds,
    AuditFilter,
    CommandFilter,
    audit_list_sql,
    command_list_sql,
    list_audit,
    list_commands,
)
from models.timeline import timeline
from tests.integration.models.commands import claim, command, settlement

MANY = """
INSERT INTO {table} (id, guild_id, type, actor_kind, actor_id, source, correlation_id, {columns})
SELECT id, n % 20 + 1, 'area' || n % 10 || '.name', 'user', (n % 100)::text, 'api', id, {values}
FROM (
    SELECT n, (left(replace(guildbus_uuid7_floor(now() - n * interval '20 seconds')::text, '-', ''), 12) || '7'
        || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS id
    FROM generate_series(1, 50000) n
) made
"""
COMMANDS = MANY.format(
    table="commands",
    columns="lane, subject, issued_at, options, state, created_at, updated_at",
    values="'interactive', 'member:' || n % 500, now(), '{}', CASE WHEN n % 400 = 0 THEN 'dead' ELSE 'succeeded' END, "
    "now() - interval '1 hour', now()",
)
AUDIT = MANY.format(
    table="audit", columns="command_id, subject, phase, at", values="id, 'member:' || n % 500, 'intent', now()"
)


@pytest_asyncio.fixture
async def large(database_url: str, database: Database) -> AsyncIterator[Database]:
    owner = await asyncpg.connect(database_url)
    if not await owner.fetchval("SELECT count(*) FROM commands"):
        await owner.execute(COMMANDS)
        await owner.execute(AUDIT)
        await owner.execute("ANALYZE")
    await owner.close()
    yield database


def scans(plan: Any) -> list[str]:
    """The tables that were read from end to end, and had anything in them.

    Where a partition is empty PostgreSQL reads all of it, because an index costs more than that.
    """
    return [
        node["Relation Name"]
        for node in executed(plan)
        if node["Node Type"] == "Seq Scan"
        and node["Relation Name"].startswith(("commands", "audit"))
        and node["Actual Rows"] + node.get("Rows Removed by Filter", 0) > 0
    ]


async def explain(database: Database, sql: str, values: list[Any], *, analyze: bool = True) -> Any:
    options = "ANALYZE, FORMAT JSON" if analyze else "FORMAT JSON"
    [row] = await database.fetch(f"EXPLAIN ({options}) {sql}", *values)
    return msgspec.json.decode(row["QUERY PLAN"])[0]["Plan"]


def executed(plan: Any) -> list[Any]:
    """The nodes that were executed: partitions that hold nothing of interest are never begun."""
    inner = [node for child in plan.get("Plans", []) for node in executed(child)]
    return [plan, *inner] if plan.get("Actual Loops", 1) else []


LISTS = [
    (Snowflake(3), CommandFilter()),
    (Snowflake(3), CommandFilter(type="area2.name")),
    (Snowflake(3), CommandFilter(actor_id="22")),
    (Snowflake(3), CommandFilter(subject="member:22")),
    (Snowflake(3), CommandFilter(subject="member:nobody")),
    (Snowflake(3), CommandFilter(actor_id="nobody")),
    (Snowflake(1), CommandFilter(states=["dead"])),
    (Snowflake(3), CommandFilter(since=datetime.now(UTC) - timedelta(days=1))),
    (ALL, CommandFilter()),
]


@pytest.mark.parametrize(("guild", "where"), LISTS)
async def test_every_list_of_commands_goes_by_an_index(
    large: Database, guild: int | AllGuilds, where: CommandFilter
) -> None:
    sql, values, _ = command_list_sql(guild, where, None, 50)
    plan = await explain(large, sql, values)
    assert scans(plan) == []
    assert plan["Actual Total Time"] < 100


@pytest.mark.parametrize(
    ("guild", "where"),
    [(Snowflake(3), AuditFilter()), (Snowflake(3), AuditFilter(actor_id="22")),
     (Snowflake(3), AuditFilter(subject="member:22")), (ALL, AuditFilter())],
)  # fmt: skip
async def test_every_list_of_audit_rows_goes_by_an_index(
    large: Database, guild: int | AllGuilds, where: AuditFilter
) -> None:
    sql, values, _ = audit_list_sql(guild, where, None, 50)
    plan = await explain(large, sql, values)
    assert scans(plan) == []


async def test_the_sweep_reads_only_what_is_due(large: Database) -> None:
    plan = await explain(large, SWEEP, [5.0, 100, ["interactive"]])
    assert scans(plan) == []


async def test_claim_and_settle_find_their_rows_by_key_and_a_first_claim_looks_for_no_newer_command(
    large: Database,
) -> None:
    from models.ledger import _claim_row, _settle_row

    batch = [command() for _ in range(64)]
    columns = as_arrays([_claim_row(claim(one, subject="member:1"))[1] for one in batch], len(CLAIM_COLUMNS))
    plan = await explain(large, CLAIM, [*columns, 10.0, None, 15.0])
    assert scans(plan) == []
    newer = [node for node in _all(plan) if node.get("Alias", "").startswith("n") and "Relation Name" in node]
    assert newer
    assert not [node for node in newer if node["Actual Loops"]]
    rows = await large.fetch("SELECT id, fence FROM commands WHERE id = ANY($1)", [one.id for one in batch])
    held = await Ledger(large).claim([claim(one) for one in batch], 10)
    ends = [settlement(one) for one in held]
    values = as_arrays([_settle_row(one)[1] for one in ends], len(SETTLE_COLUMNS))
    settled = await explain(large, SETTLE, list(values))
    assert len(rows) == 64
    assert scans(settled) == []


def _all(plan: Any) -> list[Any]:
    return [plan, *(node for child in plan.get("Plans", []) for node in _all(child))]


async def test_pages_hold_everything_once(large: Database) -> None:
    seen: list[Any] = []
    cursor = None
    while True:
        page = await list_commands(large, Snowflake(1), CommandFilter(states=["dead"]), cursor=cursor, limit=40)
        seen.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 125 == len({one.id for one in seen})
    assert [one.id for one in seen] == sorted((one.id for one in seen), reverse=True)
    assert len((await list_audit(large, Snowflake(3), limit=10_000)).items) == 200


async def test_a_timeline_tells_what_happened_in_order(database: Database) -> None:
    ledger = Ledger(database)
    ban = command(guild_id=Snowflake(99))
    await ledger.record([ban])
    [first] = await ledger.claim([claim(ban)], 10)
    soon = datetime.now(UTC)
    await ledger.settle([settlement(first, "retrying", attempt=2, next_attempt_at=soon)])
    waiting = await timeline(database, ban.id)
    assert waiting is not None
    assert [step.step for step in waiting] == ["requested", "queued", "started", "ended", "waiting"]
    [second] = await ledger.claim([claim(command(id=ban.id, guild_id=Snowflake(99), attempt=2))], 10)
    await ledger.settle([settlement(second)])
    await ledger.delivered([ban.id])
    steps = await timeline(database, ban.id)
    assert steps is not None
    assert [step.step for step in steps] == [
        "requested", "queued", "started", "ended", "started", "ended", "settled", "delivered",
    ]  # fmt: skip
    assert steps[4].words == "Started, attempt 2"
    assert steps[-2].detail == {"state": "succeeded", "code": "ok"}
    assert await timeline(database, command().id) is None
