"""The API's own page in a browser: it shows every operation, and each can be tried as oneself or with a key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

_WATCH = (
    "addEventListener('securitypolicyviolation', e => (window.refused ??= []).push(e.blockedURI + e.violatedDirective))"
)


async def docs(desk: Desk) -> Page:
    page = await desk.log_in("Ada Marsh", None)
    await page.add_init_script(_WATCH)
    await page.goto(f"{desk.platform.url}/api/docs")
    await expect(page.locator("#main[data-mounted]")).to_be_attached()
    return page


async def opened_operation(page: Page, id: str, **values: str) -> Locator:
    """An operation, unfolded, with its fields filled in."""
    operation = page.locator(f"#{id}")
    await operation.locator("summary").click()
    for name, value in values.items():
        await operation.locator(f'[name="{name}"]').fill(value)
    return operation


async def tried(operation: Locator, status: int) -> Any:
    """What is answered when the button is pressed."""
    await operation.get_by_role("button", name="Try it").click()
    await expect(operation.locator(".api-status")).to_contain_text(f"{status} in ")
    answer = operation.locator(".api-answer pre")
    await expect(answer).not_to_be_empty()
    return json.loads(await answer.inner_text())


async def test_it_lists_every_operation_and_nothing_on_it_is_refused_by_the_policy(desk: Desk):
    page = await docs(desk)
    document = await (await page.request.get(f"{desk.platform.url}/api/openapi.json")).json()
    wanted = {one["operationId"]: one["summary"] for methods in document["paths"].values() for one in methods.values()}
    shown = await page.locator("details.api-operation").evaluate_all(
        "all => all.map(one => [one.id, one.querySelector('summary .muted').textContent])"
    )
    assert dict(shown) == wanted
    assert len(shown) == len(wanted)
    for schema in ("GuildUser", "ProblemBody"):
        await expect(page.locator(f"#schema-{schema}")).to_be_attached()
    await page.get_by_role("link", name="dead-letters", exact=True).click()
    await expect(page.locator("#dead-letters-name")).to_be_in_viewport()
    assert await page.evaluate("window.refused") is None


async def test_operations_are_tried_as_oneself_and_with_a_key(desk: Desk):
    page = await docs(desk)
    guild = await tried(await opened_operation(page, "getGuild", guild_id=GUILD), 200)
    assert guild["id"] == GUILD

    body = json.dumps({"type": "utility.ping"})
    ping = await opened_operation(page, "issueCommand", guild_id=GUILD, body=body)
    first = await tried(ping, 202)
    # Each press is a request of its own: the page makes a new Idempotency-Key.
    await ping.get_by_role("button", name="Try it").click()
    await expect(ping.locator(".api-answer pre")).not_to_contain_text(first["id"])
    await expect(ping.locator(".api-answer pre")).to_contain_text('"id"')

    key = json.dumps({"name": "tried", "scopes": ["users:read"], "days": 1})
    made = await tried(await opened_operation(page, "createKey", body=key), 201)
    await page.locator("#api-key").fill(made["key"])
    me = await tried(await opened_operation(page, "getMe"), 200)
    assert (me["kind"], me["id"]) == ("api_key", made["id"])
    users = await tried(
        await opened_operation(page, "listGuildUsers", guild_id=GUILD, fields="id,name", limit="2"), 200
    )
    assert [set(user) for user in users["items"]] == [{"id", "name"}] * 2

    refused = await tried(await opened_operation(page, "listAudit", guild_id=GUILD), 403)
    assert (refused["code"], refused["missing"]) == ("scope_missing", "audit:read")
    desk.expect_complaint("status of 403")
    assert await page.evaluate("window.refused") is None
