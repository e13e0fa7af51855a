from dataclasses import replace
from uuid import UUID

from bus.envelopes import Audience
from web.live.encoding import LiveEvent
from web.live.ring import Ring

EPOCH = "0" * 32


def event(offset: int, *, at: float = 0.0, guild_id: int | None = 1, audience: Audience = "viewer") -> LiveEvent:
    frame = b"id: x\ndata: {}\n\n"
    return LiveEvent(offset, at, at, UUID(int=offset).int, guild_id, audience, None, frame, len(frame) - 4)


def filled(*events: LiveEvent, keep_seconds: float = 100.0, most_bytes: int = 10_000) -> Ring:
    ring = Ring(keep_seconds=keep_seconds, most_bytes=most_bytes)
    ring.restart(EPOCH, floor=-1)
    for one in events:
        ring.append(one)
    return ring


def test_it_gives_a_guilds_events_after_an_offset_oldest_first() -> None:
    ring = filled(event(0), event(1, guild_id=2), event(2), event(3))
    assert [one.offset for one in ring.after(0, 1)] == [2, 3]
    assert [one.offset for one in ring.newest(1)] == [3, 2, 0]


def test_entries_older_than_the_time_kept_go_and_raise_the_floor() -> None:
    ring = filled(event(0, at=0.0), event(1, at=50.0), event(2, at=120.0))
    assert (ring.floor, ring.head, len(ring)) == (0, 2, 2)
    ring.drop_old(now=200.0)
    assert (ring.floor, len(ring)) == (1, 1)


def test_bytes_are_bounded() -> None:
    size = len(event(0).frame)
    ring = filled(*(event(offset) for offset in range(10)), most_bytes=3 * size)
    assert len(ring) == 3
    assert ring.floor == 6


def test_a_guild_without_events_leaves_nothing_behind() -> None:
    ring = filled(event(0, at=0.0, guild_id=7), event(1, at=500.0))
    assert ring.after(-1, 7) == []
    assert list(ring.newest(7)) == []


def test_an_entry_that_is_not_for_the_feed_only_moves_the_head() -> None:
    ring = filled(event(0))
    ring.advance(1)
    assert (ring.head, len(ring)) == (1, 1)
    assert str(ring.position) == f"{EPOCH}.0.1"


def test_a_restart_forgets_everything() -> None:
    ring = filled(event(0), event(1))
    ring.restart("f" * 32, floor=41)
    assert (ring.epoch, ring.reach, ring.floor, ring.head, len(ring)) == ("f" * 32, 41, 41, 41, 0)
    assert ring.append(event(0)), "what was seen in another stream is forgotten too"


def test_what_was_published_twice_is_kept_once() -> None:
    ring = filled(event(0))
    again = replace(event(0), offset=1)
    assert not ring.append(again)
    assert (ring.head, [one.offset for one in ring.after(-1, 1)]) == (1, [0])


def beginning_after(floor: int, *events: LiveEvent, most_bytes: int = 10_000) -> Ring:
    ring = Ring(keep_seconds=100.0, most_bytes=most_bytes)
    ring.restart(EPOCH, floor=floor, reach=-1)
    for one in events:
        ring.append(one)
    return ring


def test_a_history_is_put_before_what_is_there_and_its_events_are_known() -> None:
    ring = beginning_after(3, event(4), event(5, guild_id=2))
    history = ring.history(floor=0)
    for one in (event(1), event(2, guild_id=2), event(3)):
        history.append(one)
    assert (ring.reach, ring.floor) == (0, 3)
    ring.put_before(history)
    assert (ring.reach, ring.floor, ring.head, len(ring)) == (0, 0, 5, 5)
    assert [one.offset for one in ring.after(0, 1)] == [1, 3, 4]
    assert [one.offset for one in ring.newest(2)] == [5, 2]
    assert not ring.append(replace(event(2), offset=6))
    ring.drop_old(now=1000.0)
    assert (ring.reach, ring.floor, len(ring)) == (5, 5, 0)


def test_a_history_is_left_out_where_there_was_no_room_for_what_came_after_it() -> None:
    ring = beginning_after(1, event(2), event(3))
    history = ring.history(floor=0)
    history.append(event(1))
    ring.drop_old(now=1000.0)
    ring.put_before(history)
    assert (ring.reach, ring.floor, len(ring)) == (3, 3, 0)
    assert not ring.append(replace(event(1), offset=4))
