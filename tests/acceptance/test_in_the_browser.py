"""The dashboard and the sandbox's page as people use them, in a real browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.acceptance.browser import Desk, opened, wire_to
from tests.acceptance.platform import GUILD, OTHER_GUILD, Platform, crowd, started

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

_BAN = "PUT /guilds/{guild_id}/bans/{user_id}"
_GIVE_ROLE = "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform() -> AsyncIterator[Platform]:
    async with started() as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(platform: Platform) -> AsyncIterator[Desk]:
    async with opened(platform) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Desk) -> AsyncIterator[Desk]:
    """The browser; at the end its windows are closed, and nothing may have been complained about."""
    yield browser
    await browser.close_windows()
    complaints, browser.complaints = browser.complaints, []
    assert complaints == []


async def something_happens(platform: Platform, name: str, guild_id: str = GUILD) -> None:
    """A new role: everybody in the guild may see it."""
    async with platform.client() as http:
        answer = await http.post("/sandbox/api/roles", json={"guild_id": guild_id, "action": "create", "name": name})
        assert answer.status_code < 300, answer.text


async def slowly(platform: Platform, route: str = _BAN, milliseconds: int = 1500) -> None:
    await platform.fault(route=route, kind="latency", latency_ms=milliseconds, times=1)


async def choose(page: Page, name: str) -> None:
    """A member in the dashboard's form."""
    await page.get_by_role("combobox", name="Member").fill(name)
    await page.get_by_role("option", name=name).click()


async def type_command(page: Page, command: str, **options: str) -> None:
    """Types a slash command on the sandbox's page, taking the first suggestion of each."""
    suggestion = page.locator("#suggestions [role=option]")
    await page.locator("#composer-input").fill(f"/{command}")
    await suggestion.filter(has_text=f"/{command}").first.click()
    for name, value in options.items():
        box = page.get_by_role("combobox", name=re.compile(f"^{name}:"))
        if not await box.count():
            await page.get_by_role("button", name=f"+ {name}").click()
        await box.fill(value)
        if name in ("member", "key"):
            await suggestion.filter(has_text=value).first.click()
    await page.get_by_role("button", name="Send").click()


async def test_a_person_logs_in_with_a_click_and_sees_only_their_own_servers(desk: Desk, platform: Platform):
    page = await desk.window()
    await page.goto(platform.url)
    await page.get_by_role("link", name="Log in with Discord").click()
    await desk.click_through_login(page, "Chiara Vane")
    await expect(page.locator(".guild-card")).to_have_count(1)
    await expect(page.locator(".guild-card")).to_contain_text("Harbour Lights")

    answer = await page.goto(f"{platform.url}/guilds/{OTHER_GUILD}")
    assert answer is not None
    assert answer.status == 404
    desk.expect_complaint("status of 404")

    await page.goto(f"{platform.url}/guilds")
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url(f"{platform.url}/")
    # Who asks for a page comes back to it after the login.
    await page.goto(f"{platform.url}/guilds/{GUILD}/audit")
    await desk.click_through_login(page, "Chiara Vane")
    await expect(page.get_by_role("heading", name="Audit log")).to_be_visible()


async def test_what_is_typed_on_discord_appears_live_for_those_who_may_see_it(desk: Desk, platform: Platform):
    one, two = await desk.watch("Chiara Vane"), await desk.watch("Bruno Keel")
    member, elsewhere = await desk.watch("Dov Hart"), await desk.watch("Esra Lind", OTHER_GUILD)
    discord = await desk.at_discord("Ada Marsh")
    await type_command(discord, "warn", member="Gita Moor", reason="Advertising in #general")
    await type_command(discord, "ban", member="Hugo Penn", reason="A raid")
    await expect(discord.locator("#messages")).to_contain_text("@Hugo Penn is banned")
    await discord.locator("#bulk-count").fill("3")
    await discord.get_by_role("button", name="A crowd joins").click()
    for page in (one, two):
        await expect(page.locator("#feed")).to_contain_text("Ada Marsh: moderation.ban is done")
        await expect(page.locator("#feed")).to_contain_text("@Hugo Penn is banned")
        await expect(page.locator("#feed li", has_text="Visitor")).to_have_count(3)

    # Something that everybody in each guild sees marks the point up to which the others were shown everything.
    await something_happens(platform, "Night watch")
    await something_happens(platform, "Cooks", OTHER_GUILD)
    await expect(member.locator("#feed")).to_contain_text("Role Night watch was made")
    await expect(member.locator("#feed")).not_to_contain_text("ban")
    await expect(member.locator("#feed")).not_to_contain_text("Advertising")
    await expect(elsewhere.locator("#feed li")).to_have_count(1)
    await expect(elsewhere.locator("#feed")).to_contain_text("Role Cooks was made")
    for page in (one, two, member, elsewhere):
        assert await page.evaluate("window.neverReloaded") is True
    await expect(two.locator("#feed")).to_contain_text("Night watch")
    await desk.picture(two, "live")


