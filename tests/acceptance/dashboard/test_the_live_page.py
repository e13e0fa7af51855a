"""The live page: filters, pause, rows by the thousand, and the details of one event."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD, Platform, crowd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def join(platform: Platform, count: int) -> None:
    async with platform.client() as http:
        body = {"guild_id": GUILD, "action": "bulk_join", "count": count}
        assert (await http.post("/sandbox/api/members", json=body)).status_code < 300


async def test_the_feed_is_filtered_by_kind_person_command_and_source(desk: Desk, platform: Platform):
    page = await desk.watch("Chiara Vane")
    feed = page.locator("#feed")
    await platform.slash("moderator", "warn", member=crowd(7), reason="For the filters")
    await join(platform, 1)
    await expect(feed).to_contain_text("For the filters")
    await expect(feed.locator("li", has_text="Visitor").first).to_be_visible()
    await page.get_by_role("button", name="Commands", exact=True).click()
    await expect(feed.locator("li", has_text="Visitor")).to_have_count(0)
    await page.get_by_label("Only this command").select_option("moderation.warn")
    await page.get_by_label("Who", exact=True).fill("chiara")
    await expect(feed.locator("li").first).to_contain_text("moderation.warn")
    await page.get_by_label("Only this source").select_option("script")
    await expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    await page.get_by_label("Only this source").select_option("bot")
    await expect(feed).to_contain_text("For the filters")
    await feed.locator("li", has_text="For the filters").get_by_role("button", name="Details").click()
    await expect(page.get_by_role("dialog")).to_contain_text("moderation.warn")
    await page.keyboard.press("Escape")
    await expect(page.locator("#event-sheet")).to_be_hidden()


async def test_a_paused_feed_stands_still_and_catches_up(desk: Desk, platform: Platform):
    page = await desk.watch("Chiara Vane")
    await page.keyboard.press("p")
    before = await page.locator("#feed-count").inner_text()
    await join(platform, 3)
    await expect(page.locator("#live-state")).to_contain_text("3 new")
    await expect(page.locator("#feed-count")).to_have_text(before)
    await page.get_by_role("button", name="Resume").click()
    await expect(page.locator("#feed-count")).to_have_text(str(int(before) + 3))
    await expect(page.locator("#live-state")).to_have_text("Live")


async def test_a_thousand_events_are_a_few_rows_and_keys_walk_along_them(desk: Desk, platform: Platform):
    page = await desk.watch("Ada Marsh")
    before = int(await page.locator("#feed-count").inner_text())
    for _ in range(10):
        await join(platform, 100)
    await expect(page.locator("#feed-count")).to_have_text(str(before + 1000), timeout=30_000)
    assert await page.locator("#feed li").count() < 40
    # Who reads further down keeps what they read where it is, and comes back with one click.
    await page.locator("#feed-box").evaluate("box => box.scrollTop = 4600")
    await expect(page.locator("#feed-now")).to_be_visible()
    row = page.locator("#feed li").nth(10)
    await expect(row).to_be_visible()
    id_ = await row.get_attribute("data-id")
    place = await page.locator(f'#feed [data-id="{id_}"]').bounding_box()
    await join(platform, 2)
    await expect(page.locator("#feed-count")).to_have_text(str(before + 1002))
    assert await page.locator(f'#feed [data-id="{id_}"]').bounding_box() == place
    await page.get_by_role("button", name="Jump to now").click()
    await expect(page.locator("#feed-now")).to_be_hidden()
    await page.locator("#feed-box").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("member.join")
