"""The plans that a worker's sessions keep must suit tables of any size: also those made while a table was empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from models.approval_store import APPROVAL_OF, TAKE_DECIDED
from models.database import BY_KEY, Database
from models.ledger_claim_sql import CLAIM, CLAIM_COLUMNS
from models.ledger_queue_sql import SWEEP
from models.ledger_settle_sql import CANCEL, CANCEL_COLUMNS, DELIVERED, RENEW, RENEW_COLUMNS, SETTLE, SETTLE_COLUMNS
from tests.postgres import connected

_LARGE = ("commands", "audit")


def _types(columns: tuple[tuple[str, str], ...], *more: str) -> str:
    return ", ".join([*(f"{kind}[]" for _, kind in columns), *more])


STATEMENTS = {
    "claim": (CLAIM, _types(CLAIM_COLUMNS, "float8", "bigint", "float8")),
    "settle": (SETTLE, _types(SETTLE_COLUMNS)),
    "renew": (RENEW, _types(RENEW_COLUMNS, "float8")),
    "delivered": (DELIVERED, "uuid[]"),
    "cancel": (CANCEL, _types(CANCEL_COLUMNS)),
    "sweep": (SWEEP, "float8, bigint, text[]"),
    "take decided": (TAKE_DECIDED, "bigint"),
    "approval": (APPROVAL_OF, "uuid, uuid, text, bigint"),
}


@pytest_asyncio.fixture
async def worker_database(database_url: str) -> AsyncIterator[Database]:
    async with connected(Database(database_url, max_size=1, session=BY_KEY)) as database:
        yield database


@pytest.mark.parametrize("name", list(STATEMENTS))
async def test_a_plan_made_while_the_tables_were_empty_reads_none_from_end_to_end(
    worker_database: Database, name: str
) -> None:
    sql, types = STATEMENTS[name]
    async with worker_database.transaction() as connection:
        await connection.execute_script(f"PREPARE kept ({types}) AS {sql}")
        _, rows = await connection.execute_query(
            f"EXPLAIN (FORMAT JSON) EXECUTE kept ({', '.join(['NULL'] * len(types.split(', ')))})", []
        )
        await connection.execute_script("DEALLOCATE kept")
    read = [node for node in _nodes(msgspec.json.decode(rows[0]["QUERY PLAN"])[0]["Plan"]) if _reads_a_large_one(node)]
    assert read
    assert [node for node in read if "Index Cond" not in node and "Recheck Cond" not in node] == []


def _nodes(plan: Any) -> list[Any]:
    return [plan, *(node for child in plan.get("Plans", []) for node in _nodes(child))]


def _reads_a_large_one(node: Any) -> bool:
    return node["Node Type"].endswith("Scan") and node.get("Relation Name", "").startswith(_LARGE)


async def test_every_session_of_a_worker_keeps_its_plans(worker_database: Database) -> None:
    rows = await worker_database.fetch(
        "SELECT name, setting FROM pg_settings WHERE name = ANY($1)", [*BY_KEY, "enable_partition_pruning"]
    )
    assert {row["name"]: row["setting"] for row in rows} == {**BY_KEY, "enable_partition_pruning": "off"}
