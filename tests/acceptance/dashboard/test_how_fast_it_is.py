"""The dashboard's budgets, measured in the browser on the machine that runs the tests."""

from __future__ import annotations

import asyncio
import statistics
from datetime import datetime
from typing import Any

import pytest
from loguru import logger
from playwright.async_api import expect

from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD, Platform

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120), pytest.mark.alone]

_FIRST_PAGE_MS = 1000
_FIRST_PAGE_BYTES = 150_000
_NAVIGATION_MS = 200
_PAINT_MS = 100

# When a row that is about the event is on the screen: after the frame that holds it was painted.
_NOTE_PAINTS = """() => {
  window.painted = {};
  new MutationObserver((changes) => {
    const ids = changes.flatMap((one) => [...one.addedNodes]).map((node) => node.dataset?.id).filter(Boolean);
    const note = () => ids.forEach((id) => (window.painted[id] ??= Date.now()));
    if (ids.length) requestAnimationFrame(() => setTimeout(note));
  }).observe(document.getElementById("feed"), { childList: true });
}"""


async def test_the_first_page_is_ready_within_a_second_and_weighs_little(desk: Desk):
    known = await desk.log_in("Chiara Vane", None)
    state, moments, weights = await known.context.storage_state(), [], []
    for _ in range(3):
        # A new browser's cache is empty; the service worker fetches for later, and is not part of the page.
        page = await desk.window(storage_state=state, service_workers="block")
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        weight: list[float] = []
        session.on("Network.loadingFinished", lambda event, to=weight: to.append(event["encodedDataLength"]))
        await page.goto(f"{desk.platform.url}/guilds/{GUILD}")
        await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
        # Not `wait_for_function`: it polls by `eval`, which the page's policy forbids.
        marks: list[float] = []
        while not marks:
            await asyncio.sleep(0.05)
            marks = await page.evaluate("performance.getEntriesByName('interactive').map(one => one.startTime)")
        moments.append(marks[0])
        weights.append(sum(weight))
    logger.info(f"first page: {[round(moment) for moment in moments]} ms, {max(weights):.0f} bytes")
    desk.expect_complaint("Service Worker registration blocked")
    assert statistics.median(moments) < _FIRST_PAGE_MS
    assert max(weights) < _FIRST_PAGE_BYTES


async def test_the_next_page_is_there_within_a_fifth_of_a_second(desk: Desk):
    page = await desk.watch("Chiara Vane")
    took: list[float] = []
    for name in ("Overview", "Audit log", "Live", "Overview", "Audit log", "Live"):
        await page.evaluate("document.getElementById('main').dataset.old = 'yes'")
        moment: Any = await page.evaluate(
            """name => new Promise((done) => {
              const begun = performance.now();
              new MutationObserver((_, observer) => {
                if (document.getElementById("main")?.dataset.old) return;
                observer.disconnect();
                requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
              }).observe(document.querySelector(".content"), { childList: true });
              [...document.querySelectorAll("#sidebar nav a")].find((link) => link.textContent.trim() === name).click();
            })""",
            name,
        )
        took.append(moment)
    logger.info(f"navigation: {[round(one) for one in took]} ms")
    assert statistics.median(took) < _NAVIGATION_MS


async def test_an_event_is_on_the_screen_within_a_tenth_of_a_second(desk: Desk, platform: Platform):
    page = await desk.watch("Chiara Vane")
    await page.evaluate(_NOTE_PAINTS)
    client = await platform.log_in("admin")
    async with platform.watch(client) as feed:
        for number in range(40):
            body = {"guild_id": GUILD, "action": "join", "name": f"Swift {number}"}
            async with platform.client() as http:
                assert (await http.post("/sandbox/api/members", json=body)).status_code < 300
            await asyncio.sleep(0.05)
        await feed.until(lambda so_far: sum(one["type"] == "member.join" for one in so_far.events) >= 40, 30)
        events = [event for event in feed.events if event["type"] == "member.join"]
    await expect(page.locator("#feed")).to_contain_text("Swift 39")
    painted: dict[str, float] = await page.evaluate("window.painted")
    published = {event["id"]: _milliseconds(event["timestamp"]) for event in events}
    took = sorted(painted[id_] - at for id_, at in published.items() if id_ in painted)
    assert len(took) == len(published)
    p95 = took[int(len(took) * 0.95) - 1]
    logger.info(f"painted after publish: median {statistics.median(took):.0f} ms, p95 {p95:.0f} ms")
    assert p95 < _PAINT_MS


def _milliseconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp() * 1000
