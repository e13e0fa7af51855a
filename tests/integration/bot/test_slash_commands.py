"""From the slash command to the message on the broker, through the real library and the stand-in for Discord."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.intake import NOT_ACCEPTED, UNCONFIRMED
from bot.ports import Ports
from bus.envelopes import Command
from bus.errors import BrokerUnavailable
from bus.ids import derived_id, snowflake_time
from models.catalogue import load_catalogue
from models.guild_rules import RulesInForce
from sandbox.seed import GUILD_ONE, person_id
from tests.integration.bot.running_bot import World, running_bot

pytestmark = pytest.mark.alone


async def test_a_slash_command_is_deferred_and_published(world: World) -> None:
    async with running_bot(world) as bot:
        used = await world.use("ban", member=str(person_id("member")), reason="spam")
        seen = await world.deferred(used)
        command = await bot.next_command()
    assert [row["type"] for row in seen["callbacks"]] == [5]
    assert seen["ephemeral"] is False
    assert command.id == derived_id(snowflake_time(int(used)), "interaction", used)
    assert command.type == "moderation.ban"
    assert command.guild_id == GUILD_ONE
    assert command.subject == f"member:{person_id('member')}"
    assert command.actor.kind == "user"
    assert command.actor.id == str(person_id("moderator"))
    assert command.grant is not None
    assert int(command.grant.permissions) & 1 << 2
    assert command.options == {"member": str(person_id("member")), "reason": "spam"}
    assert command.expires_at == command.issued_at + timedelta(minutes=15)
    assert command.reply_to is not None
    assert command.reply_to.application_id == world.discord.settings.application_id


async def test_a_subcommand_of_a_private_spec_is_deferred_privately(world: World) -> None:
    async with running_bot(world) as bot:
        used = await world.use("settings set", "admin", key="timezone", value="Europe/Lisbon")
        seen = await world.deferred(used)
        command = await bot.next_command()
    assert seen["ephemeral"] is True
    assert command.type == "settings.set"
    assert command.reply_to is not None
    assert command.reply_to.ephemeral


async def test_a_guild_that_wants_private_answers_gets_them(world: World) -> None:
    rules = RulesInForce(load_catalogue())
    rules.learn(GUILD_ONE, {"private_replies": True})
    async with running_bot(world, Ports(rules=rules)):
        seen = await world.deferred(await world.use("ping"))
    assert seen["ephemeral"] is True


async def test_options_that_the_spec_refuses_are_answered_privately_and_not_published(world: World) -> None:
    async with running_bot(world) as bot:
        for row in world.discord.state.commands[0].values():
            if row["name"] == "ban":  # As a client does that still has an older form of the command.
                row["options"].append({"name": "colour", "type": 3, "description": "gone", "required": False})
        used = await world.use("ban", member=str(person_id("member")), colour="blue")
        seen = await world.answered(used)
        await world.deferred(await world.use("ping"))
        command = await bot.next_command()
    assert "colour" in seen["reply"]["content"]
    assert "Nothing was done" in seen["reply"]["content"]
    assert seen["ephemeral"] is True
    assert command.type == "utility.ping"


async def test_a_command_of_the_same_name_that_belongs_to_a_guild_is_not_run(world: World) -> None:
    async with running_bot(world) as bot:
        commands = world.discord.state.commands
        (ping,) = [row for row in commands[0].values() if row["name"] == "ping"]
        commands[GUILD_ONE] = {1: {**ping, "id": "1", "guild_id": str(GUILD_ONE)}}
        seen = await world.answered(await world.use("ping"))
        commands[GUILD_ONE].clear()
        await world.use("ping")
        await bot.next_command()
    assert "not known here" in seen["reply"]["content"]


async def test_a_broker_that_refuses_is_told_to_the_user(world: World) -> None:
    async def refuse(command: Command) -> None:
        raise BrokerUnavailable("no connection")

    async with running_bot(world, Ports(publish=refuse)):
        seen = await world.answered(await world.use("ping"))
    assert seen["reply"]["content"] == NOT_ACCEPTED


async def test_a_publish_that_is_never_confirmed_is_told_to_the_user_after_two_seconds(world: World) -> None:
    async def wait_for_ever(command: Command) -> None:
        await asyncio.Event().wait()

    async with running_bot(world, Ports(publish=wait_for_ever)):
        seen = await world.answered(await world.use("ping"))
    assert seen["reply"]["content"] == UNCONFIRMED
    assert seen["callbacks"][0]["after_ms"] < 1000


async def test_a_burst_of_150_is_deferred_in_time(world: World) -> None:
    async with running_bot(world) as bot:
        used = await asyncio.gather(*(world.use("ping") for _ in range(150)))
        seen = await asyncio.gather(*(world.deferred(one) for one in used))
        batch = []
        while len(batch) < 150:
            batch += await asyncio.wait_for(bot.commands.batch(most=150, wait_seconds=0.05), 5)
    late = [row["callbacks"] for row in seen if not row["callbacks"] or row["callbacks"][0]["after_ms"] >= 3000]
    assert late == []


async def test_a_deferral_whose_answer_is_lost_is_sent_again_and_counts_once(world: World) -> None:
    route = "POST /interactions/{interaction_id}/{token}/callback"
    async with running_bot(world) as bot:
        await world.control("POST", "/faults", {"route": route, "kind": "lost_answer", "times": 1})
        seen = await world.deferred(await world.use("ping"))
        await bot.next_command()
    assert len(seen["callbacks"]) == 1


async def test_a_rate_limited_deferral_is_sent_again(world: World) -> None:
    route = "POST /interactions/{interaction_id}/{token}/callback"
    async with running_bot(world) as bot:
        await world.control("POST", "/faults", {"route": route, "kind": "rate_limit", "retry_after": 0.1, "times": 1})
        seen = await world.deferred(await world.use("ping"))
        await bot.next_command()
    assert len(seen["callbacks"]) == 1


async def test_answers_carry_no_authorization_and_pass_the_library_by(world: World) -> None:
    async with running_bot(world) as bot:
        world.discord.limits.global_per_second = 0  # From here on Discord refuses whatever counts.
        seen = await world.deferred(await world.use("ping"))
        await bot.next_command()
    assert len(seen["callbacks"]) == 1


async def test_completions_are_answered(world: World) -> None:
    asked = {
        "guild_id": str(GUILD_ONE),
        "user_id": str(person_id("admin")),
        "command": "settings set",
        "options": {"key": "timez"},
        "focused": "key",
    }
    async with running_bot(world):
        answer = await world.control("POST", "/autocomplete", asked)
    assert [row["value"] for row in answer["choices"]] == ["timezone"]
