"""What surrounds every page: navigation, the palette and keys, who is here, the account, being offline."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD, Platform, crowd, person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

_BASE = f"/guilds/{GUILD}"


async def stays(page: Page) -> None:
    assert await page.evaluate("window.neverReloaded") is True


async def test_links_change_the_page_and_nothing_around_it(desk: Desk):
    page = await desk.watch("Bruno Keel")
    for name, heading in (("Audit log", "Audit log"), ("Overview", "Overview"), ("Live", "Live")):
        link = page.locator("#sidebar nav").get_by_role("link", name=name)
        await link.click()
        await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        await expect(link).to_have_attribute("aria-current", "page")
        await expect(page.locator("#crumbs [aria-current]")).to_have_text(heading)
        await expect(page).to_have_title(re.compile(f"^{heading}"))
    await page.go_back()
    await expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    await page.locator(".switcher summary").click()
    await expect(page.locator(".switcher .item", has_text="Harbour Lights")).to_have_attribute("aria-current", "true")


async def test_the_palette_finds_pages_commands_and_members_by_keyboard(desk: Desk, platform: Platform):
    page = await desk.watch("Chiara Vane")
    keys, chosen = page.keyboard, page.locator("#palette [aria-selected=true]")
    await keys.press("Control+k")
    await expect(page.locator("#palette input")).to_be_focused()
    await keys.type("ban")
    await expect(chosen).to_contain_text("moderation.ban")
    await desk.picture(page, "palette")
    await keys.press("Enter")
    await expect(page).to_have_url(re.compile(r"/commands\?command=moderation\.ban"))
    await keys.press("Control+k")
    await keys.type("Hugo Penn")
    await expect(chosen).to_contain_text("Hugo Penn")
    await keys.press("Enter")
    await expect(page).to_have_url(re.compile(r"/members/\d+$"))
    await stays(page)
    await keys.press("Control+k")
    await keys.type("dark")
    await keys.press("Enter")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_the_palette_finds_cases_and_leads_operators_to_the_platform(desk: Desk, platform: Platform):
    await platform.slash("moderator", "warn", member=crowd(2), reason="Fishing inside the lock")
    page = await desk.log_in("Ada Marsh", _BASE)
    keys, options = page.keyboard, page.locator("#palette [role=option]")
    await keys.press("Control+k")
    await keys.type("fishing inside")
    found = options.filter(has_text="Fishing inside the lock")
    await expect(found).to_contain_text("Warning: ")
    case = (await found.inner_text()).split("#")[1][:8]
    who = (await found.locator(".name").inner_text()).removeprefix("Warning: ")
    for asked in (f"#{case}", who):
        await page.locator("#palette input").fill(asked)
        await expect(found).to_contain_text(case)
    await found.click()
    await expect(page.locator(".facts")).to_contain_text("Fishing inside the lock")
    await keys.press("Control+k")
    await keys.type("platform")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Platform", level=1)).to_be_visible()
    moderator = await desk.log_in("Chiara Vane", _BASE)
    await moderator.keyboard.press("Control+k")
    await expect(moderator.locator("#palette [role=option]", has_text="Audit log")).to_be_visible()
    await expect(moderator.locator("#palette [role=option]", has_text="Platform")).to_have_count(0)


async def test_keys_are_listed_and_lead_to_pages(desk: Desk):
    page = await desk.watch("Chiara Vane")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    await page.keyboard.press("Escape")
    await expect(page.locator("#shortcuts")).to_be_hidden()
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    await stays(page)


async def test_a_toast_goes_along_to_the_next_page(desk: Desk, platform: Platform):
    await platform.newcomer("Nora Swift")
    page = await desk.watch("Bruno Keel")
    await platform.fault(route="PUT /guilds/{guild_id}/bans/{user_id}", kind="latency", latency_ms=2500, times=1)
    await page.locator("#command-type").select_option("moderation.ban")
    await page.get_by_role("combobox", name="Member").fill("Nora Swift")
    await page.locator(".combo li", has_text="Nora Swift").click()
    await page.get_by_role("button", name="Run").click()
    await page.get_by_role("dialog").get_by_role("textbox").fill("ban")
    await page.get_by_role("button", name="Yes, ban").click()
    await expect(page.locator(".toast")).to_contain_text(re.compile("queued|running"))
    await page.locator("#sidebar nav").get_by_role("link", name="Overview").click()
    await expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    await expect(page.locator(".toast")).to_contain_text("moderation.ban is done", timeout=30_000)
    await expect(page.locator("#latest")).to_contain_text("moderation.ban")
    await stays(page)


async def test_people_see_who_else_is_here(desk: Desk):
    one, two = await desk.watch("Chiara Vane"), await desk.log_in("Dov Hart", _BASE)
    await expect(one.locator("#presence")).to_contain_text("Dov Hart")
    await expect(two.locator("#here")).to_contain_text("Chiara Vane")
    await two.context.close()
    await expect(one.locator("#presence")).not_to_contain_text("Dov Hart")


async def test_a_session_is_ended_from_another_browser(desk: Desk):
    phone = await desk.window(user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile")
    await phone.goto(f"{desk.platform.url}/login")
    await desk.click_through_login(phone, "Esra Lind")
    page = await desk.log_in("Esra Lind", "/account")
    row = page.locator("[data-session]", has_text="Chrome on Android")
    await row.get_by_role("button", name="End").click()
    await expect(row).to_have_count(0)
    await phone.goto(f"{desk.platform.url}/account")
    assert "/account" not in phone.url


async def test_a_key_is_made_shown_once_and_revoked(desk: Desk, platform: Platform):
    page = await desk.log_in("Chiara Vane", "/account")
    await page.get_by_role("button", name="New key").click()
    await page.get_by_label("Name").fill("Night report")
    await page.get_by_label("audit:read").check()
    await page.get_by_role("button", name="Make the key").click()
    await expect(page.locator("#made-key")).to_contain_text("gb_")
    text = await page.locator("#made-key").inner_text()
    async with platform.client(Authorization=f"Bearer {text}") as http:
        assert (await http.get("/api/v1/me")).json()["owner_id"] == person("moderator")
        await page.get_by_role("button", name="I have copied it").click()
        row = page.locator("[data-key]", has_text="Night report")
        await expect(row).to_contain_text("audit:read")
        assert text not in await page.content()
        await row.get_by_role("button", name="Revoke").click()
        await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        await expect(row).to_have_count(0)
        assert (await http.get("/api/v1/me")).status_code == 401


async def test_the_frame_speaks_german_and_times_are_in_the_chosen_zone(desk: Desk, platform: Platform):
    await platform.slash("moderator", "warn", member=person("moderator"), reason="For the clock")
    page = await desk.log_in("Chiara Vane", "/account", timezone_id="UTC")
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    await page.get_by_label("Language", exact=True).select_option("de")
    await expect(page.get_by_role("heading", name="Wo du angemeldet bist")).to_be_visible()
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    await page.get_by_label("Zeitzone").select_option("Asia/Tokyo")
    # It is saved and the page loaded again, which would end a navigation that is under way.
    await expect(page.locator("html")).to_have_attribute("data-zone", "Asia/Tokyo")
    await page.locator("#main[data-mounted]").wait_for()
    await page.goto(f"{desk.platform.url}{_BASE}/audit")
    await expect(page.locator("#sidebar")).to_contain_text("Protokoll")
    time = page.locator("time").first
    utc = int((await time.get_attribute("title") or "")[11:13])
    await expect(time).to_contain_text(f"{(utc + 9) % 24:02}:")


async def test_who_is_offline_is_told_and_the_page_goes_on_when_they_are_back(desk: Desk):
    page = await desk.watch("Dov Hart")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_be_visible()
    await page.goto(desk.platform.url + _BASE)
    await expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    await expect(page.locator("#offline")).to_be_hidden()
    desk.complaints = [text for text in desk.complaints if "net::ERR_" not in text]


async def test_the_dashboard_can_be_installed(desk: Desk):
    page = await desk.log_in("Dov Hart", _BASE)
    manifest = await page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((one) => one.json())")
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        kind = await page.evaluate("src => fetch(src).then((one) => one.headers.get('content-type'))", icon["src"])
        assert kind == "image/png"


async def test_on_a_phone_everything_is_in_reach_of_a_thumb(desk: Desk):
    size = {"width": 390, "height": 844}
    page = await desk.log_in("Bruno Keel", _BASE, viewport=size, is_mobile=True, has_touch=True)
    await expect(page.locator("#sidebar")).to_be_hidden()
    await page.locator(".tabbar").get_by_role("link", name="Live").tap()
    await expect(page.get_by_role("heading", name="Live", level=1)).to_be_visible()
    await page.locator(".tabbar").get_by_role("button", name="More").tap()
    await page.locator("#sidebar").get_by_role("link", name="Settings").tap()
    await expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    await expect(page.locator("#sidebar")).to_be_hidden()
