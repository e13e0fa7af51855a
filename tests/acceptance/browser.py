"""A real browser and the people at it. What a page complains about fails the test."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, async_playwright, expect

from tests.acceptance.platform import GUILD, Platform

__all__ = ["Desk", "Wire", "opened", "wire_to"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_SIZE = {"width": 1280, "height": 800}
_PATIENCE_MS = 30_000


def _chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, f"no browser: install one of {', '.join(_NAMES)}, or set CHROMIUM to where it is"
    return found


@dataclass
class Desk:
    """One browser; each window is somebody's own, with cookies of its own.

    It has no slots: Playwright keeps its wrappers of bound methods on their object.
    """

    browser: Browser
    platform: Platform
    complaints: list[str] = field(default_factory=list)
    _windows: list[BrowserContext] = field(default_factory=list)
    _logins: dict[str, Any] = field(default_factory=dict)

    async def window(self, **options: Any) -> Page:
        context = await self.browser.new_context(**{"viewport": _SIZE, "locale": "en-GB", **options})
        context.set_default_timeout(_PATIENCE_MS)
        context.on("console", self._listen)
        context.on("weberror", self._listen_to_error)
        self._windows.append(context)
        return await context.new_page()

    async def click_through_login(self, page: Page, name: str) -> None:
        """From the page of the login's people back to the dashboard."""
        await page.get_by_role("link").filter(has_text=name).first.click()
        await page.wait_for_url(re.compile(re.escape(self.platform.url) + "/guilds"))

    async def log_in(self, name: str, path: str | None = f"/guilds/{GUILD}/live", **options: Any) -> Page:
        """A window of somebody who is logged in, on a page; the first time through the login's pages."""
        page = await self.window(storage_state=self._logins.get(name), **options)
        if name not in self._logins:
            await page.goto(f"{self.platform.url}/login")
            await self.click_through_login(page, name)
            self._logins[name] = await page.context.storage_state()
        if path is not None:
            await page.goto(self.platform.url + path)
            await self._answers(page)
        return page

    async def _answers(self, page: Page) -> None:
        """Until what is pressed on a page with a module is heard."""
        if await page.locator("#main[data-module]").count():
            await expect(page.locator("#main[data-mounted]")).to_be_attached()

    async def watch(self, name: str, guild_id: str = GUILD, *, through: Wire | None = None) -> Page:
        """The live page of a guild, connected; it says if it was ever loaded anew."""
        page = await self.log_in(name, None)
        await page.goto(f"{through.url if through else self.platform.url}/guilds/{guild_id}/live")
        await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
        await self._answers(page)
        await page.evaluate("window.neverReloaded = true")
        return page

    async def at_discord(self, name: str, **options: Any) -> Page:
        """The sandbox's page, where somebody types."""
        page = await self.window(**options)
        await page.goto(f"{self.platform.url}/sandbox/")
        await page.locator("#person").select_option(label=name)
        await expect(page.locator("#gateway-status")).to_have_text("Bot online")
        await expect(page.locator("#channel-name")).to_have_text("# bot-commands")
        await expect(page.locator("#messages .message, #messages .empty").first).to_be_attached()
        return page

    async def picture(self, page: Page, name: str) -> None:
        """Kept only where GUILDBUS_SCREENSHOTS names a folder."""
        if folder := os.environ.get("GUILDBUS_SCREENSHOTS"):
            await page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")

    def expect_complaint(self, part: str) -> None:
        """A complaint that the test brought about: it must have come, and is forgotten."""
        assert any(part in complaint for complaint in self.complaints), self.complaints
        self.complaints = [complaint for complaint in self.complaints if part not in complaint]

    async def close_windows(self) -> None:
        for context in self._windows:
            await context.close()
        self._windows.clear()

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _listen_to_error(self, error: WebError) -> None:
        self.complaints.append(str(error.error))


@asynccontextmanager
async def opened(platform: Platform) -> AsyncIterator[Desk]:
    expect.set_options(timeout=_PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=list(_FLAGS))
        desk = Desk(browser, platform)
        try:
            yield desk
        finally:
            await desk.close_windows()
            await browser.close()


@dataclass(slots=True)
class Wire:
    """Between a browser and the platform, to be cut: a browser that is told to be offline keeps its open streams."""

    url: str
    target: tuple[str, int]
    whole: bool = True
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        self.whole = False
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self.whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._ends -= ends


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def wire_to(platform: Platform) -> AsyncIterator[Wire]:
    address = urlsplit(platform.url)
    assert address.hostname is not None
    assert address.port is not None
    wire = Wire("", (address.hostname, address.port))
    carrying: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(wire.carry(reader, writer))
        carrying.add(task)
        task.add_done_callback(carrying.discard)

    server = await asyncio.start_server(begin, address.hostname, 0)
    wire.url = f"http://{address.hostname}:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        wire.cut()
        await asyncio.gather(*carrying)
        await server.wait_closed()
