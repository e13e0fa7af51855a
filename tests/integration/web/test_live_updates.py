"""F1 to F6, in a running process."""

from __future__ import annotations

import asyncio
import errno
import socket
from dataclasses import replace

import msgspec
import pytest

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Event
from bus.ids import new_id
from bus.transport import Message, Transport
from models import api_keys, streams
from models.database import Database
from models.events import GuildLeave, make_event
from models.guild_state import apply_event
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb, running_web
from tests.integration.web.sse import Stream, eventually, open_stream


async def test_f1_connected_then_initial_with_the_state_and_the_offset_read_before_it(web: RunningWeb) -> None:
    before = await web.publish()
    await asyncio.sleep(0.1)
    async with await web.log_in(MODERATOR) as client, open_stream(client, GUILD) as stream:
        connected, initial = await stream.next(), await stream.next()
        assert connected.name == "connected"
        assert connected.data["guild_id"] == str(GUILD)
        assert connected.data["client_id"]
        assert connected.data["time"]
        assert connected.id is None
        assert initial.name == "initial"
        assert initial.id == initial.data["offset"]
        assert initial.data["state"]["guild"]["name"] == "Harbour Lights"
        assert initial.data["state"]["level"] == "moderator"
        assert [event["id"] for event in initial.data["recent"]] == [before]
        after = await web.publish()
        [event] = await stream.events(1)
        assert event.data["id"] == after
        assert event.id is not None
        assert event.id > str(initial.id)


async def test_f2_heartbeats_are_comments(database: Database, transport: Transport, web: RunningWeb) -> None:
    async with (
        running_web(database, transport, heartbeat_seconds=0.2) as quick,
        await quick.key_client() as client,
        open_stream(client, GUILD) as stream,
    ):
        for _ in range(2):
            assert (await stream.until("comment", 2)).data is None


async def test_f3_nothing_between_may_keep_or_hold_back_the_stream(web: RunningWeb) -> None:
    async with await web.key_client() as client, open_stream(client, GUILD) as stream:
        headers = stream.response.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-cache"
        assert headers["x-accel-buffering"] == "no"


async def test_f4_a_client_that_leaves_is_forgotten_at_once(web: RunningWeb) -> None:
    hub = web.app.state.parts.hub
    async with await web.key_client() as client:
        async with open_stream(client, GUILD) as stream:
            await stream.until("initial")
            assert len(hub) == 1
            tasks = len(asyncio.all_tasks())
        await eventually(lambda: len(hub) == 0)
        await asyncio.sleep(0.1)
        assert len(asyncio.all_tasks()) < tasks
        assert web.app.state.parts.recheck._checks == {}


async def test_f4_a_client_that_does_not_read_is_cut_off_and_others_are_not(
    database: Database, transport: Transport, web: RunningWeb
) -> None:
    async with running_web(database, transport, stream_queue=50) as small:
        hub = small.app.state.parts.hub
        async with await small.key_client() as client, open_stream(client, GUILD) as reading:
            await reading.until("initial")
            host, port = small.url.removeprefix("http://").split(":")
            with socket.create_connection((host, int(port))) as silent:
                key = client.headers["authorization"]
                head = f"GET /api/v1/guilds/{GUILD}/events HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n\r\n"
                silent.sendall(head.encode())
                await eventually(lambda: len(hub) == 2)
                async with asyncio.timeout(20):
                    while len(hub) > 1:
                        event = await small.publish(padding="x" * 60_000)
                        assert [frame.data["id"] for frame in await reading.events(1)] == [event]
                # Dropped, and not closed behind what it will never read: nothing of it stays with the server.
                await eventually(lambda: _is_reset(silent))


