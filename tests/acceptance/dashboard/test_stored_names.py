"""Names and texts that people choose are shown as they are, on every page, and never run (stored XSS)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from sandbox.settings import API_PREFIX, SandboxSettings
from tests.acceptance.browser import Desk
from tests.acceptance.dashboard.pages import PAGES
from tests.acceptance.platform import GUILD, OTHER_GUILD, Platform, person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

# Each fits Discord's bound for a nickname (32), and would set window.owned in another way.
RUNS = (
    "<img src=x onerror=owned=1>",
    "</script><script>owned=1</script>",
    "'\"><svg/onload=owned=1>",
    "{{owned=1}}${owned=1}",
)


@dataclass(frozen=True, slots=True)
class Names:
    guild: str
    role: str
    member: str
    nick: str
    reason: str
    channel: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A command with such a reason, and the member with such names."""

    command: str
    member: str


EVIL = Names(
    guild=f"Guild {RUNS[0]}",
    role=f"Role {RUNS[1]}",
    member=RUNS[2],
    nick=RUNS[0],
    reason=" ".join(("Reason", *RUNS)),
    channel="img-src-x-onerror-owned-1",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stored(platform: Platform) -> AsyncIterator[Stored]:
    """The other server with such names in it."""
    bot = {"Authorization": f"Bot {SandboxSettings().bot_token}"}
    async with platform.client() as http:

        async def done(method: str, path: str, body: dict[str, Any], **headers: str) -> Any:
            answer = await http.request(method, path, json=body, headers=headers)
            assert answer.status_code < 300, answer.text
            return answer.json()

        renamed = f"{API_PREFIX}/guilds/{OTHER_GUILD}"
        await done("PATCH", renamed, {"name": EVIL.guild}, **bot)
        role = {"guild_id": OTHER_GUILD, "action": "create", "name": EVIL.role}
        await done("POST", "/sandbox/api/roles", role)
        joined = {"guild_id": OTHER_GUILD, "action": "join", "name": EVIL.member}
        [member] = (await done("POST", "/sandbox/api/members", joined))["user_ids"]
        await done("PATCH", f"/sandbox/api/guilds/{OTHER_GUILD}/members/{member}", {"nick": EVIL.nick})
        options = {"member": member, "reason": EVIL.reason}
        typed = {"guild_id": OTHER_GUILD, "user_id": person("owner"), "command": "warn", "options": options}
        interaction = await done("POST", "/sandbox/api/interactions", typed)
        await platform.answer(interaction["id"])
        async with await platform.log_in("owner") as owner:
            listed = await owner.get(f"/api/v1/guilds/{OTHER_GUILD}/commands")
            command: str = listed.json()["items"][0]["id"]
        yield Stored(command, member)
        await done("PATCH", renamed, {"name": "Night Market"}, **bot)


async def nothing_ran(page: Page) -> None:
    assert await page.evaluate("typeof window.owned") == "undefined"
    assert await page.locator("img[src='x'], svg[onload], [onerror], script:text('owned')").count() == 0


async def test_nothing_that_people_chose_runs_on_any_page(desk: Desk, stored: Stored):
    """The browser's complaints fail it too: the policy would complain of a script that it stops."""
    page = await desk.log_in("Ada Marsh", None)
    there = {name: path.replace(GUILD, OTHER_GUILD) for name, path in PAGES.items()}
    there["timeline"] = f"/guilds/{OTHER_GUILD}/commands/{stored.command}"
    there["member"] = f"/guilds/{OTHER_GUILD}/members/{stored.member}"
    for path in there.values():
        await page.goto(desk.platform.url + path, wait_until="load")
        await page.locator("#main").wait_for()
        await nothing_ran(page)


async def test_they_are_shown_as_they_are(desk: Desk, stored: Stored):
    page = await desk.log_in("Ada Marsh", f"/guilds/{OTHER_GUILD}/commands/{stored.command}")
    main = page.locator("#main")
    await expect(main).to_contain_text(EVIL.reason)
    await page.goto(f"{desk.platform.url}/guilds")
    await expect(main).to_contain_text(EVIL.guild)
    await page.goto(f"{desk.platform.url}/guilds/{OTHER_GUILD}/audit")
    await expect(main).to_contain_text(RUNS[2])


async def test_nothing_runs_that_comes_while_one_looks(desk: Desk, stored: Stored):
    page = await desk.watch("Ada Marsh", OTHER_GUILD)
    async with desk.platform.client() as http:
        role = {"guild_id": OTHER_GUILD, "action": "create", "name": f"Live {RUNS[0]}"}
        assert (await http.post("/sandbox/api/roles", json=role)).status_code == 201
    await expect(page.locator("#main")).to_contain_text(f"Live {RUNS[0]}")
    await nothing_ran(page)