async def test_commands_and_options_complete_by_keyboard_and_the_bot_thinks_before_it_answers(
    desk: Desk, platform: Platform
):
    page = await desk.at_discord("Chiara Vane")
    keys, chosen = page.keyboard, page.locator("#suggestions [aria-selected=true]")
    await page.locator("#composer-input").focus()
    await keys.type("/ba")
    await expect(chosen).to_contain_text("/ban")
    await keys.press("Tab")
    await keys.type("ir")
    await expect(chosen).to_contain_text("Iris Quay")
    await desk.picture(page, "completion")
    await keys.press("Enter")
    await slowly(platform)
    await keys.press("Enter")
    await expect(page.locator(".thinking")).to_contain_text("guildbus is thinking")
    await desk.picture(page, "thinking")
    await expect(page.locator("#messages")).to_contain_text("@Iris Quay is banned")
    await expect(page.locator(".thinking")).to_have_count(0)
    await expect(page.locator("#messages")).to_contain_text("Chiara Vane used /ban")


async def test_a_private_answer_is_marked_and_nobody_else_sees_it(desk: Desk, platform: Platform):
    page, other = await desk.at_discord("Bruno Keel"), await desk.at_discord("Chiara Vane")
    before = await other.locator("#messages .message").count()
    await type_command(page, "settings set", key="welcome_text", value="Welcome aboard")
    await expect(page.locator(".message.ephemeral")).to_contain_text("Welcome aboard")
    await expect(page.locator(".message.ephemeral")).to_contain_text("Only you can see this")
    await type_command(page, "ping")
    await expect(page.locator("#messages")).to_contain_text("Pong!")
    await expect(other.locator("#messages")).to_contain_text("Pong!")
    await desk.picture(page, "sandbox")
    await expect(other.locator(".message.ephemeral")).to_have_count(0)
    assert await other.locator("#messages .message").count() == before + 1
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.locator(".message.ephemeral")).to_have_count(0)


async def test_a_command_from_the_form_moves_from_queued_to_done_and_links_to_its_timeline(desk: Desk):
    page = await desk.watch("Bruno Keel")
    await page.evaluate(
        """() => {
          window.titles = [];
          const note = () => document.querySelectorAll(".toast .title").forEach((title) => {
            if (window.titles.at(-1) !== title.textContent) window.titles.push(title.textContent);
          });
          new MutationObserver(note).observe(document.getElementById("toasts"), { childList: true, subtree: true });
        }"""
    )
    await page.get_by_label("Command", exact=True).select_option("moderation.warn")
    await choose(page, "Gita Moor")
    await page.get_by_label("Reason").fill("Capital letters")
    # Twice in one go is still one command.
    await page.get_by_role("button", name="Run").dblclick()
    await expect(page.locator(".toast")).to_contain_text("moderation.warn is done")
    await expect(page.locator(".toast")).to_have_count(1)
    titles = await page.evaluate("window.titles")
    assert titles[0] == "moderation.warn is queued"
    assert titles[-1] == "moderation.warn is done"
    await page.locator(".toast").get_by_role("link", name="timeline").click()
    await expect(page.locator("#timeline")).to_contain_text("Capital letters")
    await expect(page.locator(".facts")).to_contain_text("Gita Moor")


