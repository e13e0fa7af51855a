"""What is drawn on a canvas is no text of the page: what the charts write there is listened to."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.acceptance.browser import Desk
from tests.acceptance.platform import GUILD

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

_LISTEN = """
  window.written = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
    window.written.push(String(text));
    return write.call(this, text, ...where);
  };
"""


async def test_charts_write_days_and_hours_as_the_page_does_not_as_the_browser_would(
    browser: Desk, lived_in: None
) -> None:
    page = await browser.log_in("Ada Marsh", None, locale="en-US", reduced_motion="reduce")
    await page.context.add_cookies([{"name": "language", "value": "de", "url": browser.platform.url}])
    await page.add_init_script(_LISTEN)
    await page.goto(f"{browser.platform.url}/guilds/{GUILD}/analytics?range=day")
    await expect(page.locator(".chart canvas")).to_have_count(4)
    written: list[str] = await page.evaluate("() => window.written")
    assert any(re.fullmatch(r"\d\d:\d\d", text) for text in written), written
    assert any(re.fullmatch(r"\d{1,2}\. [A-ZÄ]\S+", text) for text in written), written
    assert not any(re.search(r"\d[ap]m|AM|PM", text) for text in written), written
    await page.goto(f"{browser.platform.url}/guilds/{GUILD}/analytics?range=month")
    await expect(page.locator(".chart canvas")).to_have_count(4)
    written = await page.evaluate("() => window.written")
    assert not any(":" in text for text in written), written
