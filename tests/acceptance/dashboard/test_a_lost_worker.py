"""A toast waits while the process that worked on its command is killed, and ends when the command does."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.acceptance.browser import opened
from tests.acceptance.platform import Platform, fresh_folder, start

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

_BAN = "PUT /guilds/{guild_id}/bans/{user_id}"
_PATIENCE_MS = 60_000


def _free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@pytest_asyncio.fixture(loop_scope="module")
async def mortal() -> AsyncIterator[tuple[Platform, str]]:
    """A platform of its own, at an address that it has again after a start."""
    folder, port = fresh_folder(), _free_port()
    try:
        yield await start(folder / "data", "--port", port), port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def test_a_toast_waits_while_the_worker_is_killed_and_ends_when_the_command_does(
    mortal: tuple[Platform, str],
) -> None:
    platform, port = mortal
    async with opened(platform) as desk:
        try:
            page = await desk.watch("Chiara Vane")
            await platform.fault(
                route="PUT /guilds/{guild_id}/bans/{user_id}", kind="latency", latency_ms=9000, times=1
            )
            await _ban(page)
            toast = page.locator(".toast", has_text="moderation.ban")
            await expect(toast).to_contain_text("is running")
            await platform.stop(signal.SIGKILL)
            await expect(page.locator("#live-state")).to_have_text(re.compile("Reconnecting|Offline"))
            await expect(toast).to_contain_text("is running")
            platform = await start(platform.data_dir, "--port", port)
            await expect(toast).to_contain_text("moderation.ban is done", timeout=_PATIENCE_MS)
            assert await page.evaluate("window.neverReloaded") is True
            await toast.get_by_role("link", name="timeline").click()
            await expect(page.locator("#timeline")).to_contain_text(re.compile("[Aa]ttempt 2"))
        finally:
            await asyncio.wait_for(platform.stop(), 30)


async def _ban(page: Page) -> None:
    await page.locator("#command-type").select_option("moderation.ban")
    await page.get_by_role("combobox", name="Member").fill("Hugo Penn")
    await page.locator(".combo li", has_text="Hugo Penn").click()
    await page.get_by_role("button", name="Run").click()
    await page.get_by_role("dialog").get_by_role("textbox").fill("ban")
    await page.get_by_role("button", name="Yes, ban").click()