async def test_a_destructive_command_asks_first(desk: Desk, platform: Platform):
    page = await desk.watch("Chiara Vane")
    await page.get_by_label("Command", exact=True).select_option("moderation.kick")
    await choose(page, "Kaia Sand")
    await page.get_by_role("button", name="Run").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Kaia Sand")
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await something_happens(platform, "After no")
    await expect(page.locator("#feed")).to_contain_text("After no")
    await expect(page.locator("#feed")).not_to_contain_text("moderation.kick")

    await page.get_by_role("button", name="Run").click()
    await expect(dialog.get_by_role("button", name="Yes, kick")).to_be_disabled()
    await dialog.get_by_role("textbox").fill("kick")
    await dialog.get_by_role("button", name="Yes, kick").click()
    await expect(page.locator(".toast")).to_contain_text("moderation.kick is done")


async def test_what_is_wrong_is_said_beside_its_field(desk: Desk):
    page = await desk.watch("Chiara Vane")
    await page.get_by_label("Command", exact=True).select_option("moderation.timeout")
    await page.get_by_role("button", name="Run").click()
    member = page.locator(".field:has(> .combo)")
    await expect(member.locator(".wrong")).to_have_text("This is needed.")
    await expect(page.get_by_role("combobox", name="Member")).to_be_focused()
    await expect(page.get_by_role("combobox", name="Member")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await page.keyboard.type("Luca")
    await expect(member.locator(".wrong")).to_be_hidden()
    await expect(page.locator(".toast")).to_have_count(0)


async def test_a_timeline_moves_while_one_looks(desk: Desk, platform: Platform):
    page = await desk.watch("Chiara Vane")
    await slowly(platform, milliseconds=4000)
    await page.get_by_label("Command", exact=True).select_option("moderation.ban")
    await choose(page, "Jonas Reef")
    await page.get_by_label("Reason").fill("Sold tickets that do not exist")
    await page.get_by_role("button", name="Run").click()
    await page.get_by_role("dialog").get_by_role("textbox").fill("ban")
    await page.get_by_role("button", name="Yes, ban").click()
    await page.locator(".toast").get_by_role("link", name="timeline").click()
    await expect(page.locator("#command-state")).to_have_text("running")
    await page.evaluate("window.neverReloaded = true")
    await page.locator("#timeline summary").first.click()
    await expect(page.locator("#command-state")).to_have_text("succeeded")
    await expect(page.locator("#timeline")).to_contain_text("@Jonas Reef is banned")
    await expect(page.locator("#timeline details").first).to_have_attribute("open", "")
    assert await page.evaluate("window.neverReloaded") is True
    await page.locator("#timeline summary").first.click()
    await page.mouse.move(0, 0)
    await desk.picture(page, "timeline")


async def test_the_audit_log_shows_who_and_what_before_and_after(desk: Desk, platform: Platform):
    await platform.slash("moderator", "ban", member=crowd(5), reason="Read in the audit log")
    page = await desk.log_in("Bruno Keel", f"/guilds/{GUILD}/audit?type=moderation.ban")
    row = page.locator("tbody tr", has_text="Read in the audit log")
    row = row.filter(has=page.locator(".badge", has_text="succeeded"))
    await expect(row).to_contain_text("Chiara Vane")
    await expect(row).to_contain_text("on Discord")
    await expect(row.locator(".old")).to_contain_text("no")
    await expect(row.locator(".new")).to_contain_text("yes")
    await desk.picture(page, "audit")


async def test_the_list_of_commands_keeps_up(desk: Desk, platform: Platform):
    page = await desk.log_in("Chiara Vane", f"/guilds/{GUILD}/commands/history")
    rows = page.locator("tr[data-command]")
    count = await rows.count()
    await page.evaluate("window.neverReloaded = true")
    await platform.slash("moderator", "warn", member=crowd(8), reason="Seen in the list")
    await expect(rows).to_have_count(count + 1)
    await expect(rows.first).to_contain_text("moderation.warn")
    await expect(rows.first).to_contain_text("member Olga Wren")
    await expect(rows.first).to_contain_text("succeeded")
    assert await page.evaluate("window.neverReloaded") is True
    await desk.picture(page, "commands")


async def test_a_failed_command_appears_in_the_inbox_and_can_be_replayed(desk: Desk, platform: Platform):
    page = await desk.log_in("Bruno Keel", f"/guilds/{GUILD}/dead-letters")
    await expect(page.get_by_text("Nothing failed")).to_be_visible()
    await platform.fault(route=_GIVE_ROLE, kind="status", status=403, times=1)
    await platform.slash("admin", "role add", member=crowd(0), role=str(int(GUILD) + 4))
    cause = page.locator("article[data-type='roles.add']")
    await expect(cause).to_contain_text("The bot may not do this")
    await cause.get_by_role("link", name="Show it").click()
    row = page.locator("tr[data-letter]")
    await expect(row).to_contain_text("roles.add")
    await row.get_by_role("button", name="Replay").click()
    await expect(page.locator(".toast")).to_contain_text("roles.add is done")
    await expect(row).to_have_count(0)
    await page.get_by_role("link", name="Replayed").click()
    await expect(row).to_contain_text("roles.add")


async def test_what_happened_during_a_break_appears_once_and_in_order(desk: Desk, platform: Platform):
    async with wire_to(platform) as wire:
        page = await desk.watch("Dov Hart", through=wire)
        await something_happens(platform, "Break 0")
        await expect(page.locator("#feed")).to_contain_text("Break 0")
        await page.context.set_offline(True)
        wire.cut()
        await expect(page.locator("#live-state")).to_have_text(re.compile("Offline|Reconnecting"))
        for number in range(1, 6):
            await something_happens(platform, f"Break {number}")
        await asyncio.sleep(0.5)
        await expect(page.locator("#feed")).not_to_contain_text("Break 1")
        wire.mend()
        await page.context.set_offline(False)
        await something_happens(platform, "Break 6")
        await expect(page.locator("#live-state")).to_have_text("Live")
        await expect(page.locator("#feed")).to_contain_text("Break 6")
        told = await page.locator("#feed li", has_text="Break").locator(".what").all_inner_texts()
        assert told == [f"Role Break {number} was made" for number in range(6, -1, -1)]
        assert await page.evaluate("window.neverReloaded") is True
        await desk.close_windows()
    # Refused connections, and pictures from the platform's own address, which is not the wire's.
    desk.complaints = [text for text in desk.complaints if "net::ERR_" not in text and "/sandbox/cdn/" not in text]


async def test_light_and_dark_are_a_choice_that_stays(desk: Desk):
    page = await desk.log_in("Dov Hart", color_scheme="light")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(colour)
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Dark").click()
    dark = await page.evaluate(colour)
    assert dark != light
    await page.reload()
    assert await page.evaluate(colour) == dark
    await desk.picture(page, "dark")


async def test_a_command_can_be_run_with_the_keyboard_alone(desk: Desk):
    page = await desk.watch("Chiara Vane")
    keys = page.keyboard

    async def tab_to(part: str) -> None:
        for _ in range(40):
            await keys.press("Tab")
            if await page.evaluate("part => document.activeElement.matches(part)", part):
                return
        pytest.fail(f"the tab key never comes to {part}")

    await keys.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await keys.press("Enter")
    await tab_to("#command-type")
    await keys.type("moderation.warn")
    await tab_to("[role=combobox]")
    await keys.type("Mara")
    await expect(page.locator(".combo [aria-selected=true]")).to_contain_text("Mara Uist")
    await keys.press("Enter")
    await tab_to("textarea")
    await keys.type("By keyboard")
    await tab_to(".command-form button")
    await keys.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("moderation.warn is done")


async def test_nothing_is_wider_than_a_phone(desk: Desk):
    page = await desk.log_in("Ada Marsh", None, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    base = f"/guilds/{GUILD}"
    for path in (
        "/",
        "/guilds",
        f"{base}/live",
        f"{base}/commands",
        f"{base}/audit",
        f"{base}/dead-letters",
        f"{base}/settings",
    ):
        await page.goto(desk.platform.url + path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 360, path
    await page.goto(f"{desk.platform.url}{base}/commands/history")
    await page.locator("tr[data-command] a").first.click()
    await expect(page.locator("#timeline")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await desk.picture(page, "phone")
    await page.goto(f"{desk.platform.url}/sandbox/")
    await expect(page.locator("#gateway-status")).to_have_text("Bot online")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_an_address_that_leads_nowhere_says_so_and_shows_the_way_back(desk: Desk):
    page = await desk.log_in("Dov Hart", None)
    answer = await page.goto(f"{desk.platform.url}/no/such/page")
    assert answer is not None
    assert answer.status == 404
    desk.expect_complaint("status of 404")
    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    await page.locator("main .button.primary").click()
    await expect(page.get_by_role("heading", name="Your servers")).to_be_visible()
