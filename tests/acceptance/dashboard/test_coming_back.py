"""Pages that were left alone: asleep, behind the times, signed out elsewhere. And what one takes along: exports."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.acceptance.browser import Desk, wire_to
from tests.acceptance.platform import GUILD, OTHER_GUILD, Platform, crowd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def join(platform: Platform, count: int) -> None:
    async with platform.client() as http:
        body = {"guild_id": GUILD, "action": "bulk_join", "count": count}
        assert (await http.post("/sandbox/api/members", json=body)).status_code == 201


async def lifecycle(page: Page, state: str) -> None:
    """What a browser does with a page that is out of sight, or on a machine that sleeps ("frozen"), and back."""
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setWebLifecycleState", {"state": state})


async def test_a_page_that_slept_goes_on_where_it_was_without_loss_or_repeat(desk: Desk, platform: Platform) -> None:
    async with wire_to(platform) as wire:
        page = await desk.watch("Dov Hart", through=wire)
        count = page.locator("#feed-count")
        before = int(await count.inner_text())
        await lifecycle(page, "frozen")
        await join(platform, 2)
        # As on a machine that sleeps, the connection is lost meanwhile.
        wire.cut()
        await join(platform, 3)
        wire.mend()
        await lifecycle(page, "active")
        await expect(count).to_have_text(str(before + 5))
        await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
        await join(platform, 1)
        await expect(count).to_have_text(str(before + 6))
        ids = await page.locator("#feed li").evaluate_all("rows => rows.map((row) => row.dataset.id)")
        assert len(ids) == len(set(ids))
        assert await page.evaluate("window.neverReloaded") is True
        await page.context.close()
    # Through the wire the page has another address than the pictures, which the policy then does not let in.
    desk.complaints = [text for text in desk.complaints if "net::ERR_" not in text and "/sandbox/cdn/" not in text]


async def test_who_was_away_for_longer_than_the_feed_is_kept_is_told(desk: Desk, platform: Platform) -> None:
    page = await desk.watch("Dov Hart")

    async def from_another_age(route: Route) -> None:
        url = re.sub(r"last_event_id=[^&]*", "last_event_id=00000000-0000-7000-8000-000000000000-1", route.request.url)
        await route.continue_(url=url)

    await page.route("**/events?last_event_id=*", from_another_age)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.locator(".toast")).to_contain_text("The feed starts anew")
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")


async def test_signing_out_everywhere_is_said_in_the_other_browser_and_leads_back(desk: Desk) -> None:
    other = await desk.window()
    await other.goto(f"{desk.platform.url}/login?next=/guilds/{OTHER_GUILD}/live")
    await desk.click_through_login(other, "Esra Lind")
    await expect(other.locator("#live-state")).to_have_attribute("data-state", "live")
    page = await desk.window()
    await page.goto(f"{desk.platform.url}/login?next=/account")
    await page.get_by_role("link").filter(has_text="Esra Lind").first.click()
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    await expect(page.get_by_role("link", name="Log in").first).to_be_visible()
    dialog = other.get_by_role("dialog")
    await expect(dialog).to_contain_text("You are signed out here")
    await other.keyboard.press("Escape")
    await expect(dialog).to_be_visible()
    await desk.picture(other, "signed-out")
    await dialog.get_by_role("link", name="Log in again").click()
    await desk.click_through_login(other, "Esra Lind")
    await expect(other).to_have_url(re.compile(f"/guilds/{OTHER_GUILD}/live$"))
    desk.expect_complaint("status of 401")


async def test_the_audit_logs_links_download_the_lines_that_are_shown(
    desk: Desk, platform: Platform, tmp_path: Path
) -> None:
    for reason in ("Export me, please", "Not me"):
        await platform.slash("moderator", "warn", member=crowd(2), reason=reason)
    page = await desk.log_in("Bruno Keel", f"/guilds/{GUILD}/audit?text=export+me")
    await expect(page.locator("#audit-list tbody tr")).to_have_count(1)
    for kind in ("CSV", "JSON"):
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name=kind, exact=True).click()
        download = await waiting.value
        assert download.suggested_filename.endswith(kind.lower())
        await download.save_as(tmp_path / kind)
    with (tmp_path / "CSV").open(newline="", encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    [entry] = json.loads((tmp_path / "JSON").read_text())
    assert row["id"] == entry["id"]
    assert "Export me, please" in json.dumps(entry)
    assert "Export me, please" in " ".join(row.values())
