"""What people do on the dashboard's pages, and what they are told about it."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD, Platform, crowd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

BASE = f"/guilds/{GUILD}"


async def opened(desk: Desk, name: str, path: str) -> Page:
    """A page that hears what is pressed."""
    page = await desk.log_in(name, path)
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    return page


async def issued(platform: Platform, type: str, **options: Any) -> str:
    """A command by Bruno Keel over the API, waited for to its end; its id."""
    client = await platform.log_in("admin")
    answer = await client.post(
        f"/api/v1{BASE}/commands", json={"type": type, "options": options}, headers={"Idempotency-Key": uuid4().hex}
    )
    assert answer.status_code == 202, answer.text
    await platform.wait_for_end(client, answer.json()["id"])
    return str(answer.json()["id"])


async def choose(page: Page, label: str, name: str) -> None:
    await page.get_by_role("combobox", name=label).fill(name)
    await page.get_by_role("option", name=name).click()


async def test_a_ban_is_found_filled_in_confirmed_by_typing_and_watched_to_its_end(desk: Desk, platform: Platform):
    await platform.newcomer("Basil Flagg")
    page = await opened(desk, "Bruno Keel", f"{BASE}/commands")
    await page.get_by_label("Search commands").fill("someone from")
    await expect(page.locator("#command-catalogue li:visible")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator("#command-panel h2")).to_have_text("moderation.ban")
    # What is missing is said at the field, before anything is sent.
    await page.get_by_role("button", name="Run").click()
    await expect(page.locator("#command-panel .wrong:visible")).to_have_text("This is needed.")
    await choose(page, "Member", "Basil Flagg")
    await page.get_by_label("Delete days").fill("9")
    await expect(page.locator("#command-panel .wrong:visible")).to_have_text("At most 7.")
    await page.get_by_label("Delete days").fill("1")
    await page.get_by_label("Reason").fill("Planted the flag upside down")
    await desk.picture(page, "command-centre")
    await page.get_by_role("button", name="Run").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Basil Flagg")
    await expect(dialog.get_by_role("button", name="Yes, ban")).to_be_disabled()
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_visible()
    await page.keyboard.type("ban")
    await page.keyboard.press("Enter")
    await expect(page.locator(".command-result")).to_contain_text("moderation.ban is done")
    assert len(await platform.effects("PUT /guilds/{guild_id}/bans/{user_id}")) > 0
    await page.locator(".command-result").get_by_role("link", name="Timeline").click()
    await expect(page.locator("#timeline")).to_contain_text("Started, attempt 1")
    await expect(page.locator("#timeline")).to_contain_text("Succeeded")
    await expect(page.locator(".facts")).to_contain_text("Planted the flag upside down")


async def test_trying_only_asks_nothing_and_changes_nothing(desk: Desk, platform: Platform):
    before = len(await platform.effects("DELETE /guilds/{guild_id}/members/{user_id}"))
    page = await opened(desk, "Bruno Keel", f"{BASE}/commands?command=moderation.kick")
    await choose(page, "Member", "Pavel Yarrow")
    await page.get_by_label("Try only").check()
    await page.get_by_role("button", name="Run").click()
    await expect(page.locator(".command-result")).to_contain_text("nothing was done")
    assert len(await platform.effects("DELETE /guilds/{guild_id}/members/{user_id}")) == before


async def test_a_failed_command_says_what_to_do_and_is_replayed_with_another_channel(desk: Desk, platform: Platform):
    await issued(platform, "messages.announce", channel="1", text="The harbour is open")
    page = await opened(desk, "Bruno Keel", f"{BASE}/dead-letters")
    cause = page.locator("article.card", has=page.get_by_role("heading", name="The channel is gone"))
    await expect(cause).to_contain_text("Choose another channel")
    await desk.picture(page, "failed")
    await cause.get_by_role("link", name="Show").click()
    await page.get_by_role("link", name="messages.announce").click()
    await expect(page.locator("#edit-form form")).to_be_visible()
    await choose(page, "Channel", "announcements")
    await page.get_by_role("button", name="Replay with these").click()
    await expect(page.locator(".toast")).to_contain_text("messages.announce is done")
    await page.goto(f"{platform.url}{BASE}/dead-letters?state=replayed")
    await expect(page.locator("#letter-list")).to_contain_text("messages.announce")


async def test_all_with_one_cause_are_replayed_each_with_its_answer_or_discarded(desk: Desk, platform: Platform):
    for _ in range(2):
        await issued(platform, "roles.add", member=crowd(8), role="1")
    page = await opened(desk, "Bruno Keel", f"{BASE}/dead-letters")
    cause = page.locator("article[data-type='roles.add']", has=page.get_by_role("heading", name="The role is gone"))
    await expect(cause.locator(".count")).to_have_text("2")
    await cause.get_by_role("button", name="Replay all").click()
    await page.get_by_role("dialog").get_by_role("button", name="Replay").click()
    await expect(cause.locator("[data-results]")).to_contain_text("2 issued again")
    await expect(cause.locator("[data-results] li")).to_have_count(2)
    # They fail again: nothing was said of success, and two new ones can be put away.
    client = await platform.log_in("admin")
    for link in await cause.locator("[data-results] a").all():
        await platform.wait_for_end(client, str(await link.get_attribute("href")).rpartition("/")[2])
    await page.goto(f"{platform.url}{BASE}/dead-letters")
    again = page.locator("article[data-type='roles.add']", has=page.get_by_role("heading", name="The role is gone"))
    async with asyncio.timeout(30):
        while await again.locator(".count").all_inner_texts() != ["2"]:
            await page.reload()
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    await again.get_by_role("button", name="Discard all").click()
    await page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    await expect(again.locator("[data-results]")).to_contain_text("2 discarded")


async def test_the_audit_log_is_searched_a_line_opens_beside_it_and_keeps_its_address(desk: Desk, platform: Platform):
    await issued(platform, "moderation.timeout", member=crowd(8), minutes=5, reason="Whistling in the fog")
    page = await opened(desk, "Bruno Keel", f"{BASE}/audit")
    await page.get_by_label("Words").fill("whistl fog")
    await page.get_by_label("Source").select_option("dashboard")
    await page.get_by_role("button", name="Filter").click()
    await expect(page.locator("#audit-list tbody tr")).to_have_count(1)
    await page.locator("#audit-list tbody tr td").nth(2).click()
    sheet = page.locator("#audit-sheet")
    await expect(sheet).to_contain_text("Whistling in the fog")
    await expect(sheet.locator(".compare")).to_contain_text("timed out until")
    await expect(sheet.locator(".facts")).not_to_contain_text("<t:")
    await desk.picture(page, "audit")
    address = await sheet.locator("[data-copy]").get_attribute("data-copy")
    await page.goto(f"{platform.url}{address}")
    await expect(page.get_by_role("heading", name="moderation.timeout")).to_be_visible()
    await expect(page.locator(".facts")).to_contain_text("UTC")
    await page.get_by_role("link", name="Timeline of the command").click()
    await expect(page.locator("#timeline")).to_contain_text("Started")


async def test_several_members_are_warned_at_once_and_each_is_answered_for(desk: Desk):
    page = await opened(desk, "Bruno Keel", f"{BASE}/members?search=re")
    for name in ("Olga Wren", "Jonas Reef"):
        await page.get_by_label(f"Choose {name}").check()
    await expect(page.locator("#acting")).to_contain_text("2 chosen")
    await page.locator("#acting").get_by_role("button", name="Warn").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("Racing in the harbour")
    await dialog.get_by_role("button", name="Warn").click()
    card = page.locator(".bulk", has_text="Warn 2 members")
    await expect(card).to_contain_text("2 of 2 done")
    await desk.picture(page, "members")
    await page.get_by_role("link", name="Olga Wren").click()
    await expect(page.locator("#member-record")).to_contain_text("Racing in the harbour")
    await expect(page.locator("#member-record")).to_contain_text("Bruno Keel")
    # What is done now joins the record by itself.
    await page.locator("[data-acts]").get_by_role("button", name="Note").click()
    await page.get_by_role("dialog").get_by_label("Text").fill("Promised to slow down")
    await page.get_by_role("dialog").get_by_role("button", name="Note").click()
    await expect(page.locator("#member-record")).to_contain_text("Promised to slow down")


async def test_analytics_draw_what_their_tables_say(desk: Desk, platform: Platform):
    await issued(platform, "utility.ping")
    page = await opened(desk, "Bruno Keel", f"{BASE}/analytics")
    await expect(page.locator(".chart canvas")).to_have_count(4)
    row = page.locator("tr", has=page.get_by_role("link", name="utility.ping"))
    runs = int(await row.locator("td").nth(1).inner_text())
    assert runs >= 1
    await page.locator(".chart-table summary").first.click()
    # A server that is new opens with the range that holds what happened.
    await expect(page.locator("#commands-over-time tbody tr")).to_have_count(25)
    await desk.picture(page, "analytics")
    await page.get_by_role("link", name="30 days").click()
    await expect(page.locator("#commands-over-time tbody tr")).to_have_count(31)
    await expect(page.locator(".chart canvas")).to_have_count(4)


async def test_a_flipped_kill_switch_refuses_a_slash_command_with_its_reason(desk: Desk, platform: Platform):
    assert "Pong" in str(await platform.slash("member", "ping"))
    page = await opened(desk, "Ada Marsh", "/platform")
    await expect(page.get_by_role("heading", name="Processes")).to_be_visible()
    for kind in ("bot", "web", "worker"):
        await expect(page.locator("#platform-now td strong", has_text=re.compile(f"^{kind}$"))).to_have_count(1)
    await expect(page.locator("#platform-now")).to_contain_text("commands.interactive")
    await page.get_by_label("Command", exact=True).select_option("utility.ping")
    await page.get_by_label("Reason").fill("The bell is being polished")
    await page.get_by_role("button", name="Switch off").click()
    await page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    await expect(page.locator("#platform-switches")).to_contain_text("The bell is being polished")
    await desk.picture(page, "platform")
    await expect_answer(platform, "switched off")
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.locator("#platform-switches")).to_contain_text("Nothing is switched off")
    await expect_answer(platform, "Pong")


async def expect_answer(platform: Platform, words: str) -> None:
    """A switch takes effect within a second; the second try is after that in any case."""
    answers = [str(await platform.slash("member", "ping")) for _ in range(2)]
    assert any(words in answer for answer in answers), answers


async def test_the_platform_page_is_for_operators(platform: Platform):
    client = await platform.log_in("admin")
    answer = await client.get("/platform", headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "who run the platform" in answer.text
