from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest

from bus.envelopes import Event
from bus.ids import Snowflake, new_id
from models import events as e
from models.access import Access
from models.database import Database
from models.guild_state import apply_event
from models.permissions import EVERYTHING, Permission
from models.seed import seed
from models.tables.guilds import ChannelRow, GuildRow, MemberRow, PersonRow, RoleRow

BAN = str(int(Permission.BAN_MEMBERS))


async def apply(database: Database, guild: int, *data: e.EventData) -> None:
    for one in data:
        now = datetime.now(UTC)
        event: Event = e.make_event(one, id=new_id(now), guild_id=Snowflake(guild), timestamp=now, source="bot")
        async with database.transaction() as connection:
            assert await apply_event(connection, event)


def member(id: int, *roles: int, name: str = "ada") -> e.MemberData:
    return e.MemberData(id=Snowflake(id), username=name, roles=[Snowflake(role) for role in roles])


def role(id: int, permissions: str = "0", name: str = "role") -> e.RoleData:
    return e.RoleData(id=Snowflake(id), name=name, permissions=permissions)


def snapshot(guild: int, *roles: e.RoleData) -> e.GuildSnapshot:
    channel = e.ChannelData(id=Snowflake(guild * 10), name="general", kind=0)
    return e.GuildSnapshot(
        name="Guild", owner_id=Snowflake(9), member_count=3, roles=[role(guild), *roles], channels=[channel]
    )


async def ids(database: Database, table: type[RoleRow] | type[ChannelRow], guild: int) -> set[int]:
    return {row.id for row in await table.filter(guild_id=guild).using_db(database.client)}


async def test_a_snapshot_replaces_what_was_known_and_may_be_repeated(database: Database) -> None:
    await apply(database, 1, snapshot(1, role(11), role(12)))
    await apply(database, 1, snapshot(1, role(12, BAN, "Mods")), snapshot(1, role(12, BAN, "Mods")))
    assert await ids(database, RoleRow, 1) == {1, 12}
    assert await ids(database, ChannelRow, 1) == {10}
    guild = await GuildRow.get(id=1, using_db=database.client)
    assert (guild.name, guild.available, guild.left_at, guild.member_count) == ("Guild", True, None, 3)


async def test_single_changes_are_applied(database: Database) -> None:
    channel = e.ChannelData(id=Snowflake(21), name="new", kind=0)
    await apply(database, 2, snapshot(2), e.RoleCreate(role=role(22)), e.ChannelCreate(channel=channel))
    await apply(database, 2, e.RoleUpdate(role=role(22, name="renamed")), e.ChannelDelete(channel_id=Snowflake(20)))
    assert await ids(database, ChannelRow, 2) == {21}
    assert (await RoleRow.get(id=22, using_db=database.client)).name == "renamed"
    await apply(database, 2, e.RoleDelete(role_id=Snowflake(22)))
    assert await ids(database, RoleRow, 2) == {2}


async def test_trouble_is_not_leaving_and_coming_back_restores(database: Database) -> None:
    await apply(database, 3, snapshot(3), e.GuildUnavailable())
    assert not (await GuildRow.get(id=3, using_db=database.client)).available
    assert await Access(database).member_permissions(3, 9) is not None
    await apply(database, 3, e.GuildLeave())
    assert (await GuildRow.get(id=3, using_db=database.client)).left_at is not None
    assert await Access(database).member_permissions(3, 9) is None
    await apply(database, 3, snapshot(3))
    assert await Access(database).member_permissions(3, 9) is not None


async def test_the_end_of_a_members_snapshot_removes_those_not_seen_but_nobody_who_joined_since(
    database: Database,
) -> None:
    first = new_id(datetime.now(UTC) - timedelta(seconds=1))
    await apply(
        database, 4, snapshot(4), e.MembersSnapshot(members=[member(1), member(2)], complete=True, snapshot_id=first)
    )
    second = new_id(datetime.now(UTC))
    await apply(
        database, 4,
        e.MembersSnapshot(members=[member(2)], part=0, snapshot_id=second),
        e.MemberJoin(member=member(5)),
        e.MembersSnapshot(members=[member(3)], part=1, complete=True, snapshot_id=second),
    )  # fmt: skip
    rows = await MemberRow.filter(guild_id=4).using_db(database.client)
    assert {row.person_id for row in rows} == {2, 3, 5}
    assert (await GuildRow.get(id=4, using_db=database.client)).member_count == 3
    await apply(database, 4, e.MemberLeave(member_id=Snowflake(5)), e.MemberLeave(member_id=Snowflake(5)))
    assert (await GuildRow.get(id=4, using_db=database.client)).member_count == 2
    assert await PersonRow.exists(id=5, using_db=database.client)


async def test_an_erased_person_stays_erased(database: Database) -> None:
    await apply(database, 5, snapshot(5), e.MemberJoin(member=member(50, name="before")))
    await database.fetch("WITH x AS (UPDATE persons SET username = '', erased_at = now() WHERE id = 50) SELECT 1")
    await apply(database, 5, e.MemberUpdate(member=member(50, name="again")))
    assert (await PersonRow.get(id=50, using_db=database.client)).username == ""


async def test_permissions_add_up_from_everyone_roles_and_ownership(database: Database) -> None:
    await apply(database, 6, snapshot(6, role(61, BAN)), e.MemberJoin(member=member(60, 61, 999)))
    access = Access(database)
    known = await access.member_permissions(6, 60)
    assert known is not None
    assert known.permissions == int(Permission.BAN_MEMBERS)
    owner = await access.member_permissions(6, 9)
    assert owner is not None
    assert owner.permissions == EVERYTHING
    assert await access.member_permissions(6, 12345) is None
    assert [await access.level(6, user) for user in (60, 9, 12345)] == ["moderator", "admin", None]
    assert [one.guild_id for one in await access.guilds_of(60)] == [6]


async def test_ten_thousand_members_are_stored_in_seconds(database: Database) -> None:
    snapshot_id = new_id(datetime.now(UTC))
    people = [member(10_000 + n, 7, name=f"person{n}") for n in range(10_000)]
    started = perf_counter()
    await apply(database, 7, snapshot(7))
    for part in range(10):
        chunk = people[part * 1000 : (part + 1) * 1000]
        await apply(
            database, 7, e.MembersSnapshot(members=chunk, part=part, complete=part == 9, snapshot_id=snapshot_id)
        )
    assert perf_counter() - started < 20
    assert (await GuildRow.get(id=7, using_db=database.client)).member_count == 10_000


async def test_what_says_nothing_about_guilds_is_left_alone(database: Database) -> None:
    now = datetime.now(UTC)
    gap = e.make_event(e.Gap(since=now, until=now), id=new_id(now), guild_id=None, timestamp=now, source="bot")
    async with database.transaction() as connection:
        assert not await apply_event(connection, gap)


@pytest.mark.parametrize("again", [False, True])
async def test_demo_data_can_be_seeded_twice(database: Database, again: bool) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC) if not again else datetime(2026, 11, 20, 5, tzinfo=UTC)
    seeded = await seed(database, now, commands=200)
    [row] = await database.fetch("SELECT count(*) AS n, count(settled_at) AS settled FROM commands")
    assert (seeded.commands, row["n"], row["settled"]) == (200, 200, 200)
