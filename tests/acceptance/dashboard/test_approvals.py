"""Two people and a ban: asked for on Discord, approved or declined on the dashboard, seen by everybody at once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from models.command_rules import key_of
from tests.acceptance.browser import Desk
from tests.acceptance.dashboard.test_settings import SETTINGS, save
from tests.acceptance.platform import GUILD, Platform, crowd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

APPROVALS = f"/guilds/{GUILD}/approvals"
APPROVAL = key_of("moderation.ban", "approval")
BANS = "PUT /guilds/{guild_id}/bans/{user_id}"


@pytest_asyncio.fixture(loop_scope="session")
async def two_people(desk: Desk, platform: Platform) -> AsyncIterator[None]:
    """Bans need a second person, as Ada sets it on the page; at the end they do not any more."""
    page = await desk.log_in("Ada Marsh", SETTINGS)
    row = page.locator('[data-command="moderation.ban"]')
    await row.get_by_text("Who, where, how often").click()
    await row.get_by_label("A second person must approve it").check()
    await save(page)
    await expect(row.locator("[data-summary]")).to_contain_text("two people")
    await page.context.close()
    yield
    client = await platform.log_in("owner")
    read = await client.get(f"/api/v1/guilds/{GUILD}/settings")
    done = await client.patch(
        f"/api/v1/guilds/{GUILD}/settings",
        json={"changes": {APPROVAL: None}},
        headers={"If-Match": read.headers["etag"]},
    )
    assert done.status_code == 200, done.text


async def the_waiting(page: Page, name: str) -> str:
    """The id of what waits about somebody, as the list shows it."""
    row = page.locator("[data-waiting]", has_text=name)
    await expect(row).to_be_visible()
    return str(await row.get_attribute("data-waiting"))


async def test_one_asks_on_discord_another_decides_on_the_dashboard(
    desk: Desk, platform: Platform, two_people: None
) -> None:
    bruno, ada = await desk.log_in("Bruno Keel", APPROVALS), await desk.log_in("Ada Marsh", APPROVALS)
    overview = await desk.log_in("Bruno Keel", f"/guilds/{GUILD}")
    hint = overview.locator("#waiting-for-you")
    await expect(hint).to_be_empty()
    await expect(bruno.get_by_text("Nobody has to decide anything")).to_be_visible()
    bans = len(await platform.effects(BANS))

    answered = await platform.slash(
        "moderator", "ban", member=await platform.newcomer("Ignes Cole"), reason="Set the pier on fire"
    )
    assert "somebody else who has Ban Members must approve it by" in json.dumps(answered)
    id = await the_waiting(bruno, "Set the pier on fire")
    await expect(ada.locator(f'[data-waiting="{id}"]')).to_be_visible()
    await desk.picture(bruno, "approvals")
    await expect(hint).to_contain_text("One command waits for your approval")
    assert len(await platform.effects(BANS)) == bans, "nothing was done"

    asker = await desk.log_in("Chiara Vane", f"/guilds/{GUILD}/commands/{id}")
    await expect(asker.locator("#approval")).to_contain_text("Somebody else must approve it.")
    await expect(asker.get_by_role("button", name="Approve")).to_have_count(0)
    own = await desk.log_in("Chiara Vane", f"/guilds/{GUILD}")
    await expect(own.locator("#waiting-for-you")).to_be_empty()  # they asked for it

    await bruno.locator(f'[data-waiting="{id}"]').get_by_role("button", name="Approve").click()
    await bruno.get_by_role("dialog").get_by_role("button", name="Approve").click()
    await expect(bruno.locator(f'[data-waiting="{id}"]')).to_have_count(0)
    await expect(ada.locator(f'[data-waiting="{id}"]')).to_have_count(0)
    await expect(hint).to_be_empty()
    await expect(asker.locator("#command-state")).to_have_text("succeeded")
    await expect(asker.locator("#timeline")).to_contain_text("Waits for a second person")
    await expect(asker.locator("#timeline")).to_contain_text("Approved by Bruno Keel")
    await expect(asker.locator("#approval")).to_be_empty()
    assert len(await platform.effects(BANS)) == bans + 1

    await platform.slash("moderator", "ban", member=crowd(10), reason="Looked at me oddly")
    await hint.get_by_role("link", name="Look at it").click()
    await expect(overview.locator("[data-waiting]", has_text="Looked at me oddly")).to_be_visible()
    second = await the_waiting(ada, "Looked at me oddly")
    await ada.locator(f'[data-waiting="{second}"]').get_by_role("button", name="Decline").click()
    await ada.get_by_label("Why not?").fill("That is no reason.")
    await ada.get_by_role("dialog").get_by_role("button", name="Decline").click()
    await expect(bruno.locator(f'[data-waiting="{second}"]')).to_have_count(0)
    await asker.goto(f"{platform.url}/guilds/{GUILD}/commands/{second}")
    await expect(asker.locator("#command-state")).to_have_text("refused")
    await expect(asker.locator("#timeline")).to_contain_text(
        "Ada Marsh declined it, so nothing was done: That is no reason."
    )
    assert len(await platform.effects(BANS)) == bans + 1
