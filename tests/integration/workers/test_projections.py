"""Projections: in order, exactly once, each at its own pace, and no trouble of theirs is anybody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from bus import codec
from bus.envelopes import Event
from bus.ids import Snowflake, new_id
from bus.transport import Message
from models import events as e
from models import projections, streams
from models.access import Access
from models.database import Connection, fetch
from models.permissions import Permission
from sandbox.seed import GUILD_ONE
from tests.integration.workers.commands import CLOCK, CROWD, MEMBER, OWNER, a_command
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import eventually
from workers.projections import runner
from workers.projections.guild_state import GuildState
from workers.projections.runner import Projection, ProjectionRunner

GUILD = Snowflake(GUILD_ONE)


def an_event(data: e.EventData) -> Event:
    now = CLOCK.now()
    return e.make_event(data, id=new_id(now), guild_id=GUILD, timestamp=now, source="bot")


def a_role(number: int, **changes: Any) -> Event:
    return an_event(e.RoleCreate(role=msgspec.structs.replace(e.RoleData(id=Snowflake(number), name="r"), **changes)))


async def happen(platform: Platform, *happened: Event) -> None:
    await platform.send(*(Message("events", event.type, codec.encode(event)) for event in happened))


class Counting:
    """Writes a row for each role that it hears of, so that a repeat would show; may hang before it commits."""

    stream = "gateway"

    def __init__(self, name: str = "counting", *, hangs_at: int | None = None) -> None:
        self.name = name
        self.hangs_at = hangs_at
        self.hanging = asyncio.Event()

    async def apply(self, connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            if not event.type.startswith("role."):
                continue
            number = int(event.data["role"]["id"])
            await fetch(
                connection,
                "WITH made AS (INSERT INTO webhook_targets (id, guild_id, url_prefix, created_at) "
                "VALUES (gen_random_uuid(), $1, $2, now())) SELECT 1",
                number,
                self.name,
            )
            if number == self.hangs_at:
                self.hanging.set()
                await asyncio.Event().wait()


async def counted(platform: Platform, name: str = "counting") -> list[int]:
    rows = await platform.database.fetch(
        "SELECT guild_id FROM webhook_targets WHERE url_prefix = $1 ORDER BY guild_id", name
    )
    return [row["guild_id"] for row in rows]


@asynccontextmanager
async def reading(platform: Platform, projection: Projection) -> AsyncIterator[asyncio.Task[None]]:
    transport = await platform.transport("worker")
    reader = ProjectionRunner(projection, transport=transport, database=platform.database, owner=new_id(CLOCK.now()))
    task = asyncio.create_task(reader.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
async def quick_and_empty(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(runner, "_RENEW_EVERY_SECONDS", 0.2)
    for table in ("webhook_targets", "projections", "members", "roles", "channels", "guilds"):
        await platform.database.fetch(f"WITH gone AS (DELETE FROM {table}) SELECT 1")  # noqa: S608


async def test_guild_state_follows_the_gateway(platform: Platform) -> None:
    moderators = e.RoleData(id=Snowflake(7), name="Mods", permissions=str(int(Permission.BAN_MEMBERS)))
    person = e.MemberData(id=Snowflake(MEMBER), username="dov", roles=[Snowflake(7)])
    snapshot = e.GuildSnapshot(
        name="Harbour",
        owner_id=Snowflake(OWNER),
        member_count=2,
        roles=[moderators],
        channels=[e.ChannelData(id=Snowflake(9), name="general", kind=0)],
    )
    access = Access(platform.database)
    async with platform.worker():
        await happen(platform, an_event(snapshot), an_event(e.MemberJoin(member=person)))

        async def known() -> bool:
            found = await access.member_permissions(GUILD, int(MEMBER))
            return found is not None and bool(found.permissions & Permission.BAN_MEMBERS)

        await eventually(known, "the moderator")
        weaker = msgspec.structs.replace(moderators, permissions="0")
        await happen(platform, an_event(e.RoleUpdate(role=weaker)), an_event(e.ChannelDelete(channel_id=Snowflake(9))))

        async def powerless() -> bool:
            found = await access.member_permissions(GUILD, int(MEMBER))
            return found is not None and not found.permissions & Permission.BAN_MEMBERS

        await eventually(powerless)
        await happen(platform, an_event(e.MemberLeave(member_id=Snowflake(MEMBER))), an_event(e.GuildLeave()))

        async def left() -> bool:
            rows = await platform.database.fetch("SELECT left_at FROM guilds WHERE id = $1", GUILD)
            return rows[0]["left_at"] is not None

        await eventually(left)
        command = a_command("moderation.ban", {"member": CROWD[0]})
        await platform.publish(command)
        assert (await platform.end_of(command)).state == "refused"
    assert await platform.database.fetch("SELECT 1 FROM channels") == []


async def test_one_bad_event_is_left_out_and_those_around_it_count(platform: Platform) -> None:
    good = [a_role(number) for number in range(1, 8)]
    bad = [
        a_role(11, permissions="many"),
        a_role(12, color=2**40),
        a_role(13, permissions="9" * 30),
        msgspec.structs.replace(a_role(14), data={"role": 5}),
    ]
    mixed = [event for pair in zip(good, [*bad, *bad], strict=False) for event in pair]
    await platform.send(Message("events", "role.create", b"{no event"))
    await happen(platform, an_event(e.GuildSnapshot(name="Harbour", owner_id=Snowflake(OWNER))), *mixed)
    async with reading(platform, GuildState()):

        async def all_known() -> bool:
            rows = await platform.database.fetch("SELECT id FROM roles ORDER BY id")
            return [row["id"] for row in rows] == list(range(1, 8))

        await eventually(all_known, "the good ones")

        async def at_the_end() -> bool:
            place = await projections.place(platform.database, "guild_state")
            ends = await (await platform.transport("web")).stream_ends("gateway")
            return place is not None and ends is not None and place.stream_offset == ends[1]

        await eventually(at_the_end, "the end of the stream")


async def test_events_count_once_across_readers_that_are_lost_half_way(platform: Platform) -> None:
    await happen(platform, *(a_role(number) for number in range(1, 31)))
    lost = Counting(hangs_at=17)
    async with reading(platform, lost) as first:
        await asyncio.wait_for(lost.hanging.wait(), 8)
        # As if it had died: its lease runs out, and what it had begun is never committed.
        await platform.database.fetch(
            "WITH lapsed AS (UPDATE projections SET lease_until = now() - interval '1 second') SELECT 1"
        )
        async with reading(platform, Counting()):

            async def all_counted() -> bool:
                return await counted(platform) == list(range(1, 31))

            await eventually(all_counted)
            await happen(platform, *(a_role(number) for number in range(31, 41)))
            await eventually(lambda: _is(counted(platform), 40))
        assert not first.done(), "it waits for its turn"
    assert await counted(platform) == list(range(1, 41))


async def test_a_stream_that_was_made_anew_is_read_from_its_beginning(platform: Platform) -> None:
    await happen(platform, *(a_role(number) for number in range(1, 4)))
    async with reading(platform, Counting()):
        await eventually(lambda: _is(counted(platform), 3))
        await streams.renew(platform.database, "gateway")
        await happen(platform, a_role(4))
        await eventually(lambda: _is(counted(platform), 7), "all of it under the new epoch")
    assert await counted(platform) == [1, 1, 2, 2, 3, 3, 4]


@pytest.mark.alone
async def test_a_projection_that_hangs_delays_nobody(platform: Platform) -> None:
    await happen(platform, a_role(1))
    stuck = Counting("stuck", hangs_at=1)
    async with reading(platform, stuck), reading(platform, Counting("free")), platform.worker():
        await asyncio.wait_for(stuck.hanging.wait(), 8)
        await happen(platform, *(a_role(number) for number in range(2, 601)))
        commands = [a_command("moderation.ban", {"member": member}) for member in CROWD[:3]]
        await platform.publish(*commands)
        for command in commands:
            record = await platform.end_of(command)
            assert record.settled_at is not None
            assert (record.settled_at - command.issued_at).total_seconds() < 3
        await eventually(lambda: _is(_roles(platform), 599), "guild state")
    assert await counted(platform, "stuck") == []


async def _roles(platform: Platform) -> Sequence[Any]:
    return await platform.database.fetch("SELECT id FROM roles WHERE id BETWEEN 2 AND 600")


async def _is(rows: Any, number: int) -> bool:
    return len(await rows) == number
