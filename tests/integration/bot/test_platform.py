"""What the bot reads and writes in the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from bot.platform import Platform
from bus.clock import SystemClock
from bus.ids import Snowflake, new_id
from models import processes, settings_store
from models.catalogue import BUILT_IN, Catalogue
from models.command_rules import key_of
from models.commands.utility import Ping, ServerInfo
from models.database import BOT_ROLE, Database
from tests.postgres import as_role

CATALOGUE = Catalogue(BUILT_IN)


def platform(database: Database, shard_id: int = 0) -> Platform:
    return Platform(database, catalogue=CATALOGUE, process_id=new_id(SystemClock().now()), shard_id=shard_id)


@pytest_asyncio.fixture
async def bots_own(database: Database) -> AsyncIterator[Database]:
    async with as_role(database, BOT_ROLE) as own:
        yield own


async def test_one_process_at_a_time_may_register_the_commands(bots_own: Database) -> None:
    one, other = platform(bots_own), platform(bots_own, 1)
    async with one.registration_turn() as mine, other.registration_turn() as theirs:
        assert (mine, theirs) == (True, False)
    async with other.registration_turn() as theirs:
        assert theirs


async def test_the_heartbeat_shows_the_shard_until_the_farewell(database: Database, bots_own: Database) -> None:
    one = platform(bots_own, 3)
    await one.beat({"control_version": 5, "shard": [3, 4]})
    (seen,) = [row for row in await processes.list_live(database) if row.shard == 3]
    assert (seen.kind, seen.control_version, seen.details["shard"]) == ("bot", 5, [3, 4])
    await one.farewell()
    assert [row for row in await processes.list_live(database) if row.shard == 3] == []


async def test_a_guild_that_wants_private_answers_is_known_once_control_says_so(
    database: Database, bots_own: Database
) -> None:
    one, guild = platform(bots_own), Snowflake(4711)
    rules = one.rules
    await one.control_version()
    assert not rules.private(guild, Ping)
    async with database.transaction() as connection:
        values = {"private_replies": True, key_of(ServerInfo.type, "enabled"): False}
        _, after = await settings_store.set_values(connection, guild, values, by="test", command_id=None)
    assert await one.control_version() == after.control_version
    assert rules.private(guild, Ping)
    assert not rules.of(guild, ServerInfo).enabled
    assert not rules.private(Snowflake(4712), Ping)
    async with database.transaction() as connection:
        await settings_store.set_values(connection, guild, {"private_replies": None}, by="test", command_id=None)
    await one.control_version()
    assert not rules.private(guild, Ping)
    assert not rules.of(guild, ServerInfo).enabled, "what did not change stays"


async def test_two_beats_at_once_are_one_row(database: Database) -> None:
    one = platform(database, 9)
    await asyncio.gather(one.beat({}), one.beat({}))
    assert len([row for row in await processes.list_live(database) if row.shard == 9]) == 1
    await one.farewell()


async def test_a_farewell_to_a_database_that_was_never_there_is_no_error() -> None:
    await platform(Database("postgresql://nobody@127.0.0.1:1/nothing")).farewell()