def _is_reset(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET


async def test_f5_a_process_that_cannot_subscribe_says_so_and_closes(
    database: Database, transport: Transport, web: RunningWeb
) -> None:
    web.app.state.parts.follower.loaded.clear()
    async with await web.key_client() as client, open_stream(client, GUILD) as stream:
        error = await stream.next()
        assert (error.name, error.data["code"]) == ("error", "unavailable")
        assert await stream.ends_within(2)


async def test_f6_a_session_goes_on_in_another_process_without_loss_or_repeat(
    database: Database, transport: Transport, web: RunningWeb
) -> None:
    async with running_web(database, transport) as other, await web.key_client() as client:
        async with open_stream(client, GUILD) as stream:
            await stream.until("initial")
            seen = [await web.publish() for _ in range(3)]
            frames = await stream.events(3)
            assert [frame.data["id"] for frame in frames] == seen
        missed = [await web.publish() for _ in range(5)]
        await web.publish(guild_id=OTHER_GUILD)
        async with (
            other.client(Authorization=client.headers["authorization"]) as elsewhere,
            open_stream(elsewhere, GUILD, last_id=frames[-1].id) as stream,
        ):
            connected = await stream.next()
            assert connected.data["resumed"] is True
            missed.append(await web.publish())
            assert [frame.data["id"] for frame in await stream.events(6)] == missed


async def test_f6_the_id_may_come_in_the_query(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        async with open_stream(client, GUILD) as stream:
            last = (await stream.until("initial")).id
        missed = await web.publish()
        await asyncio.sleep(0.1)
        async with client.stream("GET", f"/api/v1/guilds/{GUILD}/events?last_event_id={last}") as response:
            stream = Stream(response)
            assert (await stream.next()).data["resumed"] is True
            assert [frame.data["id"] for frame in await stream.events(1)] == [missed]


async def test_f6_an_id_ahead_of_this_process_waits_for_it(web: RunningWeb) -> None:
    parts = web.app.state.parts
    async with await web.key_client() as client:
        ahead = replace(parts.ring.position, offset=parts.ring.head + 1)
        opening = asyncio.create_task(_first_event(client, str(ahead)))
        await asyncio.sleep(0.2)
        seen_already = await web.publish()
        new = await web.publish()
        assert await opening == new
        assert new != seen_already


async def _first_event(client: object, last_id: str) -> str:
    async with open_stream(client, GUILD, last_id=last_id) as stream:  # type: ignore[arg-type]
        connected = await stream.next()
        assert connected.data["resumed"] is True
        [frame] = await stream.events(1)
        found: str = frame.data["id"]
        return found


@pytest.mark.parametrize("last_id", ["f" * 32 + ".0.5", "nonsense", "{epoch}.1.0"])
async def test_f6_what_cannot_be_continued_is_reset_and_sent_anew(web: RunningWeb, last_id: str) -> None:
    event = await web.publish()
    await asyncio.sleep(0.1)
    asked = last_id.replace("{epoch}", web.app.state.parts.ring.epoch)
    async with await web.key_client() as client, open_stream(client, GUILD, last_id=asked) as stream:
        assert [(await stream.next()).name for _ in range(2)] == ["connected", "reset"]
        assert event in [one["id"] for one in (await stream.until("initial")).data["recent"]]


async def test_f6_a_stream_made_anew_resets_every_session(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        async with open_stream(client, GUILD) as stream:
            old = (await stream.until("initial")).id
            await streams.renew(web.database, "live")
            assert await stream.ends_within(4)
        await eventually(web.app.state.parts.follower.loaded.is_set)
        async with open_stream(client, GUILD, last_id=old) as stream:
            await stream.until("reset")


async def test_a_republished_event_is_delivered_once(web: RunningWeb) -> None:
    now = SystemClock().now()
    event = Event(
        id=new_id(now), type="role.delete", guild_id=GUILD, timestamp=now, data={"role_id": "5"}, source="bot"
    )
    async with await web.key_client() as client, open_stream(client, GUILD) as stream:
        await stream.until("initial")
        for _ in range(3):
            await web.publish_event(event)
        last = await web.publish()
        assert [frame.data["id"] for frame in await stream.events(2)] == [str(event.id), last]


async def test_what_is_no_event_or_not_for_the_feed_disturbs_nobody(web: RunningWeb) -> None:
    now = SystemClock().now()
    snapshot = Event(id=new_id(now), type="guild.snapshot", guild_id=GUILD, timestamp=now, data={}, source="bot")
    pretty = Event(
        id=new_id(now), type="role.delete", guild_id=GUILD, timestamp=now, data={"name": "a\nb"}, source="bot"
    )
    async with await web.key_client() as client, open_stream(client, GUILD) as stream:
        await stream.until("initial")
        await web.transport.publish(Message("results", "x.y", b"{"))
        await web.publish_event(snapshot)
        await web.transport.publish(Message("results", "x.y", msgspec.json.format(codec.encode(pretty))))
        [frame] = await stream.events(1)
        assert frame.data["data"]["name"] == "a\nb"
        assert web.app.state.parts.follower.skipped == 1


async def test_two_sessions_of_a_guild_get_it_and_neither_another_guild_nor_a_lower_audience(web: RunningWeb) -> None:
    async with (
        await web.log_in(MODERATOR) as one,
        await web.log_in(ADMIN) as two,
        await web.log_in(MEMBER) as viewer,
        await web.key_client(guild_ids=(OTHER_GUILD,)) as foreign,
        open_stream(one, GUILD) as first,
        open_stream(two, GUILD) as second,
        open_stream(viewer, GUILD) as low,
        open_stream(foreign, OTHER_GUILD) as other,
    ):
        for stream in (first, second, low, other):
            await stream.until("initial")
        event = await web.publish(audience="moderator")
        own = await web.publish(audience="admin", actor_id=str(MEMBER))
        assert [frame.data["id"] for frame in await first.events(1)] == [event]
        assert [frame.data["id"] for frame in await second.events(2)] == [event, own]
        assert [frame.data["id"] for frame in await low.events(1)] == [own]
        assert await other.nothing_for(0.3)
        assert await first.nothing_for(0.1)


async def test_a_lost_membership_a_logout_and_a_revoked_key_each_close_the_stream(web: RunningWeb) -> None:
    async with (
        await web.log_in(MODERATOR) as leaving,
        await web.log_in(ADMIN) as out,
        await web.key_client() as keyed,
        open_stream(leaving, GUILD) as first,
        open_stream(out, GUILD) as second,
        open_stream(keyed, GUILD) as third,
    ):
        for stream in (first, second, third):
            await stream.until("initial")
        await web.database.fetch(
            "WITH gone AS (UPDATE members SET roles = '{}' WHERE person_id = $1) SELECT 1", MODERATOR
        )
        assert (await out.post("/logout", data={"csrf_token": out.headers["X-CSRF-Token"]})).status_code == 303
        [key] = [key for key in await api_keys.list_keys(web.database) if key.revoked_at is None][:1]
        await api_keys.revoke(web.database, key.id, by="test")
        for stream in (first, second, third):
            assert await stream.ends_within(3)
        assert (await keyed.get(f"/api/v1/guilds/{GUILD}/events")).status_code == 401
        assert (await out.get(f"/api/v1/guilds/{GUILD}/events")).status_code == 401


async def test_a_logout_ends_the_sessions_streams_at_once_and_no_other(
    database: Database, transport: Transport, web: RunningWeb
) -> None:
    async with (
        running_web(database, transport, recheck_seconds=60) as slow,
        await slow.log_in(ADMIN) as out,
        await slow.log_in(ADMIN) as stays,
        open_stream(out, GUILD) as ended,
        open_stream(stays, GUILD) as kept,
    ):
        for stream in (ended, kept):
            await stream.until("initial")
        await out.post("/logout", data={"csrf_token": out.headers["X-CSRF-Token"]})
        assert await ended.ends_within(1)
        event = await slow.publish()
        assert [frame.data["id"] for frame in await kept.events(1)] == [event]


async def test_the_streams_of_a_guild_that_the_bot_left_end_soon(
    database: Database, transport: Transport, web: RunningWeb
) -> None:
    async with (
        running_web(database, transport, recheck_seconds=60) as slow,
        await slow.log_in(MODERATOR) as person,
        await slow.key_client() as keyed,
        open_stream(person, GUILD) as first,
        open_stream(keyed, OTHER_GUILD) as other,
    ):
        for stream in (first, other):
            await stream.until("initial")
        now = SystemClock().now()
        left = make_event(GuildLeave(), id=new_id(now), guild_id=GUILD, timestamp=now, source="bot")
        await slow.publish_event(left)
        await asyncio.sleep(0.1)  # guild state takes it in after the stream has shown it
        async with database.transaction() as connection:
            await apply_event(connection, left)
        assert await first.ends_within(3)
        event = await slow.publish(guild_id=OTHER_GUILD)
        assert [frame.data["id"] for frame in await other.events(1)] == [event]


async def test_streams_per_person_are_limited(database: Database, transport: Transport, web: RunningWeb) -> None:
    async with (
        running_web(database, transport, streams_per_principal=1) as small,
        await small.key_client() as client,
        open_stream(client, GUILD) as stream,
    ):
        await stream.until("initial")
        answer = await client.get(f"/api/v1/guilds/{GUILD}/events")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
        assert answer.headers["retry-after"]
