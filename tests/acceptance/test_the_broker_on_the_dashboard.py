"""A real RabbitMQ as the dashboard shows it: how its queues move, and that it is gone."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from scripts.rabbitmq_node import RabbitMQNode
from tests.acceptance.browser import Desk, opened
from tests.acceptance.platform import GUILD, Platform, fresh_folder, person, started

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node() -> AsyncIterator[RabbitMQNode]:
    """One of its own, for it is stopped."""
    folder = fresh_folder()
    one = RabbitMQNode(folder / "node", management=True)
    try:
        await asyncio.to_thread(one.start)
        yield one
    finally:
        await asyncio.to_thread(one.stop, kill=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(node: RabbitMQNode) -> AsyncIterator[Platform]:
    async with started(
        AMQP_URL=node.admin_url, AMQP_MANAGEMENT_URL=node.management_url, OPERATORS=person("owner")
    ) as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(platform: Platform) -> AsyncIterator[Desk]:
    async with opened(platform) as one:
        yield one
    assert one.complaints == []


async def test_operators_see_how_fast_queues_move_and_a_way_to_rabbitmqs_own_page(
    desk: Desk, platform: Platform, node: RabbitMQNode
):
    page = await desk.log_in("Ada Marsh", "/platform")
    await platform.slash("member", "ping")
    row = page.locator('[data-queue="commands.interactive"]')
    for cell in ("Published", "Delivered"):
        await expect(row.locator(f'[data-label="{cell}"]')).to_have_text(re.compile(r"^0\.\d+/s$"))
    most = re.compile(r"Most that waited in the last 5 minutes: \d+")
    await expect(row.get_by_role("img", name=most)).to_be_visible()
    await expect(page.locator("#rates-note")).to_contain_text("messages a second over the last minute")
    await desk.picture(page, "platform-rates")
    address = f"{node.management_url}/#/queues/%2F/commands.interactive"
    await expect(row.get_by_role("link")).to_have_attribute("href", address)


async def test_a_broker_that_stops_is_said_in_the_open_page_and_no_longer_when_it_is_back(
    desk: Desk, platform: Platform, node: RabbitMQNode
):
    page = await desk.log_in("Bruno Keel", f"/guilds/{GUILD}")
    operator = await desk.log_in("Ada Marsh", "/platform")
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    banner = page.locator("#troubles .banner")
    await expect(banner).to_have_count(0)
    await page.evaluate("window.neverReloaded = true")
    await asyncio.to_thread(node.stop, kill=True)
    await expect(banner).to_contain_text("The broker cannot be reached")
    await expect(banner).to_contain_text("has to start RabbitMQ")
    await desk.picture(page, "overview-without-broker")
    await expect(operator.get_by_text("The broker does not answer")).to_be_visible()
    await asyncio.to_thread(node.start)
    await expect(banner).to_have_count(0)
    await expect(operator.locator("#rates-note")).to_contain_text("messages a second")
    assert "Pong" in str(await platform.slash("member", "ping"))
    assert await page.evaluate("window.neverReloaded") is True
