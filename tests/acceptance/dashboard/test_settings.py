"""Two people at a server's settings: what is saved, where it is live, and edits that collide."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from models.command_rules import key_of
from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD, Platform, person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

SETTINGS = f"/guilds/{GUILD}/settings"
PING_ENABLED = key_of("utility.ping", "enabled")


def control(page: Page, key: str) -> Any:
    return page.locator(f'[data-key="{key}"]')


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("#save-bar")).to_be_hidden()
    await expect(page.locator("#settings-reach")).to_have_class("badge good")


async def version(page: Page) -> int:
    return int(await page.locator("#settings-version").get_attribute("data-version") or "")


async def test_a_command_is_disabled_live_on_every_process_and_restored(desk: Desk, platform: Platform) -> None:
    page = await desk.log_in("Ada Marsh", SETTINGS)
    await expect(page.locator("#settings-reach")).to_contain_text("live on 1 of 1 bot, 1 of 1 worker")
    before = await version(page)
    await control(page, PING_ENABLED).uncheck()
    await expect(page.locator("#save-count")).to_have_text("1 unsaved change")
    await save(page)
    assert await version(page) == before + 1
    refused = await platform.slash("owner", "ping")
    assert "disabled in this server" in json.dumps(refused)
    await expect(page.locator("#versions li").first).to_contain_text(PING_ENABLED)

    # What somebody does elsewhere appears here, without a reload.
    client = await platform.log_in("owner")
    await client.post(
        f"/api/v1/guilds/{GUILD}/commands",
        json={"type": "settings.set", "options": {"key": PING_ENABLED, "value": "on"}},
        headers={"Idempotency-Key": "settings-1"},
    )
    await expect(control(page, PING_ENABLED)).to_be_checked()
    await expect(page.locator("#save-bar")).to_be_hidden()
    await page.get_by_role("button", name=f"Restore version {before + 1}").click()
    await expect(control(page, PING_ENABLED)).not_to_be_checked()
    await page.reload()
    await expect(control(page, PING_ENABLED)).not_to_be_checked()
    await control(page, PING_ENABLED).check()
    await save(page)
    answered = await platform.slash("owner", "ping")
    assert "Pong" in json.dumps(answered)


async def test_two_people_change_the_same_setting_and_choose(desk: Desk, platform: Platform) -> None:
    one = await desk.log_in("Ada Marsh", SETTINGS)
    two = await desk.log_in("Bruno Keel", SETTINGS)
    await expect(control(two, "timezone")).to_have_value("UTC")
    await control(two, "timezone").fill("Asia/Tokyo")
    await control(two, "private_replies").check()
    await control(one, "timezone").fill("Europe/Lisbon")
    await save(one)

    conflict = two.locator('[data-conflict="timezone"]')
    await expect(conflict).to_contain_text("Keep mine: Asia/Tokyo")
    await expect(conflict).to_contain_text("Take theirs: Europe/Lisbon")
    await expect(two.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    await desk.picture(two, "settings-conflict")
    await conflict.get_by_role("button", name="Keep mine").click()
    await expect(two.locator("#save-count")).to_have_text("2 unsaved changes")
    await save(two)
    await expect(control(one, "timezone")).to_have_value("Asia/Tokyo")
    await expect(control(one, "private_replies")).to_be_checked()

    await control(one, "timezone").fill("UTC")
    await one.get_by_role("button", name="Discard").click()
    await expect(control(one, "timezone")).to_have_value("Asia/Tokyo")
    await control(one, "timezone").fill("Mars/Olympus")
    await one.get_by_role("button", name="Save", exact=True).click()
    await expect(one.locator("#setting-timezone-wrong")).to_contain_text("the name of a time zone")
    desk.expect_complaint("status of 422")
    await control(one, "timezone").fill("UTC")
    await control(one, "private_replies").uncheck()
    await save(one)


async def test_a_button_that_is_pressed_before_the_page_is_ready_does_what_it_says(desk: Desk) -> None:
    # What the service worker keeps would never be slow.
    page = await desk.log_in("Ada Marsh", f"/guilds/{GUILD}", service_workers="block")
    asked_for, pressed = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        asked_for.set()
        await pressed.wait()
        await route.continue_()

    await page.route("**/settings_page.js", slowly)
    await page.get_by_role("navigation", name="Sections").first.get_by_role("link", name="Settings").click()
    await asked_for.wait()
    await page.locator('[data-disable-area="moderation"]').click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    pressed.set()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Disable all")).to_be_visible()
    desk.expect_complaint("Service Worker registration blocked")


async def test_unsaved_changes_are_not_lost_by_a_click_and_all_of_a_category_can_be_disabled(desk: Desk) -> None:
    page = await desk.log_in("Ada Marsh", f"/guilds/{GUILD}")
    await page.get_by_role("navigation", name="Sections").first.get_by_role("link", name="Settings").click()
    await page.locator('[data-disable-area="moderation"]').click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(page.locator("#save-bar")).to_be_hidden()
    await page.locator('[data-disable-area="moderation"]').click()
    await page.get_by_role("dialog").get_by_role("button", name="Disable all").click()
    await expect(page.locator("#save-count")).to_contain_text("unsaved changes")
    await expect(control(page, key_of("moderation.ban", "enabled"))).not_to_be_checked()
    asked: list[str] = []

    async def stay(dialog: Any) -> None:
        asked.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.get_by_role("navigation", name="Sections").first.get_by_role("link", name="Audit log").click()
    await page.locator("#main").press("g")
    await page.keyboard.press("a")
    # Back has left by the time the page is asked: it comes forward again.
    await page.evaluate("history.back()")
    async with asyncio.timeout(30):
        while len(asked) < 3:  # noqa: ASYNC110 - a dialog of the browser sets no event of ours
            await asyncio.sleep(0.05)
    await page.wait_for_url(f"**{SETTINGS}")
    await expect(page.locator("#save-bar")).to_be_visible()
    assert asked == ["Leave without saving? Your changes are lost."] * 3
    await page.get_by_role("button", name="Discard").click()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    await page.go_forward()
    await expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    assert len(asked) == 3


async def test_roles_and_cooldowns_are_chosen_and_the_page_says_why_somebody_cannot(
    desk: Desk, platform: Platform
) -> None:
    page = await desk.log_in("Ada Marsh", SETTINGS)
    row = page.locator('[data-command="utility.ping"]')
    await row.get_by_text("Who, where, how often").click()
    await row.get_by_label("Channels: the rule").select_option("deny")
    await row.get_by_label("Channels: add an exception").select_option(label="#general")
    await row.get_by_label("Each person: in how many seconds").fill("600")
    await expect(row.locator("[data-summary]")).to_contain_text("deny for all except #general")
    await expect(row.locator("[data-summary]")).to_contain_text("1 in 600 s")
    await save(page)
    await desk.picture(page, "settings")
    assert "cannot be used in" in json.dumps(await platform.slash("owner", "ping"))

    why = page.locator("#why-form")
    await why.get_by_role("combobox", name="Who", exact=True).fill("Ada")
    await page.get_by_role("option", name="Ada Marsh").click()
    await why.get_by_label("Command").select_option("utility.ping")
    await why.get_by_label("Channel").select_option(label="#bot-commands")
    await why.get_by_role("button", name="Check").click()
    await expect(page.locator('#why-checks [data-check="channel"]')).to_have_attribute("data-state", "failed")
    await expect(page.locator('#why-checks [data-check="channel"]')).to_contain_text("Use another channel")
    await expect(page.locator('#why-checks [data-check="permission"]')).to_have_attribute("data-state", "passed")
    await row.get_by_label("Channels: the rule").select_option("allow")
    await row.get_by_role("button", name="Remove #general").click()
    await row.get_by_label("Each person: in how many seconds").fill("0")
    await save(page)


async def test_what_admins_set_on_discord_is_shown_and_is_the_first_of_the_reasons(
    desk: Desk, platform: Platform
) -> None:
    everybody = [{"id": GUILD, "type": 1, "permission": False}]
    await on_discord(platform, everybody)
    page = await desk.log_in("Ada Marsh", SETTINGS)
    row = page.locator('[data-command="utility.ping"]')
    while await row.locator("[data-overrides]").count() == 0:  # what Discord said is believed for some seconds
        await page.reload()
    await expect(row.locator("[data-overrides]")).to_contain_text("Discord: everybody not allowed")
    await row.scroll_into_view_if_needed()
    await desk.picture(page, "settings-discord")
    why = page.locator("#why-form")
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    await why.get_by_role("combobox", name="Who", exact=True).fill("Chiara")
    await page.get_by_role("option", name="Chiara Vane").click()
    await why.get_by_label("Command").select_option("utility.ping")
    await why.get_by_label("Channel").select_option(label="#bot-commands")
    await why.get_by_role("button", name="Check").click()
    check = page.locator('#why-checks [data-check="discord"]')
    await expect(check).to_have_attribute("data-state", "failed")
    await expect(check).to_contain_text("Server settings, Integrations")
    async with platform.client() as http:
        body = {"guild_id": GUILD, "user_id": person("moderator"), "command": "ping", "options": {}}
        refused = await http.post("/sandbox/api/interactions", json=body)
    assert refused.status_code == 403
    await on_discord(platform, [])


async def on_discord(platform: Platform, permissions: list[dict[str, Any]]) -> None:
    """What an admin sets for /ping under Server settings, Integrations."""
    async with platform.client() as http:
        body = {"guild_id": GUILD, "command": "ping", "permissions": permissions}
        assert (await http.post("/sandbox/api/command-permissions", json=body)).status_code == 200


async def test_of_two_changes_of_one_version_over_the_api_one_is_carried_out(platform: Platform) -> None:
    path = f"/api/v1/guilds/{GUILD}/settings"
    ada, bruno = await platform.log_in("owner"), await platform.log_in("admin")
    read = await ada.get(path)
    before = {item["key"]: item["value"] for item in read.json()["items"]}
    etag = {"If-Match": read.headers["etag"]}
    answers = await asyncio.gather(
        ada.patch(path, json={"changes": {"welcome_text": "Ahoy"}}, headers=etag),
        bruno.patch(path, json={"changes": {"welcome_text": "Hello"}}, headers=etag),
    )
    done, stale = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, stale.status_code) == (200, 412), [answer.text for answer in answers]
    now = {item["key"]: item["value"] for item in done.json()["items"]}["welcome_text"]
    [conflict] = stale.json()["conflicts"]
    assert (conflict["key"], conflict["was"], conflict["now"]) == ("welcome_text", before["welcome_text"], now)
    assert {conflict["wanted"], now} == {"Ahoy", "Hello"}

    kept = {key: value for key, value in before.items() if value is not None}
    replaced = await ada.put(path, json={"values": kept}, headers={"If-Match": stale.headers["etag"]})
    assert replaced.status_code == 200, replaced.text
    assert {item["key"]: item["value"] for item in replaced.json()["items"]} == before
    again = await ada.put(path, json={"values": kept}, headers={"If-Match": replaced.headers["etag"]})
    assert again.headers["etag"] == replaced.headers["etag"], "what holds already is no new version"
