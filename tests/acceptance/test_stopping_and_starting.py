"""A stop is quick and clean, a kill is survived, and what was queued is finished at the next start."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.platform import GUILD, Platform, crowd, fresh_folder, start

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    made = fresh_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def post_ban(platform: Platform, key: str, target: str) -> str:
    async with platform.client(Authorization=f"Bearer {key}", **{"Idempotency-Key": uuid4().hex}) as api:
        body = {"type": "moderation.ban", "options": {"member": target}}
        answer = await api.post(f"/api/v1/guilds/{GUILD}/commands", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])


@pytest.mark.alone
@pytest.mark.parametrize("flags", [(), ("--rabbitmq",)], ids=["embedded", "rabbitmq"])
async def test_a_stop_takes_less_than_five_seconds_with_streams_open_and_leaves_no_process(
    folder: Path, flags: tuple[str, ...]
):
    platform = await start(folder / "data", *flags)
    watcher = await platform.log_in("admin")
    async with platform.watch(watcher):
        seconds = await platform.stop(signal.SIGINT)
    await watcher.aclose()
    assert platform.process.returncode == 0, "".join(platform.output[-20:])
    assert seconds < 5.0
    assert not processes_in(folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_what_was_queued_is_finished_once_at_the_next_start(folder: Path, number: int):
    platform = await start(folder / "data")
    key = await platform.a_key("commands:write", "commands:read")
    # Discord answers nothing in time: what is accepted now is still to be done when the platform goes.
    await platform.fault(route="PUT /guilds/{guild_id}/bans/{user_id}", kind="status", status=503, times=20)
    ids = [await post_ban(platform, key, crowd(number_)) for number_ in range(3)]
    await platform.stop(number)

    platform = await start(folder / "data")
    try:
        async with platform.client() as http:
            await http.delete("/sandbox/api/faults")
        async with platform.client(Authorization=f"Bearer {key}") as api:
            async with asyncio.timeout(90):
                ends = [await platform.wait_for_end(api, id_) for id_ in ids]
        assert {end["state"] for end in ends} == {"succeeded"}
        changed = [row for row in await platform.effects("PUT /guilds/{guild_id}/bans") if row["changed"]]
        assert len(changed) == len({row["target"] for row in changed}) == 3
    finally:
        await platform.stop()
    assert not processes_in(folder)


async def test_a_second_start_on_the_same_data_says_who_has_it(folder: Path):
    platform = await start(folder / "data")
    try:
        code, _, err = await platform.guildbus("up", "--port", "0")
        assert code == 1
        assert "in use by" in err
    finally:
        await platform.stop()


def processes_in(folder: Path) -> list[str]:
    """The command lines of processes that were started on this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(folder) in line:
                found.append(line)
    return found
