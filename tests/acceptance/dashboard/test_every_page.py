"""What is asked of every page: nothing for axe-core to find, nothing wider than a phone, and links that navigate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.acceptance.browser import Desk
from tests.acceptance.dashboard.pages import LINKED, PAGES
from tests.acceptance.platform import GUILD, Platform, crowd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

_AXE = (Path(__file__).parents[2] / "vendor" / "axe" / "axe.min.js").read_text()
_GIVE_ROLE = "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"
_WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lived_in(platform: Platform) -> None:
    """A server in which something happened, so that pages have rows, states and diffs to show."""
    for who, command, options in (
        ("moderator", "warn", {"member": crowd(3), "reason": "Advertising in #general"}),
        ("moderator", "timeout", {"member": crowd(4), "minutes": 30, "reason": "Cooling down"}),
        ("admin", "role add", {"member": crowd(5), "role": str(int(GUILD) + 5)}),
        ("moderator", "ban", {"member": crowd(6), "reason": "Sold tickets that do not exist"}),
        ("admin", "channel create", {"name": "harbour-watch"}),
        ("member", "ping", {}),
    ):
        await platform.slash(who, command, **options)
    await platform.fault(route=_GIVE_ROLE, kind="status", status=403, times=1)
    await platform.slash("admin", "role add", member=crowd(8), role=str(int(GUILD) + 4))
    client = await platform.log_in("admin")
    body = {"command": "moderation.warn", "options": {"reason": "Rowing at night"}, "members": [crowd(1), crowd(2)]}
    started = await client.post(f"/api/v1/guilds/{GUILD}/bulks", json=body, headers={"Idempotency-Key": uuid4().hex})
    await platform.wait_for_end(client, started.json()["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=list(_WINDOWS))
async def window(browser: Desk, lived_in: None, request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, Page]]:
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


async def address_of(page: Page, url: str, name: str) -> str:
    if name in PAGES:
        return url + PAGES[name]
    where, link = LINKED[name]
    await page.goto(url + where)
    return url + str(await page.locator(link).first.get_attribute("href"))


@pytest.mark.parametrize("name", [*PAGES, *LINKED])
async def test_axe_finds_nothing_in_light_and_dark_and_nothing_is_wider_than_the_window(
    browser: Desk, window: tuple[str, Page], name: str
):
    kind, page = window
    await page.emulate_media(color_scheme="light")
    await page.goto(await address_of(page, browser.platform.url, name), wait_until="load")
    await page.locator("#main[data-mounted]").wait_for()
    await page.evaluate(_AXE)
    assert await findings(page) == []
    await browser.picture(page, f"{name}-{kind}")
    # Nothing but colours differs in the dark.
    await page.emulate_media(color_scheme="dark")
    assert await findings(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}) == []
    await browser.picture(page, f"{name}-{kind}-dark")
    assert await page.evaluate("document.documentElement.scrollWidth") == _WINDOWS[kind]["viewport"]["width"]
    complaints, browser.complaints = browser.complaints, []
    assert complaints == []


async def test_axe_finds_nothing_for_who_is_not_logged_in_is_lost_or_offline(desk: Desk):
    page = await desk.window(color_scheme="dark", reduced_motion="reduce")
    for path in ("/", "/offline", "/no/such/page"):
        await page.goto(desk.platform.url + path)
        await page.evaluate(_AXE)
        assert await findings(page) == [], path
    desk.expect_complaint("status of 404")
    await expect(page.get_by_role("link", name="Start page")).to_be_visible()
