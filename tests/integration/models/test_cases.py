"""A member's record, and the counts of what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bus.envelopes import Actor, Event
from bus.ids import Snowflake, new_id
from models import event_counts, notes, warnings
from models.cases import cases_of, counts_of, find_cases
from models.database import Database
from models.ledger import Ledger
from models.tables.guilds import PersonRow
from tests.integration.models.commands import claim, command, settlement

GUILD = Snowflake(70)
ADA = Actor("user", "42", "Ada")


async def done(
    database: Database,
    type: str,
    subject: str | None,
    guild: Snowflake = GUILD,
    state: str = "succeeded",
    **options: object,
) -> None:
    one = command(type=type, guild_id=guild, actor=ADA, options={"member": "5", **options})
    ledger = Ledger(database)
    [claimed] = await ledger.claim([claim(one, subject=subject)], 10)
    await ledger.settle([settlement(claimed, state)])  # type: ignore[arg-type]
    about = {"command_id": one.id, "guild_id": guild, "member_id": 5, "moderator": "42", "at": one.issued_at}
    async with database.transaction() as connection:
        if type == "moderation.warn":
            await warnings.add(connection, reason=str(options["reason"]), **about)  # type: ignore[arg-type]
        if type == "moderation.note":
            await notes.add(connection, text=str(options["text"]), **about)  # type: ignore[arg-type]


async def test_a_record_holds_who_did_what_and_why_newest_first(database: Database) -> None:
    await done(database, "moderation.warn", None, reason="Shouting")
    await done(database, "moderation.note", None, text="New here")
    await done(database, "moderation.timeout", "member:5:timeout", reason="Still shouting", minutes=30)
    await done(database, "moderation.ban", "member:5", state="failed", reason="Never happened")
    await done(database, "moderation.ban", "member:5", reason="Enough")
    await done(database, "moderation.ban", "member:6", reason="Somebody else")
    await done(database, "roles.add", "member:5:role:9")

    record = await cases_of(database, GUILD, 5)
    assert [(case.kind, case.reason) for case in record] == [
        ("ban", "Enough"), ("timeout", "Still shouting"), ("note", "New here"), ("warning", "Shouting"),
    ]  # fmt: skip
    assert {case.actor for case in record} == {ADA}
    assert [case.minutes for case in record] == [None, 30, None, None]
    assert await counts_of(database, GUILD, [5, 6]) == {5: (1, 1), 6: (0, 0)}
    assert await cases_of(database, Snowflake(71), 5) == []


async def test_cases_are_found_by_number_by_whom_and_by_what_for(database: Database) -> None:
    guild, other = Snowflake(72), Snowflake(73)
    named = {"username": "olga", "display_name": "Olga Wren", "updated_at": datetime.now(UTC)}
    await PersonRow.create(using_db=database.client, id=5, **named)
    await done(database, "moderation.warn", None, guild, reason="Shouting 100%")
    await done(database, "moderation.ban", "member:5", guild, reason="Enough")
    await done(database, "moderation.ban", "member:5", other, reason="Enough elsewhere")

    async def reasons(text: str) -> list[str]:
        return [case.reason for case in (await find_cases(database, guild, text)).items]

    assert await reasons("wren") == await reasons("") == await reasons("5") == ["Enough", "Shouting 100%"]
    assert await reasons("100%") == ["Shouting 100%"]
    assert await reasons("1%0") == []
    [ban] = (await find_cases(database, guild, "enough")).items
    assert (ban.kind, ban.member_id, ban.member_name, ban.actor) == ("ban", 5, "Olga Wren", ADA)
    assert await reasons(f"#{ban.number.upper()}") == ["Enough"]
    first = await find_cases(database, guild, "", limit=1)
    rest = await find_cases(database, guild, "", cursor=first.next_cursor, limit=1)
    assert [case.reason for case in (*first.items, *rest.items)] == ["Enough", "Shouting 100%"]
    assert rest.next_cursor is None


async def test_events_are_counted_by_hour_and_kind_and_snapshots_and_commands_are_not(database: Database) -> None:
    hour = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def event(type: str, minutes: int, guild_id: Snowflake | None = GUILD) -> Event:
        at = hour + timedelta(minutes=minutes)
        return Event(id=new_id(at), type=type, guild_id=guild_id, timestamp=at, data={}, source="bot")

    first = [event("member.join", 1), event("member.join", 59), event("member.join", 61), event("command.queued", 2)]
    second = [event("member.join", 3), event("guild.snapshot", 4), event("role.create", 5, None)]
    for batch in (first, second, []):
        async with database.transaction() as connection:
            await event_counts.count_events(connection, batch)
    rows = await database.fetch("SELECT hour, type, count FROM event_counts WHERE guild_id = $1 ORDER BY hour", GUILD)
    assert [(row["hour"], row["type"], row["count"]) for row in rows] == [
        (hour, "member.join", 3), (hour + timedelta(hours=1), "member.join", 1),
    ]  # fmt: skip
    assert await event_counts.expire(database, hour + timedelta(hours=1)) == 1
