"""The gateway protocol itself, over a bare WebSocket."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest
from running_sandbox import Sandbox, running, until

from sandbox.gateway.intents import Intent
from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id
from sandbox.settings import SandboxSettings

GENERAL = GUILD_ONE + 22
ALL_INTENTS = Intent.GUILDS | Intent.GUILD_MEMBERS | Intent.GUILD_MODERATION | Intent.GUILD_MESSAGES


class Line:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._inflater = zlib.decompressobj()

    async def next(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.socket.receive(), 5)
        if message.type is aiohttp.WSMsgType.BINARY:
            return msgspec.json.decode(self._inflater.decompress(message.data), type=dict[str, Any])
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return msgspec.json.decode(message.data, type=dict[str, Any])

    async def event(self, name: str) -> Any:
        while True:
            packet = await self.next()
            if packet["t"] == name:
                return packet["d"]

    async def close_code(self) -> int | None:
        while not self.socket.closed:
            await asyncio.wait_for(self.socket.receive(), 5)
        return self.socket.close_code

    async def identify(self, sandbox: Sandbox, **fields: Any) -> None:
        data = {"token": sandbox.world.settings.bot_token, "intents": int(ALL_INTENTS), "properties": {}} | fields
        await self.socket.send_json({"op": 2, "d": data})


@asynccontextmanager
async def line(sandbox: Sandbox, query: str = "?v=10&encoding=json") -> AsyncIterator[Line]:
    async with sandbox.http.ws_connect(sandbox.url + "/sandbox/gateway" + query) as socket:
        one = Line(socket)
        assert (await one.next())["op"] == 10
        yield one


@pytest.mark.parametrize("query", ["?v=10&encoding=json", "?v=10&encoding=json&compress=zlib-stream"])
async def test_a_session_begins_with_ready_and_the_guilds(sandbox: Sandbox, query: str) -> None:
    async with line(sandbox, query) as one:
        await one.identify(sandbox)
        ready = await one.event("READY")
        guilds = {(await one.event("GUILD_CREATE"))["id"] for _ in range(2)}
        assert guilds == {row["id"] for row in ready["guilds"]} == {str(GUILD_ONE), str(GUILD_TWO)}
        assert ready["resume_gateway_url"].startswith("ws://127.0.0.1:")
        await one.socket.send_json({"op": 1, "d": 3})
        assert (await one.next())["op"] == 11


async def test_each_shard_has_its_own_guilds(sandbox: Sandbox) -> None:
    async with line(sandbox) as one, line(sandbox) as two:
        await one.identify(sandbox, shard=[0, 2])
        await two.identify(sandbox, shard=[1, 2])
        seen = {(await one.event("GUILD_CREATE"))["id"], (await two.event("GUILD_CREATE"))["id"]}
        assert seen == {str(GUILD_ONE), str(GUILD_TWO)}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"intents": -1}, 4013),
        ({"shard": [2, 2]}, 4010),
        ({"intents": int(Intent.MESSAGE_CONTENT)}, 4014),
    ],
)
async def test_a_wrong_identify_is_closed_with_its_code(fields: dict[str, Any], code: int) -> None:
    async with running(SandboxSettings(refused_intents=int(Intent.MESSAGE_CONTENT))) as sandbox, line(sandbox) as one:
        await one.identify(sandbox, **fields)
        assert await one.close_code() == code


@pytest.mark.parametrize(("packet", "code"), [("{", 4002), ('{"op":8,"d":{}}', 4003), ("x" * 20_000, 4002)])
async def test_bad_packets_are_closed_with_their_code(sandbox: Sandbox, packet: str, code: int) -> None:
    async with line(sandbox) as one:
        await one.socket.send_str(packet)
        assert await one.close_code() == code


async def test_a_client_without_heartbeats_is_closed_with_4009() -> None:
    async with running(SandboxSettings(heartbeat_interval_ms=100)) as sandbox, line(sandbox) as one:
        assert await one.close_code() == 4009


async def test_an_unknown_session_is_invalid(sandbox: Sandbox) -> None:
    async with line(sandbox) as one:
        token = sandbox.world.settings.bot_token
        await one.socket.send_json({"op": 6, "d": {"token": token, "session_id": "x", "seq": 1}})
        assert await one.next() == {"op": 9, "d": False, "s": None, "t": None}


async def test_members_are_sent_in_chunks_of_a_thousand(sandbox: Sandbox) -> None:
    body = {"guild_id": str(GUILD_ONE), "action": "bulk_join", "count": 1000}
    await sandbox.control("POST", "/members", body)
    async with line(sandbox) as one:
        await one.identify(sandbox)
        await one.event("GUILD_CREATE")
        asked = {"guild_id": str(GUILD_ONE), "query": "", "limit": 0, "nonce": "n"}
        await one.socket.send_json({"op": 8, "d": asked})
        chunks = [await one.event("GUILD_MEMBERS_CHUNK") for _ in range(2)]
        assert [len(row["members"]) for row in chunks] == [1000, 15]
        assert chunks[1]["nonce"] == "n"
        await one.socket.send_json({"op": 8, "d": {"guild_id": str(GUILD_ONE), "user_ids": ["1"]}})
        assert (await one.event("GUILD_MEMBERS_CHUNK"))["not_found"] == ["1"]


async def test_only_what_was_asked_for_arrives(sandbox: Sandbox) -> None:
    async with line(sandbox) as few, line(sandbox) as many:
        await few.identify(sandbox, intents=int(Intent.GUILDS))
        await many.identify(sandbox)
        await few.event("GUILD_CREATE")
        await many.event("GUILD_CREATE")
        await sandbox.discord("PUT", f"/guilds/{GUILD_ONE}/bans/{person_id('member')}", reason="%C3%A4")
        role = {"guild_id": str(GUILD_ONE), "action": "create", "name": "Fresh"}
        await sandbox.control("POST", "/roles", role)
        assert (await many.event("GUILD_BAN_ADD"))["user"]["id"] == str(person_id("member"))
        assert (await many.event("GUILD_AUDIT_LOG_ENTRY_CREATE"))["reason"] == "ä"
        assert (await many.event("GUILD_MEMBER_REMOVE"))["guild_id"] == str(GUILD_ONE)
        second_guild = await few.next()
        assert second_guild["t"] == "GUILD_CREATE"
        assert (await few.next())["t"] == "GUILD_ROLE_CREATE"


async def test_what_people_write_is_hidden_without_the_content_intent(sandbox: Sandbox) -> None:
    async with line(sandbox) as one, line(sandbox) as full:
        await one.identify(sandbox)
        await full.identify(sandbox, intents=int(ALL_INTENTS | Intent.MESSAGE_CONTENT))
        said = {"user_id": str(person_id("member")), "content": "psst"}
        for reader in (one, full):
            await reader.event("GUILD_CREATE")
        status, _ = await sandbox.control("POST", f"/channels/{GENERAL}/messages", said)
        assert status == 201
        assert (await one.event("MESSAGE_CREATE"))["content"] == ""
        assert (await full.event("MESSAGE_CREATE"))["content"] == "psst"


async def test_a_client_that_does_not_read_is_dropped() -> None:
    async with running(SandboxSettings(send_queue=20)) as sandbox, line(sandbox) as one:
        await one.identify(sandbox)
        await one.event("GUILD_CREATE")
        body = {"guild_id": str(GUILD_ONE), "action": "bulk_join", "count": 100}
        await sandbox.control("POST", "/members", body)
        await until(lambda: not sandbox.world.gateway.live(GUILD_ONE))
        assert await one.close_code() == 4000
