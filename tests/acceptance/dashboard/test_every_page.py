"""What is asked of every page: nothing for axe-core to find, nothing wider than a phone, and links that navigate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.acceptance.browser import Desk
from tests.acceptance.dashboard.pages import PAGES

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

_AXE = (Path(__file__).parents[2] / "vendor" / "axe" / "axe.min.js").read_text()
_WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=list(_WINDOWS))
async def window(browser: Desk, request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, Page]]:
    """One window for all pages, as somebody has it open."""
    page = await browser.log_in(
        "Ada Marsh", None, color_scheme="light", reduced_motion="reduce", **_WINDOWS[request.param]
    )
    yield request.param, page
    await page.context.close()


async def findings(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """What axe-core says against the page, by WCAG 2.2 AA and its own best practices."""
    result = await page.evaluate(
        "options => axe.run(document, options)", {"resultTypes": ["violations"], **(rules or {})}
    )
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}" for one in result["violations"] for node in one["nodes"]
    ]


@pytest.mark.parametrize("name", list(PAGES))
async def test_axe_finds_nothing_in_light_and_dark_and_nothing_is_wider_than_the_window(
    browser: Desk, window: tuple[str, Page], name: str
):
    kind, page = window
    await page.emulate_media(color_scheme="light")
    await page.goto(browser.platform.url + PAGES[name], wait_until="load")
    await page.locator("#main").wait_for()
    await page.evaluate(_AXE)
    assert await findings(page) == []
    # Nothing but colours differs in the dark.
    await page.emulate_media(color_scheme="dark")
    assert await findings(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == _WINDOWS[kind]["viewport"]["width"]
    complaints, browser.complaints = browser.complaints, []
    assert complaints == []
