"""Gateway changes become events, and whatever happens to the connection the bot comes back."""

from __future__ import annotations

import asyncio

import pytest

from bot.ports import Ports
from bot.recovery import DiscordRefused
from models.config import Secret
from sandbox.seed import GUILD_ONE, GUILD_TWO
from sandbox.settings import SandboxSettings
from sandbox.world import World as Discord
from tests.integration.bot.relay import Relay
from tests.integration.bot.running_bot import World, followed, running_bot, running_world, serving, until


async def test_the_guilds_and_their_members_are_published_on_connect(world: World) -> None:
    async with running_bot(world):
        guild = await world.event(lambda event: event.type == "guild.snapshot" and event.guild_id == GUILD_ONE)
        members = await world.event(lambda event: event.type == "members.snapshot" and event.guild_id == GUILD_ONE)
    one = world.discord.state.guilds[GUILD_ONE]
    assert guild.data["name"] == "Harbour Lights"
    assert len(guild.data["roles"]) == len(one.roles)
    assert len(guild.data["channels"]) == len(one.channels)
    assert len(members.data["members"]) == len(one.members)
    assert members.data["complete"] is True
    assert members.data["snapshot_id"] == str(guild.id)


async def test_a_changed_role_is_published_with_what_it_was_before(world: World) -> None:
    async with running_bot(world):
        await world.event(lambda event: event.type == "guild.snapshot" and event.guild_id == GUILD_ONE)
        change = {"guild_id": str(GUILD_ONE), "action": "update", "role_id": str(GUILD_ONE + 5), "name": "Old hand"}
        await world.control("POST", "/roles", change)
        event = await world.event(lambda event: event.type == "role.update")
    assert event.data["role"]["name"] == "Old hand"
    assert event.data["before"]["name"] == "Regular"
    assert event.source == "bot"


async def test_a_flood_of_joins_is_published_whole_and_in_order(world: World) -> None:
    async with running_bot(world):
        flood = {"guild_id": str(GUILD_ONE), "action": "bulk_join", "count": 600}
        joined = (await world.control("POST", "/members", flood))["user_ids"]
        await world.event(lambda event: event.type == "member.join" and event.data["member"]["id"] == joined[-1])
    seen = [event.data["member"]["id"] for event in world.heard if event.type == "member.join"]
    assert seen == joined


async def test_a_guild_that_is_away_is_not_a_guild_that_was_left(world: World) -> None:
    async with running_bot(world):
        await world.control("POST", f"/guilds/{GUILD_ONE}/availability", {"state": "unavailable"})
        await world.control("POST", f"/guilds/{GUILD_TWO}/availability", {"state": "removed"})
        left = await world.event(lambda event: event.type == "guild.leave")
        away = await world.event(lambda event: event.type == "guild.unavailable")
    assert (away.guild_id, left.guild_id) == (GUILD_ONE, GUILD_TWO)


async def test_a_dropped_connection_is_resumed_without_a_gap(world: World) -> None:
    async with running_bot(world) as bot:
        await world.event(lambda event: event.type == "members.snapshot" and event.guild_id == GUILD_TWO)
        await world.control("POST", "/gateway", {"action": "drop"})
        change = {"guild_id": str(GUILD_ONE), "action": "create", "name": "Made meanwhile"}
        await world.control("POST", "/roles", change)
        await world.event(lambda event: event.type == "role.create")
        await until(lambda: bot.health.resumes == 1)
    assert [event.type for event in world.heard if event.type in ("events.gap", "role.create")] == ["role.create"]


async def test_a_session_that_is_gone_is_reported_as_a_gap_and_read_anew(world: World) -> None:
    async with running_bot(world):
        await world.event(lambda event: event.type == "members.snapshot" and event.guild_id == GUILD_TWO)
        before = len(world.heard)
        await world.control("POST", "/gateway", {"action": "invalidate", "resumable": False})
        gap = await world.event(lambda event: event.type == "events.gap" and event.guild_id == GUILD_ONE)
        await world.event(lambda event: event.type == "guild.snapshot", after=before)
    assert gap.data["since"] < gap.data["until"]
    assert {event.guild_id for event in world.heard if event.type == "events.gap"} == {GUILD_ONE, GUILD_TWO}


async def test_discord_away_for_a_while_ends_in_a_resume() -> None:
    discord = Discord()
    async with serving(discord) as port:
        relay = Relay(port)
        await relay.open()
        discord.public_url = f"http://127.0.0.1:{relay.port}"
        async with followed(discord) as world, running_bot(world) as bot:
            await world.event(lambda event: event.type == "members.snapshot" and event.guild_id == GUILD_TWO)
            await relay.cut()
            await until(lambda: bot.health.reconnects > 1)
            trouble, connected = bot.health.trouble, bot.health.connected
            await relay.open()
            await until(lambda: bot.health.resumes == 1)
            seen = await world.deferred(await world.use("ping"))
        await relay.cut()
    assert not connected
    assert str(relay.port) in trouble
    assert len(seen["callbacks"]) == 1
    assert not any(event.type == "events.gap" for event in world.heard)


async def test_a_bot_that_starts_before_discord_waits_and_says_where() -> None:
    discord = Discord()
    async with serving(discord) as port:
        pass
    async with followed(discord) as world, running_bot(world, connected=False) as bot:
        await until(lambda: bool(bot.health.trouble))
        trouble = bot.health.trouble
        async with serving(discord, port):
            await until(lambda: bot.health.connected)
            await bot.stop()
    assert f"127.0.0.1:{port}" in trouble


async def test_a_token_that_discord_does_not_know_ends_the_bot_with_the_reason(world: World) -> None:
    with pytest.raises(DiscordRefused, match="DISCORD_TOKEN"):
        async with running_bot(world, connected=False, discord_token=Secret("nobody's")) as bot:
            await asyncio.wait({bot.task}, timeout=5)


async def test_refused_intents_are_done_without_and_reported() -> None:
    async with running_world(SandboxSettings(refused_intents=1 << 1)) as world, running_bot(world) as bot:
        await world.event(lambda event: event.type == "guild.snapshot")
        part = await world.event(lambda event: event.type == "members.snapshot")
        assert bot.health.report()["intents"] == {"privileged": False, "refused": True}
        assert [session["intents"] & 2 for session in world.discord.gateway.report() if session["connected"]] == [0]
        assert part.data["complete"] is False


async def test_two_shards_share_the_guilds(world: World) -> None:
    async with running_bot(world, total_shards=2), running_bot(world, shard_id=1, total_shards=2, sync_commands=False):
        for guild_id in (GUILD_ONE, GUILD_TWO):
            await world.event(lambda event, it=guild_id: event.type == "members.snapshot" and event.guild_id == it)
    seen = [event.guild_id for event in world.heard if event.type == "guild.snapshot"]
    assert sorted(seen) == [GUILD_ONE, GUILD_TWO]


async def test_the_heartbeat_is_written_with_the_shard_and_its_state(world: World) -> None:
    beats = []

    async def beat(details: object) -> None:
        beats.append(details)

    async def version() -> int:
        return 7

    async with running_bot(world, Ports(beat=beat, control_version=version)):
        await until(lambda: bool(beats))
    assert beats[0]["shard"] == [0, 1]
    assert beats[0]["control_version"] == 7
