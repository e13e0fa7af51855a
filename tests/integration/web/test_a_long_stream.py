"""A web process that starts while the stream is long, on a real RabbitMQ: ready at once, and nothing missed for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from bus import codec
from bus.envelopes import Event
from bus.ids import Snowflake, new_id
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from bus.transport import Message, StreamEntry, StreamOffset, Transport
from models import streams
from models.database import Database
from tests.integration.web.running_web import GUILD, OTHER_GUILD, know_the_guilds, running_web
from tests.integration.web.sse import eventually, open_stream
from tests.rabbitmq import Vhost
from web.live.seek import closing_entries

_OLD, _EVERY = 6_000, 100


class _Behind:
    """A clock that shows an earlier time."""

    def __init__(self, behind: timedelta = timedelta()) -> None:
        self.behind = behind

    def now(self) -> datetime:
        return datetime.now(UTC) - self.behind

    def monotonic(self) -> float:
        return time.monotonic()


class _HeldHistory(RabbitMQTransport):
    """Reads nothing from the stream's first entry on until it may."""

    def __init__(self, url: str) -> None:
        super().__init__(url, load_topology(), clock=_Behind(), name="web that starts")
        self.released = asyncio.Event()

    async def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        if offset == 0:
            await self.released.wait()
        async with closing_entries(super().follow(stream, offset=offset, prefetch=prefetch)) as entries:
            async for entry in entries:
                yield entry


def _event(at: datetime, guild_id: Snowflake) -> Event:
    return Event(
        id=new_id(at),
        type="role.create",
        guild_id=guild_id,
        timestamp=at,
        data={"role": {"id": "5", "name": "Night watch"}},
        source="bot",
    )


async def _publish(transport: Transport, events: list[Event]) -> None:
    messages = [Message("results", f"bot.{event.type}", codec.encode(event)) for event in events]
    assert not any(await transport.publish_all(messages, timeout_seconds=30))


async def test_it_is_ready_before_it_has_read_the_history_and_sessions_go_on_from_anywhere_in_it(
    database: Database, rabbitmq_vhost: Vhost
) -> None:
    await know_the_guilds(database)
    clock, url = _Behind(timedelta(minutes=30)), rabbitmq_vhost.url("web")
    publisher = RabbitMQTransport(url, load_topology(), clock=clock, name="publisher")
    starting = _HeldHistory(url)
    await publisher.start()
    await starting.start()
    try:
        old = [_event(clock.now(), OTHER_GUILD if n % _EVERY else GUILD) for n in range(_OLD)]
        await _publish(publisher, old)
        clock.behind = timedelta()
        recent = [_event(clock.now(), GUILD) for _ in range(20)]
        await _publish(publisher, recent)
        epoch = (await streams.epoch(database, "live")).hex
        async with (
            running_web(database, starting) as web,
            await web.key_client() as client,
            open_stream(client, GUILD, last_id=f"{epoch}.0.{_OLD + 4}") as lately,
            open_stream(client, GUILD, last_id=f"{epoch}.0.{_OLD // 2}") as long_ago,
        ):
            assert not starting.released.is_set(), "ready without the history"
            seen = [frame.data["id"] for frame in await lately.events(15)]
            assert seen == [str(event.id) for event in recent[5:]]
            news = _event(clock.now(), GUILD)
            missed = [event for event in old[_OLD // 2 + 1 :] if event.guild_id == GUILD] + recent + [news]
            waiting = asyncio.create_task(long_ago.events(len(missed), seconds=30))
            # Published again, as after a lost worker: this process cannot know it yet, and waits before it shows it.
            await _publish(publisher, [old[_EVERY], news])
            await eventually(lambda: "history" in web.app.state.parts.follower.waits_for)
            assert not waiting.done(), "what it missed is not at hand yet"
            starting.released.set()
            assert [frame.data["id"] for frame in await lately.events(1)] == [str(news.id)]
            assert [frame.data["id"] for frame in await waiting] == [str(event.id) for event in missed]
            assert await long_ago.nothing_for(0.1)
    finally:
        await starting.close()
        await publisher.close()
