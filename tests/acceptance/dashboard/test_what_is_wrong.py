"""What is wrong is said on the overview with its fix, and goes when it is mended, on a page that stays open."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from models.permissions import Permission
from tests.acceptance.browser import Desk
from tests.acceptance.dashboard.looks import findings
from tests.acceptance.platform import GUILD, OTHER_GUILD, Platform

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def overview(desk: Desk, name: str, guild_id: str = GUILD) -> Page:
    """With nothing wrong on it, and its stream open; it says if it was ever loaded anew."""
    page = await desk.log_in(name, f"/guilds/{guild_id}")
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    await expect(page.locator("#troubles .banner")).to_have_count(0)
    await page.evaluate("window.neverReloaded = true")
    return page


async def is_mended(page: Page) -> None:
    await expect(page.locator("#troubles .banner")).to_have_count(0)
    assert await page.evaluate("window.neverReloaded") is True


async def availability(platform: Platform, guild_id: str, state: str) -> None:
    async with platform.client() as http:
        answer = await http.post(f"/sandbox/api/guilds/{guild_id}/availability", json={"state": state})
        assert answer.status_code == 200, answer.text


async def test_a_permission_that_the_bot_lacks(desk: Desk, platform: Platform):
    page = await overview(desk, "Bruno Keel")
    role = await bots_role(platform)
    less = str(int(role["permissions"]) & ~int(Permission.MANAGE_ROLES))
    await change_role(platform, role["id"], less)
    banner = page.locator("#troubles .banner")
    await expect(banner).to_contain_text("The bot lacks Manage Roles")
    await expect(banner).to_contain_text("Give it to the bot's role")
    await desk.picture(page, "overview-trouble")
    fix = await banner.get_by_role("link", name="Grant it on Discord").get_attribute("href")
    assert f"guild_id={GUILD}" in str(fix)
    await change_role(platform, role["id"], role["permissions"])
    await is_mended(page)
    await expect(page.locator(".module", has_text="Moderation")).to_contain_text(re.compile(r"\d+ commands"))
    hour = int(await page.locator("#hour-total").inner_text())
    async with platform.client() as http:
        await http.post("/sandbox/api/members", json={"guild_id": GUILD, "action": "bulk_join", "count": 1})
    await expect(page.locator("#hour-total")).not_to_have_text(str(hour))


async def bots_role(platform: Platform) -> dict[str, str]:
    async with platform.client() as http:
        guilds = (await http.get("/sandbox/api/guilds")).json()
    roles: list[dict[str, str]] = next(one["roles"] for one in guilds if one["id"] == GUILD)
    return next(role for role in roles if role["name"] == "guildbus")


async def change_role(platform: Platform, role_id: str, permissions: str) -> None:
    async with platform.client() as http:
        body = {"guild_id": GUILD, "action": "update", "role_id": role_id, "permissions": permissions}
        assert (await http.post("/sandbox/api/roles", json=body)).status_code < 300


async def test_a_discord_that_fails(desk: Desk, platform: Platform):
    page = await overview(desk, "Chiara Vane")
    # Whatever the bot and the workers ask is answered, but not the question whether Discord is there.
    await platform.fault(route="GET /gateway", kind="status", status=502)
    banner = page.locator("#troubles .banner")
    await expect(banner).to_contain_text("Discord has trouble")
    await expect(banner).to_contain_text("It answers 502. Commands are kept, and tried again by themselves.")
    await expect(banner.get_by_role("link", name="Discord’s status")).to_have_attribute("href", re.compile("^https://"))
    await platform.no_faults()
    await is_mended(page)


async def test_a_bot_that_was_thrown_out(desk: Desk, platform: Platform):
    page = await overview(desk, "Ada Marsh", OTHER_GUILD)
    member = await overview(desk, "Esra Lind", OTHER_GUILD)
    await availability(platform, OTHER_GUILD, "removed")
    try:
        banner = page.locator("#troubles .banner")
        await expect(banner).to_contain_text("The bot is not in Night Market")
        fix = await banner.get_by_role("link", name="Invite the bot").get_attribute("href")
        assert f"guild_id={OTHER_GUILD}" in str(fix)
        # Who may not invite it is told whom to ask, also where they arrive only now.
        await expect(member.locator("#troubles .banner")).to_contain_text("Ask somebody who may manage the server")
        await member.goto(f"{platform.url}/guilds/{OTHER_GUILD}/audit")
        await expect(member.locator("#troubles .banner")).to_contain_text("Ask somebody who may manage the server")
        await expect(member.locator("#main[data-mounted]")).to_be_attached()
        assert await findings(member) == []
    finally:
        await availability(platform, OTHER_GUILD, "rejoined")
    await is_mended(page)
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    await expect(member.get_by_role("heading", name="Audit log", level=1)).to_be_visible()
    desk.expect_complaint("status of 404")
