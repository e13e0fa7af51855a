from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.gateway_events import gap_events
from bot.health import BotHealth
from bot.outbox import Outbox
from bus import codec
from bus.envelopes import Event
from bus.errors import BrokerUnavailable, BusError, InvalidMessage
from bus.ids import Snowflake, new_id
from bus.transport import Message
from models.events import RoleDelete, make_event
from tests.unit.bot.clocks import Clock


class Broker:
    """Confirms, unless `answer` says otherwise of a message."""

    def __init__(self) -> None:
        self.taken: list[Event] = []
        self.windows: list[int] = []
        self.down = False
        self.refused: set[str] = set()

    async def publish_all(self, messages: Sequence[Message], *, timeout_seconds: float = 10.0) -> list[BusError | None]:
        self.windows.append(len(messages))
        return [self._answer(message) for message in messages]

    def _answer(self, message: Message) -> BusError | None:
        assert message.exchange == "events"
        event = codec.decode(message.body, Event)
        assert message.routing_key == event.type
        if self.down:
            return BrokerUnavailable("down")
        if event.data.get("name") in self.refused:
            return InvalidMessage("no")
        self.taken.append(event)
        return None

    @property
    def names(self) -> list[str]:
        return [event.data.get("name", event.type) for event in self.taken]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broker() -> Broker:
    return Broker()


def outbox(broker: Broker, clock: Clock, health: BotHealth, bound: int = 1000) -> Outbox:
    def overflowed(since: datetime, until: datetime) -> list[Event]:
        return gap_events({"1"}, since=since, until=until, shard=0, cause="overflow")

    return Outbox(broker, clock, health, overflowed=overflowed, bound=bound, chance=lambda: 1.0)  # type: ignore[arg-type]


def event(name: str) -> Event:
    clock = Clock()
    data = RoleDelete(role_id=Snowflake(5), name=name)
    return make_event(data, id=new_id(clock.now()), guild_id=Snowflake(1), timestamp=clock.now(), source="bot")


async def drain(box: Outbox) -> None:
    running = asyncio.create_task(box.run())
    assert await box.drained(5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_flood_leaves_in_order_and_in_few_windows(broker: Broker, clock: Clock) -> None:
    box = outbox(broker, clock, BotHealth(), bound=5000)
    names = [str(number) for number in range(1000)]
    for name in names:
        box.put(event(name))
    await drain(box)
    assert broker.names == names
    assert len(broker.windows) <= 5


async def test_what_an_outage_held_back_follows_in_order(
    broker: Broker, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_wait(seconds: float) -> None:
        broker.down = False

    monkeypatch.setattr("bot.outbox.asyncio.sleep", no_wait)
    broker.down = True
    box = outbox(broker, clock, BotHealth())
    for name in ("a", "b", "c"):
        box.put(event(name))
    await drain(box)
    assert broker.names == ["a", "b", "c"]


async def test_what_can_never_be_published_does_not_hold_up_the_rest(broker: Broker, clock: Clock) -> None:
    broker.refused = {"b"}
    health = BotHealth()
    box = outbox(broker, clock, health)
    for name in ("a", "b", "c"):
        box.put(event(name))
    await drain(box)
    assert broker.names == ["a", "c"]
    assert health.events_dropped == 1


async def test_beyond_the_bound_a_gap_takes_the_place_of_what_was_dropped(broker: Broker, clock: Clock) -> None:
    health = BotHealth()
    box = outbox(broker, clock, health, bound=4)
    for number in range(10):
        clock.move(1)
        box.put(event(str(number)))
    assert health.events_dropped == 6
    broker.taken.clear()
    running = asyncio.create_task(box.run())
    assert await box.drained(5)
    running.cancel()
    box.put(event("afterwards"))
    await drain(box)
    assert [one.type for one in broker.taken] == ["role.delete"] * 4 + ["events.gap", "role.delete"]
    assert broker.taken[-1].data["name"] == "afterwards"


async def test_a_stop_does_not_wait_for_a_broker_that_is_gone(broker: Broker, clock: Clock) -> None:
    box = outbox(broker, clock, BotHealth())
    box.put(event("a"))
    assert not await box.drained(0.01)
