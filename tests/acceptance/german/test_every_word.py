"""The dashboard in German: every word on every page is one of the German texts, or what somebody gave a name.

The pages are those of a browser, so that what the modules put there is read too. It is asked word by word: an English
sentence has words that no German text has, wherever it comes from.
"""

from __future__ import annotations

import re
import socket
from functools import cache

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bus.topology import load_topology
from models.catalogue import load_catalogue
from sandbox.seed import seed_world
from sandbox.settings import SandboxSettings
from tests.acceptance.browser import Desk
from tests.acceptance.dashboard.pages import LINKED, PAGES, address_of
from tests.acceptance.platform import GUILD, crowd
from web.language import words_of
from web.static_files import STATIC_DIRECTORY

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

_BASE = f"/guilds/{GUILD}"
_FOR_DEVELOPERS = {"design", "api"}
_WORD = re.compile(r"[A-Za-zÄÖÜäöüßéè]{2,}")

# What is said in every language as it is: our name and others', units, formats, what a script would write.
_SAME_EVERYWHERE = frozenset(
    {
        "guildbus", "Discord", "RabbitMQ", "PostgreSQL", "Chromium", "Chrome", "Headless", "Linux", "UTC", "API",
        "JSON", "CSV", "ID", "UUID", "Ctrl", "Esc", "ms", "min", "English",
    }
)  # fmt: skip

# Texts that people or machines gave: not the dashboard's, and not translated.
_GIVEN = (
    "Advertising in #general", "Cooling down", "Sold tickets that do not exist", "Rowing at night", "harbour-watch",
    "Tilly Gale", "asked for in the sandbox", "interactive, bulk", "from", "web", "worker", "bot", "all",
)  # fmt: skip

# Not code, times and what is typed for a computer, not the values of a change; time zones and languages call themselves
# what they do.
_READ = """() => {
  const skipped = "script, style, noscript, code, pre, kbd, time, svg, #zone, #language, .diff .old, .diff .new";
  const found = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(skipped)) found.push(walker.currentNode.data);
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-label", "label"])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (!one.closest(skipped)) found.push(one.getAttribute(name));
  return found.map((text) => text.trim()).filter(Boolean);
}"""


@cache
def german() -> frozenset[str]:
    said = msgspec.json.decode((STATIC_DIRECTORY / "said/de.json").read_bytes(), type=dict[str, dict[str, str]])
    texts = [*words_of("de").values(), *said["sentences"].values(), *said["names"].values()]
    return frozenset(word for text in texts for word in _WORD.findall(re.sub(r"\{\w+\}", " ", text)))


@cache
def given() -> re.Pattern[str]:
    """Names of people, servers, roles and channels, of commands and their options' keys; the longest first."""
    world = seed_world(SandboxSettings(), 0.0)
    names = [socket.gethostname(), *load_topology().queues, *_GIVEN]
    names += [name for user in world.users.values() for name in (user.username, user.global_name) if name]
    for guild in world.guilds.values():
        names += [guild.name, *(role.name for role in guild.roles.values())]
        names += [channel.name for channel in guild.channels.values()]
    for spec in load_catalogue().by_type.values():
        names += [spec.type, *([f"/{spec.slash}"] if spec.slash else [])]
    return re.compile(
        "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(set(names), key=len, reverse=True))
    )


def foreign(texts: list[str]) -> list[str]:
    """The texts that hold a word of no German text."""
    found = []
    for text in texts:
        rest = given().sub(" ", text)
        # Ids of machines: a queue, a process, an address, a number of hexadecimal digits.
        rest = re.sub(r"\S*[./_@:]\S+|#?\b[0-9a-f]{4,}\b|\S*\d\S*", " ", rest)
        if any(word not in german() and word not in _SAME_EVERYWHERE for word in _WORD.findall(rest)):
            found.append(text)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Desk, lived_in: None) -> Page:
    """One window for all pages, of somebody who may see them all and reads German."""
    page = await browser.log_in("Ada Marsh", None, locale="de-DE", reduced_motion="reduce")
    await page.context.add_cookies([{"name": "language", "value": "de", "url": browser.platform.url}])
    return page


