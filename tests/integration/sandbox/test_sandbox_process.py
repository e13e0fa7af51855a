"""`python -m sandbox` as a process: its one line, its file, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from running_sandbox import Sandbox

from sandbox.seed import GUILD_ONE, person_id

ROOT = Path(__file__).parents[3]


async def _start(state: Path) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--state", str(state),
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 15)).decode()
    assert line.startswith("sandbox ready at http://127.0.0.1:")
    return process, line.split()[-1].removesuffix("/sandbox/")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_quickly_with_everything_open_and_finds_its_world_again(
    tmp_path: Path, sign: signal.Signals
) -> None:
    state = tmp_path / "world.json"
    process, url = await _start(state)
    async with aiohttp.ClientSession() as http:
        body = {"guild_id": str(GUILD_ONE), "action": "join", "name": "Zora Late"}
        async with http.post(f"{url}/sandbox/api/members", json=body) as response:
            assert response.status == 201
        async with http.ws_connect(f"{url}/sandbox/gateway") as socket:
            await socket.receive()
            async with http.get(f"{url}/sandbox/api/stream?user_id={person_id('owner')}") as stream:
                await stream.content.readline()
                process.send_signal(sign)
                await asyncio.wait_for(process.wait(), 3)
    assert process.returncode in (0, -sign, 128 + sign)

    process, url = await _start(state)
    async with aiohttp.ClientSession() as http, http.get(f"{url}/sandbox/api/guilds") as response:
        names = [row["user"]["global_name"] for row in (await response.json())[0]["members"]]
    process.terminate()
    await asyncio.wait_for(process.wait(), 3)
    assert "Zora Late" in names


async def test_the_webhook_sink_enters_what_it_gets_and_suffers_faults(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/sandbox/webhook-sink/orders"
    async with sandbox.http.post(url, json={"a": 1}, headers={"X-Signature": "abc"}) as response:
        assert response.status == 200
    route = "POST /sandbox/webhook-sink/{name}"
    await sandbox.control("POST", "/faults", {"route": route, "kind": "lost_answer", "times": 1})
    with pytest.raises(aiohttp.ClientError):
        await sandbox.http.post(url, data=b"not json")
    await sandbox.control("POST", "/faults", {"route": route, "kind": "status", "status": 500, "times": 1})
    async with sandbox.http.post(url, json={}) as response:
        assert response.status == 500
    _, rows = await sandbox.control("GET", "/effects")
    assert [(row["target"], row["body"]) for row in rows] == [("orders", {"a": 1}), ("orders", "not json")]
    assert rows[0]["headers"]["x-signature"] == "abc"


async def test_the_page_hears_what_happens(sandbox: Sandbox) -> None:
    async with sandbox.http.get(f"{sandbox.url}/sandbox/api/stream?user_id={person_id('member')}") as stream:

        async def event() -> tuple[str, str]:
            lines: list[str] = []
            while True:
                line = (await asyncio.wait_for(stream.content.readline(), 5)).decode().strip()
                if line:
                    lines.append(line)
                elif any(row.startswith("event: ") for row in lines):
                    return lines[-2].removeprefix("event: "), lines[-1]

        assert (await event())[0] == "connected"
        await sandbox.discord("POST", f"/channels/{GUILD_ONE + 22}/messages", {"content": "hello there"})
        kind, data = await event()
        assert kind == "dispatch"
        assert "hello there" in data
        assert (await event())[0] == "effect"
        await sandbox.control("POST", "/reset")
        assert (await event())[0] == "reset"


async def test_bad_control_requests_are_told_why(sandbox: Sandbox) -> None:
    for path, body, status in (
        ("/faults", {"route": "PUT /nothing", "kind": "status"}, 400),
        ("/faults", {"route": "*", "kind": "magic"}, 400),
        ("/members", {"guild_id": str(GUILD_ONE), "action": "bulk_join", "count": 1001}, 400),
        ("/members", {"guild_id": "1", "action": "join"}, 404),
        ("/roles", {"guild_id": str(GUILD_ONE), "action": "delete", "role_id": str(GUILD_ONE)}, 400),
        ("/gateway", {"action": "close", "code": 99}, 400),
        ("/limits", {"route": "x"}, 400),
        ("/interactions", {"guild_id": str(GUILD_ONE)}, 400),
    ):
        seen, problem = await sandbox.control("POST", path, body)
        assert (seen, set(problem)) == (status, {"code", "message"}), path
