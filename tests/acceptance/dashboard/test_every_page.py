"""What is asked of every page: nothing for axe-core to find, nothing wider than a phone, and links that navigate."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from starlette.routing import Route

from tests.acceptance.browser import Desk
from tests.acceptance.dashboard.looks import WINDOWS, looks_well
from tests.acceptance.dashboard.pages import ANYBODYS, LINKED, NO_PAGES, PAGES, address_of
from web.routes import routes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=list(WINDOWS))
async def window(browser: Desk, lived_in: None, request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, Page]]:
    """One window for all pages, as somebody has it open."""
    page = await browser.log_in(
        "Ada Marsh", None, color_scheme="light", reduced_motion="reduce", **WINDOWS[request.param]
    )
    yield request.param, page
    await page.context.close()


@pytest.mark.parametrize("name", [*PAGES, *LINKED])
async def test_axe_finds_nothing_in_light_and_dark_and_nothing_is_wider_than_the_window(
    browser: Desk, window: tuple[str, Page], name: str
):
    kind, page = window
    await page.goto(await address_of(page, browser.platform.url, name), wait_until="load")
    await page.locator("#main[data-mounted]").wait_for()
    await looks_well(browser, page, kind, name)
    complaints, browser.complaints = browser.complaints, []
    assert complaints == []


@pytest.mark.parametrize("kind", WINDOWS)
async def test_the_same_holds_for_who_is_not_logged_in_or_is_lost(desk: Desk, kind: str):
    page = await desk.window(reduced_motion="reduce", **WINDOWS[kind])
    for name, path in ANYBODYS.items():
        await page.goto(desk.platform.url + path)
        await looks_well(desk, page, kind, name)
    desk.expect_complaint("status of 404")
    await expect(page.get_by_role("link", name="Start page")).to_be_visible()


async def test_no_page_of_the_product_is_left_out():
    checked = [address.partition("?")[0] for address in (*PAGES.values(), *ANYBODYS.values())]
    checked += [path for path, _, _ in LINKED.values()]
    pages = [route for route in routes() if isinstance(route, Route) and route.path not in NO_PAGES]
    pages = [route for route in pages if "GET" in (route.methods or ()) and not route.path.startswith("/api/v1/")]
    assert len(pages) > 15
    assert [route.path for route in pages if not any(route.path_regex.match(one) for one in checked)] == []
