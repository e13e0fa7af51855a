"""One running platform and one browser for every test of the dashboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from tests.acceptance.browser import Desk, opened
from tests.acceptance.platform import GUILD, Platform, crowd, person, started

_GIVE_ROLE = "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def platform() -> AsyncIterator[Platform]:
    async with started(OPERATORS=person("owner")) as one:
        yield one


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser(platform: Platform) -> AsyncIterator[Desk]:
    async with opened(platform) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Desk) -> AsyncIterator[Desk]:
    """The browser; at the end its windows are closed, and nothing may have been complained about."""
    yield browser
    await browser.close_windows()
    complaints, browser.complaints = browser.complaints, []
    assert complaints == []


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def lived_in(platform: Platform) -> None:
    """A server in which something happened, so that pages have rows, states and diffs to show."""
    for who, command, options in (
        ("moderator", "warn", {"member": crowd(3), "reason": "Advertising in #general"}),
        ("moderator", "timeout", {"member": crowd(4), "minutes": 30, "reason": "Cooling down"}),
        ("admin", "role add", {"member": crowd(5), "role": str(int(GUILD) + 5)}),
        (
            "moderator",
            "ban",
            {"member": await platform.newcomer("Tilly Gale"), "reason": "Sold tickets that do not exist"},
        ),
        ("admin", "channel create", {"name": "harbour-watch"}),
        ("member", "ping", {}),
    ):
        await platform.slash(who, command, **options)
    await platform.fault(route=_GIVE_ROLE, kind="status", status=403, times=1)
    await platform.slash("admin", "role add", member=crowd(8), role=str(int(GUILD) + 4))
    client = await platform.log_in("admin")
    body = {"command": "moderation.warn", "options": {"reason": "Rowing at night"}, "members": [crowd(1), crowd(2)]}
    started = await client.post(f"/api/v1/guilds/{GUILD}/bulks", json=body, headers={"Idempotency-Key": uuid4().hex})
    await platform.wait_for_end(client, started.json()["id"])