async def texts_of(page: Page) -> list[str]:
    texts: list[str] = await page.evaluate(_READ)
    assert len(texts) > 3
    return texts


async def test_a_sentence_that_is_not_german_is_found() -> None:
    assert foreign(["Speichern", "12:04 · /ban", "Ada Marsh wurde gebannt"]) == []
    assert foreign(["Save", "The bot was away", "Ada Marsh was banned"]) == [
        "Save",
        "The bot was away",
        "Ada Marsh was banned",
    ]


@pytest.mark.parametrize("name", [name for name in (*PAGES, *LINKED) if name not in _FOR_DEVELOPERS])
async def test_every_word_of_a_page_is_german(browser: Desk, page: Page, name: str) -> None:
    await page.goto(await address_of(page, browser.platform.url, name), wait_until="load")
    await page.locator("#main[data-mounted], .hero").first.wait_for()
    assert foreign(await texts_of(page)) == []


async def test_every_word_of_what_is_done_on_a_page_is_german(browser: Desk, page: Page) -> None:
    """A form and its result in place, the toast, an event's sheet, the palette, the keys, what asks before it acts."""
    url = browser.platform.url
    await page.goto(f"{url}{_BASE}/commands?command=moderation.unban")
    await page.locator("#command-panel input[role=combobox]").fill("Hugo")
    await page.locator("#command-panel [role=option]", has_text="Hugo Penn").click()
    await page.locator("#command-panel .button.primary, #command-panel .button.danger").click()
    await expect(page.locator(".command-result .banner.good, .command-result .banner.bad")).to_be_visible()
    assert foreign(await texts_of(page)) == []

    await page.goto(f"{url}{_BASE}/live")
    await page.locator("#feed .open").first.press("Enter")
    await expect(page.locator("#event-sheet")).to_be_visible()
    assert foreign(await texts_of(page)) == []

    await page.goto(f"{url}{_BASE}/settings")
    await page.locator("#main[data-mounted]").wait_for()
    await page.locator("#why-member").fill("Dov")
    await page.locator("#why [role=option]", has_text="Dov Hart").click()
    await page.locator("#why-command").select_option("moderation.ban")
    await page.locator("#why-form button[type=submit]").click()
    await expect(page.locator("#why-checks [data-state=failed]")).not_to_have_count(0)
    await page.keyboard.press("Control+k")
    await page.locator("#palette input").fill("mitglied")
    await expect(page.locator("#palette-list [role=option]").first).to_be_visible()
    assert foreign(await texts_of(page)) == []

    await page.goto(f"{url}{_BASE}/members/{crowd(9)}")
    await page.locator("[data-acts] button").first.click()
    await expect(page.locator("dialog.act")).to_be_visible()
    assert foreign(await texts_of(page)) == []

    await page.goto(f"{url}/platform")
    await page.locator("#switch-reason").fill("ban")
    await page.locator("#switch-form .button.danger").click()
    await expect(page.locator("dialog[aria-labelledby=ask-title]")).to_be_visible()
    assert foreign(await texts_of(page)) == []


@pytest.mark.parametrize(
    "path",
    ["/no/such/page", "/guilds/1", f"{_BASE}/audit?from=heute", f"{_BASE}/commands/1", "/login/callback", "/offline"],
)
async def test_every_word_of_an_error_page_is_german(browser: Desk, page: Page, path: str) -> None:
    answer = await page.goto(browser.platform.url + path)
    assert answer is not None
    assert answer.status >= 400 or path == "/offline"
    assert foreign(await texts_of(page)) == []
    browser.complaints = [one for one in browser.complaints if "status of 4" not in one]
