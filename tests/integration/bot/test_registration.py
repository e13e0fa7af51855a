"""Discord's list of commands is brought to what the specs say, and left alone where it already is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.ports import Ports
from bot.slash import slash_commands, slash_payloads
from models.catalogue import BUILT_IN, Catalogue
from tests.integration.bot.running_bot import World, running_bot, until

_WRITES = ("POST", "PUT", "PATCH", "DELETE")


def _writes(world: World) -> dict[str, dict[str, int]]:
    routes = world.discord.requests.report(0)["routes"]
    return {
        route: counts for route, counts in routes.items() if route.startswith(_WRITES) and "/applications/" in route
    }


async def test_the_first_start_registers_everything(world: World) -> None:
    async with running_bot(world):
        pass
    names = {row["name"] for row in world.discord.state.commands[0].values()}
    assert names == {row["name"] for row in slash_payloads(slash_commands(Catalogue(BUILT_IN)))}
    assert _writes(world) == {"PUT /applications/{application_id}/commands": {"200": 1}}


async def test_a_second_start_writes_nothing(world: World) -> None:
    async with running_bot(world):
        pass
    world.discord.requests.clear()
    async with running_bot(world):
        pass
    assert _writes(world) == {}


async def test_only_what_changed_is_written(world: World) -> None:
    async with running_bot(world):
        pass
    commands = world.discord.state.commands[0]
    (ping,) = [row for row in commands.values() if row["name"] == "ping"]
    old_id, ping["description"] = ping["id"], "Something else"
    commands[7] = {**ping, "id": "7", "name": "forgotten"}
    world.discord.requests.clear()
    async with running_bot(world):
        pass
    assert _writes(world) == {
        "POST /applications/{application_id}/commands": {"200": 1},
        "DELETE /applications/{application_id}/commands/{command_id}": {"204": 1},
    }
    (again,) = [row for row in commands.values() if row["name"] == "ping"]
    assert again["id"] == old_id
    assert again["description"] != "Something else"


async def test_a_process_whose_turn_it_is_not_writes_nothing(world: World) -> None:
    asked = []

    @asynccontextmanager
    async def not_mine() -> AsyncIterator[bool]:
        asked.append(True)
        yield False

    async with running_bot(world, Ports(registration_turn=not_mine), connected=False) as bot:
        await until(lambda: bot.health.connected and bool(asked))
    assert _writes(world) == {}


async def test_discord_in_trouble_is_asked_again(world: World) -> None:
    fault = {"route": "GET /applications/{application_id}/commands", "kind": "status", "status": 503, "times": 1}
    await world.control("POST", "/faults", fault)
    async with running_bot(world) as bot:
        assert bot.health.commands_synced
