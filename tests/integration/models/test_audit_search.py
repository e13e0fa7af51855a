"""Finding lines of a long audit trail: by words, person, source and action, each by an index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from bus.ids import Snowflake
from models.database import Database
from models.queries import ALL, AllGuilds, AuditFilter, audit_list_sql, list_audit
from tests.integration.models.test_lists import executed, explain, scans

GUILD = Snowflake(7)
# Two lines a command, as the ledger writes them: an intent and how it ended.
LINES = """
INSERT INTO audit (id, guild_id, command_id, correlation_id, type, phase, at, actor_kind, actor_id, actor_name, source,
    subject, reason, after, detail)
SELECT id, CASE WHEN n % 50 = 0 THEN 8 ELSE 7 END, id, id,
    (ARRAY['moderation.ban', 'moderation.timeout', 'roles.add', 'settings.set'])[n / 2 % 4 + 1],
    CASE WHEN n % 2 = 0 THEN 'intent' ELSE 'outcome' END, guildbus_uuid7_time(n), 'user', (n % 40)::text,
    'Moderator ' || n % 40, (ARRAY['bot', 'dashboard', 'api'])[n / 2 % 3 + 1], 'member:' || 5000 + n / 2 % 900,
    CASE WHEN n % 1001 = 0 THEN 'Advertising a rival-server' ELSE 'spam number ' || n / 2 END,
    jsonb_build_object('welcome_text', 'Ahoy ' || n / 2),
    jsonb_build_object('attempt', 1, 'targets', jsonb_build_object('member', (5000 + n / 2 % 900)::text))
FROM (
    SELECT n, (left(replace(guildbus_uuid7_floor(guildbus_uuid7_time(n))::text, '-', ''), 12) || '7'
        || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS id
    FROM generate_series(1, 60000) n
) made
""".replace("guildbus_uuid7_time(n)", "(now() - n * interval '20 seconds')")


@pytest_asyncio.fixture
async def long(database_url: str, database: Database) -> AsyncIterator[Database]:
    owner = await asyncpg.connect(database_url)
    if not await owner.fetchval("SELECT count(*) FROM audit"):
        await owner.execute(LINES)
        await owner.execute("VACUUM ANALYZE audit")
    await owner.close()
    yield database


@pytest.mark.parametrize(
    ("guild", "where"),
    [
        (GUILD, AuditFilter(text="rival")),
        (GUILD, AuditFilter(text="spam number 77")),
        (GUILD, AuditFilter(text="nowhere to be found")),
        (GUILD, AuditFilter(person_id=5003)),
        (GUILD, AuditFilter(person_id=5003, type="roles.add", source="api", actor_id="6", intents=False)),
        (GUILD, AuditFilter(type="messages.announce", intents=False)),
        (GUILD, AuditFilter(source="schedule")),
        (ALL, AuditFilter(text="rival")),
        (ALL, AuditFilter(text="nowhere", intents=False)),
    ],
)
async def test_what_is_rare_is_found_by_the_index_of_words(
    long: Database, guild: Snowflake | AllGuilds, where: AuditFilter
) -> None:
    sql, values, _ = audit_list_sql(guild, where, None, 50)
    plan = await explain(long, sql, values)
    assert scans(plan) == []
    assert read_of(plan) < 2_000, "it reads what fits, not what is there"


async def test_what_is_common_is_read_from_the_newest(long: Database) -> None:
    sql, values, _ = audit_list_sql(GUILD, AuditFilter(source="bot", text="spam"), None, 50)
    plan = await explain(long, sql, values)
    assert scans(plan) == []
    page = await list_audit(long, GUILD, AuditFilter(source="bot", text="spam"))
    assert len(page.items) == 50
    assert page.next_cursor is not None
    assert {(entry.source, entry.phase) for entry in page.items} == {("bot", "outcome")}


async def test_words_begin_as_typed_whatever_stands_between_them(long: Database) -> None:
    async def found(text: str) -> int:
        return len((await list_audit(long, GUILD, AuditFilter(text=text), limit=200)).items)

    assert await found("rival-server") == await found("RIV adv") == await found("Advertising a rival server!") > 20
    assert await found("ahoy 77") > 1
    assert await found("welcome_text ahoy 77") == await found("ahoy 77")
    assert await found("moderation.ban rival") < await found("rival")
    assert await found("!?") == 0
    assert await found("spam & ! ( 'x") == 0


async def test_another_guilds_lines_are_never_found(long: Database) -> None:
    page = await list_audit(long, Snowflake(8), AuditFilter(person_id=5003, intents=False), limit=200)
    assert {entry.guild_id for entry in page.items} <= {Snowflake(8)}
    assert (await list_audit(long, Snowflake(9), AuditFilter(text="spam"))).items == []


async def test_intents_are_listed_only_where_they_are_asked_for(long: Database) -> None:
    assert {entry.phase for entry in (await list_audit(long, GUILD)).items} == {"intent", "outcome"}
    assert {entry.phase for entry in (await list_audit(long, GUILD, AuditFilter(intents=False))).items} == {"outcome"}


def read_of(plan: Any) -> int:
    """How many rows the scans of the plan handed on or threw away."""
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in executed(plan)
        if "Scan" in node["Node Type"] and node["Node Type"] != "Bitmap Index Scan"
    )
