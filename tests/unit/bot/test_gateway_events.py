from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.gateway import Dispatch
from bot.gateway_events import GatewayEvents, Takers
from bot.health import BotHealth
from bot.interaction import Interaction
from bot.snapshots import MemberLists
from bus.envelopes import Event
from bus.ids import derived_id
from tests.unit.bot.clocks import Clock

ROLE = {"guild_id": "100", "role": {"id": "5", "name": "Regular"}}
GUILD = {"id": "100", "name": "Harbour", "owner_id": "1", "members": [{"user": {"id": "9", "username": "u"}}]}


class Box:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def put(self, event: Event) -> None:
        self.events.append(event)


class Bench:
    def __init__(self, *, privileged: bool = True) -> None:
        self.box, self.health, self.members = Box(), BotHealth(privileged_intents=privileged), MemberLists()
        self.taken: list[Interaction] = []
        self.error: Exception | None = None
        takers = Takers(slash=self.take, autocomplete=self.take)
        self.events = GatewayEvents(
            outbox=self.box,  # type: ignore[arg-type]
            members=self.members,
            health=self.health,
            takers=takers,
        )

    async def take(self, interaction: Interaction) -> None:
        self.taken.append(interaction)
        if self.error is not None:
            raise self.error

    def hear(self, event: str, data: dict[str, Any], sequence: int = 1, **more: Any) -> bool:
        return self.events(Dispatch(event, data, "session", sequence, Clock().now(), **more))


def test_an_events_id_comes_from_session_and_sequence() -> None:
    first, again, other = Bench(), Bench(), Bench()
    first.hear("GUILD_ROLE_CREATE", ROLE, 7)
    again.hear("GUILD_ROLE_CREATE", ROLE, 7)
    other.hear("GUILD_ROLE_CREATE", ROLE, 8)
    assert first.box.events == again.box.events
    assert first.box.events[0].id == derived_id(Clock().now(), "gateway", "session", 7)
    assert other.box.events[0].id != first.box.events[0].id


def test_the_first_ready_is_no_gap() -> None:
    bench = Bench()
    bench.hear("READY", {"guilds": [{"id": "100"}]})
    assert bench.box.events == []
    assert bench.health.connected


def test_a_ready_after_an_earlier_session_is_a_gap_for_every_guild() -> None:
    bench = Bench()
    bench.hear("READY", {"guilds": [{"id": "100"}, {"id": "200"}]}, quiet_since=Clock().now())
    assert [(event.type, event.guild_id) for event in bench.box.events] == [("events.gap", 100), ("events.gap", 200)]
    assert bench.health.gaps == 1


def test_without_the_members_intent_the_few_that_are_known_are_no_complete_list() -> None:
    bench = Bench(privileged=False)
    bench.hear("GUILD_CREATE", GUILD)
    snapshot, members = bench.box.events
    assert members.data["complete"] is False
    assert members.data["snapshot_id"] == str(snapshot.id)
    assert members.id != snapshot.id


def test_the_library_keeps_guild_events_and_never_sees_the_chunks_asked_for_here() -> None:
    bench = Bench()
    assert bench.hear("GUILD_CREATE", GUILD) is False
    nonce = bench.box.events[0].id.hex
    chunk = {"nonce": nonce, "guild_id": "100", "chunk_index": 0, "chunk_count": 1, "members": []}
    assert bench.hear("GUILD_MEMBERS_CHUNK", chunk, 2) is True
    assert bench.hear("GUILD_MEMBERS_CHUNK", {**chunk, "nonce": "other"}, 3) is False


def _interaction(kind: int, command_type: int = 1) -> dict[str, Any]:
    data = {"id": "1", "name": "ping", "type": command_type}
    return {"id": "1", "application_id": "1", "type": kind, "token": "t", "data": data}


@pytest.mark.parametrize(("kind", "command_type", "taken"), [(2, 1, True), (4, 1, True), (2, 3, False), (3, 1, False)])
async def test_slash_commands_and_completions_are_taken_here_and_the_rest_is_the_librarys(
    kind: int, command_type: int, taken: bool
) -> None:
    bench = Bench()
    assert bench.hear("INTERACTION_CREATE", _interaction(kind, command_type)) is taken
    await bench.events.finish(1)
    assert bool(bench.taken) is taken


async def test_an_interaction_that_fails_is_caught() -> None:
    bench = Bench()
    bench.error = RuntimeError("broken")
    bench.hear("INTERACTION_CREATE", _interaction(2))
    await asyncio.wait_for(bench.events.finish(1), 2)
    bench.error = None
    bench.hear("INTERACTION_CREATE", _interaction(2), 2)
    await bench.events.finish(1)
    assert len(bench.taken) == 2


def test_a_guild_that_was_left_is_counted_no_more() -> None:
    bench = Bench()
    bench.hear("GUILD_CREATE", GUILD)
    assert bench.health.guilds == 1
    bench.hear("GUILD_DELETE", {"id": "100", "unavailable": True}, 2)
    assert bench.health.guilds == 1
    bench.hear("GUILD_DELETE", {"id": "100"}, 3)
    assert bench.health.guilds == 0
