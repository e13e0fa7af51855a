import asyncio

import pytest

from bus.envelopes import Audience
from models.permissions import LEVELS, Level
from web.live.encoding import LiveEvent
from web.live.hub import Hub
from web.live.subscription import Subscription


def subscription(level: Level, viewer_id: str, *, guild_id: int = 1, most: int = 10) -> Subscription:
    return Subscription(client_id=viewer_id, guild_id=guild_id, level=level, viewer_id=viewer_id, most=most)


def event(audience: Audience, *, guild_id: int | None = 1, actor_id: str | None = None) -> LiveEvent:
    return LiveEvent(0, 0.0, 0.0, 1, guild_id, audience, actor_id, b"frame", 0)


async def received(one: Subscription) -> bytes:
    """What was pushed: a closed subscription would hide it, so it is looked at through a sentinel."""
    one.push(b"!")
    return (await one.chunk())[:-1]


async def seen_by(what: LiveEvent) -> list[str]:
    hub = Hub()
    streams = [subscription(level, f"{level}-1") for level in LEVELS] + [subscription("admin", "stranger", guild_id=2)]
    for one in streams:
        hub.add(one)
    hub.publish(what)
    return [one.viewer_id for one in streams if await received(one)]


async def test_each_audience_reaches_its_level_and_those_above_in_its_guild_only() -> None:
    assert await seen_by(event("viewer")) == ["viewer-1", "moderator-1", "admin-1", "operator-1"]
    assert await seen_by(event("moderator")) == ["moderator-1", "admin-1", "operator-1"]
    assert await seen_by(event("admin")) == ["admin-1", "operator-1"]
    assert await seen_by(event("actor")) == ["admin-1", "operator-1"]


async def test_people_see_what_they_caused_once_whatever_its_audience() -> None:
    assert await seen_by(event("admin", actor_id="viewer-1")) == ["viewer-1", "admin-1", "operator-1"]
    hub, one = Hub(), subscription("admin", "me")
    hub.add(one)
    hub.publish(event("admin", actor_id="me"))
    assert await received(one) == b"frame"


async def test_an_event_of_no_guild_reaches_nobody() -> None:
    assert await seen_by(event("viewer", guild_id=None)) == []


async def test_a_full_queue_closes_its_session_and_no_other() -> None:
    hub, slow, fast = Hub(), subscription("viewer", "slow", most=2), subscription("viewer", "fast", most=100)
    hub.add(slow)
    hub.add(fast)
    for _ in range(5):
        hub.publish(event("viewer"))
    assert slow.reason == "slow"
    assert await slow.chunk() == b""
    assert await received(fast) == b"frame" * 5


async def test_a_large_piece_is_followed_by_nothing_so_that_its_sender_lets_go_of_it() -> None:
    one = subscription("viewer", "me")
    assert await one.chunk() == b""
    for frame in (b"a", b"b"):
        one.push(frame)
    assert [await one.chunk(), await one.chunk()] == [b"ab", b""]
    one.push(b"c")
    assert await one.chunk() == b"c"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await one.chunk()
    assert one.delivered == 3


async def test_closing_is_told_once() -> None:
    one, told = subscription("viewer", "me"), []
    one.on_close = lambda: told.append(one.reason)
    one.close("slow")
    one.close("client_gone")
    assert told == ["slow"]


async def test_a_session_that_takes_nothing_between_two_looks_is_stuck() -> None:
    one = subscription("viewer", "me")
    assert not one.is_stuck()
    one.push(b"a")
    assert not one.is_stuck()
    await one.chunk()
    one.push(b"b")
    assert not one.is_stuck()
    assert one.is_stuck()


async def test_a_removed_session_leaves_nothing_behind() -> None:
    hub, one = Hub(), subscription("viewer", "me")
    hub.add(one)
    hub.remove(one)
    hub.remove(one)
    assert len(hub) == 0
    assert hub._rooms == {}


async def test_once_stopping_every_stream_ends_at_once() -> None:
    hub, early, late = Hub(), subscription("viewer", "early"), subscription("viewer", "late")
    hub.add(early)
    hub.stop()
    hub.add(late)
    assert await early.chunk() == b""
    assert await late.chunk() == b""
