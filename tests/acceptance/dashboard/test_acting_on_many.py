"""One command for many members: progress in every browser; paused, resumed, called off, and again for who failed."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD, Platform

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

_MEMBERS = f"/guilds/{GUILD}/members"
_MANY = 400  # some eighty are begun in a second


async def join(platform: Platform, **who: object) -> None:
    async with platform.client() as http:
        answer = await http.post("/sandbox/api/members", json={"guild_id": GUILD, **who})
        assert answer.status_code == 201


async def members_page(desk: Desk, name: str, search: str, count: int) -> Page:
    """With so many on it, as soon as the bot told of the last of them."""
    page = await desk.log_in(name, f"{_MEMBERS}?search={search}")
    while await page.locator("[data-member]").count() < count:
        await page.reload()
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    await page.get_by_label("Choose everybody on this page").check()
    return page


async def choose_all_that_fit(page: Page, *, at_least: int) -> str:
    """How many they are, as soon as the platform knows of so many."""
    while True:
        all_that_fit = page.get_by_role("button", name="Choose all that fit")
        if await all_that_fit.is_visible():
            await all_that_fit.click()
            await expect(all_that_fit).to_be_hidden()
        chosen = (await page.locator("[data-count]").inner_text()).split()[0]
        if int(chosen) >= at_least:
            return chosen
        await page.reload()
        await expect(page.locator("#main[data-mounted]")).to_be_attached()
        await page.get_by_label("Choose everybody on this page").check()


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("article", name=title, exact=True)


async def test_what_is_done_to_hundreds_is_paused_resumed_and_called_off_in_sight_of_others(
    desk: Desk, platform: Platform
) -> None:
    await join(platform, action="bulk_join", count=_MANY)
    two = await desk.log_in("Ada Marsh", _MEMBERS)
    one = await members_page(desk, "Bruno Keel", "Visitor", 50)
    many = await choose_all_that_fit(one, at_least=_MANY)
    await one.locator("#acting").get_by_role("button", name="Warn").click()
    await one.get_by_role("dialog").get_by_label("Reason").fill("A raid")
    await one.get_by_role("dialog").get_by_role("button", name="Warn").click()
    here, there = card(one, f"Warn {many} members"), card(two, f"Warn {many} members")
    await here.get_by_role("button", name="Pause").click()
    await expect(there).to_contain_text("paused")
    await expect(there).not_to_contain_text("under way")
    await desk.picture(one, "members-many")

    await two.reload()
    await there.get_by_role("button", name="Resume").click()
    await expect(here).to_contain_text("running")
    await there.get_by_role("button", name="Call off").click()
    await expect(two.get_by_role("dialog")).to_contain_text("were not begun")
    await two.get_by_role("dialog").get_by_role("button", name="Call off").click()
    await expect(here).to_contain_text("called off")
    await expect(here).to_contain_text("never begun")
    await expect(here.get_by_role("button")).to_have_count(0)


async def test_what_cannot_be_taken_back_is_typed_and_what_failed_is_tried_again(
    desk: Desk, platform: Platform
) -> None:
    for number in range(3):
        await join(platform, action="join", name=f"Deckhand {number}")
    page = await members_page(desk, "Bruno Keel", "Deckhand", 3)
    await platform.fault(route="PUT /guilds/{guild_id}/bans/{user_id}", kind="status", status=403, times=1)
    await page.locator("#acting").get_by_role("button", name="Ban", exact=True).click()
    await page.get_by_role("dialog").get_by_label("Reason").fill("Mutiny")
    await page.get_by_role("dialog").get_by_role("button", name="Ban").click()
    await expect(page.get_by_role("dialog").last).to_contain_text("Deckhand 2")
    await page.keyboard.type("ban 3")
    await page.keyboard.press("Enter")
    bulk = card(page, "Ban 3 members")
    await expect(bulk).to_contain_text("2 of 3 done, 1 failed")
    await bulk.get_by_text("Each member").click()
    await expect(bulk.locator(".act-results li")).to_have_count(3)
    await expect(bulk.locator(".act-results li", has=page.locator(".badge.bad"))).to_contain_text("@Deckhand")
    await desk.picture(page, "members-each")
    await bulk.get_by_role("button", name="Retry the one that failed").click()
    await page.keyboard.type("ban 1")
    await page.keyboard.press("Enter")
    await expect(card(page, "Ban 1 member")).to_contain_text("1 of 1 done")

    await bulk.get_by_role("link", name="Timeline").first.click()
    await expect(page.get_by_role("heading", name="bulk.start", level=1)).to_be_visible()
    await expect(page.locator(".bulk .act-results li")).to_have_count(3)
    await expect(page.locator(".facts")).to_contain_text("reason: Mutiny")
    await desk.picture(page, "timeline-many")
    await page.locator(".bulk .act-results").get_by_role("link", name="Timeline").first.click()
    await expect(page.locator(".facts")).to_contain_text("one command for many")
