"""Counts of commands and events: right, in every bucket of a time zone, and by an index on a large table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from bus.errors import InvalidMessage
from models import analytics
from models.analytics import COMMAND_USE, COMMANDS_OVER_TIME, EVENT_USE, EVENTS_OVER_TIME, Span
from models.database import Database
from tests.integration.models.test_lists import COMMANDS, explain, scans

GUILD = 77
MONDAY = datetime(2026, 3, 23, tzinfo=UTC)

_MADE = """
INSERT INTO commands (id, guild_id, type, lane, actor_kind, actor_id, source, correlation_id, issued_at, options, state,
    created_at, updated_at, settled_at)
SELECT (left(replace(guildbus_uuid7_floor(at)::text, '-', ''), 12) || '7' || substr(md5(n::text || type), 1, 3) || '8'
        || substr(md5(n::text || type), 4, 15))::uuid,
    $1, type, 'interactive', 'user', (n % 3)::text, 'api', gen_random_uuid(), at, '{}', state, at, at,
    CASE WHEN state = 'running' THEN NULL ELSE at + n * interval '10 milliseconds' END
FROM unnest($2::timestamptz[], $3::text[], $4::text[]) WITH ORDINALITY AS made (at, type, state, n)
"""
_EVENTS = "INSERT INTO event_counts SELECT $1, unnest($2::timestamptz[]), unnest($3::text[]), unnest($4::bigint[])"


@pytest_asyncio.fixture
async def known(database_url: str, database: Database) -> AsyncIterator[Database]:
    """Five commands and some events of three days, then fifteen thousand of other guilds."""
    owner = await asyncpg.connect(database_url)
    if not await owner.fetchval("SELECT count(*) FROM commands"):
        made = [
            (MONDAY + timedelta(hours=1), "moderation.ban", "succeeded"),
            (MONDAY + timedelta(hours=2), "moderation.ban", "failed"),
            (MONDAY + timedelta(hours=26), "utility.ping", "succeeded"),
            (MONDAY + timedelta(hours=27), "moderation.ban", "succeeded"),
            (MONDAY + timedelta(hours=47, minutes=30), "utility.ping", "running"),
        ]
        await owner.execute(_MADE, GUILD, *(list(column) for column in zip(*made, strict=True)))
        counts = [(MONDAY, "role.create", 2), (MONDAY + timedelta(hours=26), "member.join", 5)]
        await owner.execute(_EVENTS, GUILD, *(list(column) for column in zip(*counts, strict=True)))
        await owner.execute(COMMANDS.replace("50000", "15000"))
        await owner.execute(
            "INSERT INTO event_counts SELECT g, now() - h * interval '1 hour', 'kind' || k, 1 "
            "FROM generate_series(1, 20) g, generate_series(1, 500) h, generate_series(1, 5) k"
        )
        await owner.execute("ANALYZE")
    await owner.close()
    yield database


def days(count: int = 3, **changed: Any) -> Span:
    return Span(**{"since": MONDAY, "until": MONDAY + timedelta(days=count), **changed})


async def test_commands_are_counted_by_type_state_and_time_taken(known: Database) -> None:
    ban, ping = await analytics.command_use(known, GUILD, days())
    assert (ban.type, ban.total, ban.states, ban.people) == ("moderation.ban", 3, {"failed": 1, "succeeded": 2}, 2)
    assert (ban.median_ms, ban.p95_ms) == (20.0, 38.0)
    assert (ping.type, ping.total, ping.states) == ("utility.ping", 2, {"running": 1, "succeeded": 1})
    assert ping.median_ms == 30.0
    assert [one.type for one in await analytics.command_use(known, GUILD, days(), type="utility.ping")] == [ping.type]
    assert [one.total for one in await analytics.command_use(known, GUILD, days(1))] == [2]


async def test_every_day_has_its_bucket_and_empty_ones_say_so(known: Database) -> None:
    found = await analytics.command_use_over_time(known, GUILD, days(4))
    assert [one.at for one in found] == [MONDAY + timedelta(days=n) for n in range(4)]
    assert [one.total for one in found] == [2, 3, 0, 0]
    assert found[1].states == {"running": 1, "succeeded": 2}
    assert (found[3].median_ms, found[3].states) == (None, {})
    by_hour = await analytics.command_use_over_time(known, GUILD, days(1, bucket="hour"))
    assert [one.total for one in by_hour] == [0, 1, 1, *[0] * 21]
    [week] = await analytics.command_use_over_time(known, GUILD, days(3, bucket="week"))
    assert (week.at, week.total) == (MONDAY, 5)


async def test_days_are_those_of_the_time_zone_also_when_the_clocks_change(known: Database) -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    found = await analytics.command_use_over_time(known, GUILD, days(2, timezone="Asia/Tokyo"))
    # In Tokyo it is 9 hours later: the command of Tuesday 23:30 is Wednesday's there, and the span begins on a Monday.
    assert [one.total for one in found] == [2, 2, 1]
    over_the_change = Span(
        since=datetime(2026, 3, 28, tzinfo=lisbon), until=datetime(2026, 3, 31, tzinfo=lisbon), timezone="Europe/Lisbon"
    )
    starts = [one.at.astimezone(lisbon) for one in await analytics.guild_activity(known, GUILD, over_the_change)]
    assert [(one.day, one.hour) for one in starts] == [(28, 0), (29, 0), (30, 0)]


async def test_events_are_counted_by_type_and_time(known: Database) -> None:
    assert [(one.type, one.total) for one in await analytics.event_use(known, GUILD, days())] == [
        ("member.join", 5), ("role.create", 2),
    ]  # fmt: skip
    found = await analytics.event_use_over_time(known, GUILD, days())
    assert [one.types for one in found] == [{"role.create": 2}, {"member.join": 5}, {}]
    activity = await analytics.guild_activity(known, GUILD, days())
    assert [(one.commands, one.events, one.people) for one in activity] == [(2, 2, 2), (3, 5, 3), (0, 0, 0)]


@pytest.mark.parametrize("span", [days(0), days(-1), days(367), days(60, bucket="hour")])
async def test_a_span_that_cannot_be_answered_is_refused(known: Database, span: Span) -> None:
    with pytest.raises(InvalidMessage, match="range"):
        await analytics.guild_activity(known, GUILD, span)


@pytest.mark.parametrize(
    ("sql", "more"),
    [
        (COMMAND_USE, [None]),
        (COMMAND_USE, ["area1.name"]),
        (COMMANDS_OVER_TIME, [None, "day", "UTC"]),
        (EVENT_USE, []),
        (EVENTS_OVER_TIME, ["day", "Europe/Lisbon"]),
    ],
)
async def test_every_count_goes_by_an_index(known: Database, sql: str, more: list[Any]) -> None:
    now = datetime.now(UTC)
    plan = await explain(known, sql, [3, now - timedelta(days=30), now, *more])
    # The default partition holds the five commands of the spring.
    assert set(scans(plan)) <= {"commands_default"}
    assert "event_counts" not in _read_whole(plan)
    assert plan["Actual Total Time"] < 500


def _read_whole(plan: Any) -> set[str]:
    inner: set[str] = set().union(*(_read_whole(child) for child in plan.get("Plans", [])))
    return inner | ({plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set())
