"""How a page looks, asked of the browser: axe-core's findings, in light and dark, and whether it is wider than the
window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.acceptance.browser import Desk

__all__ = ["WINDOWS", "findings", "looks_well"]

_AXE = (Path(__file__).parents[2] / "vendor" / "axe" / "axe.min.js").read_text()
_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}


async def findings(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """What axe-core says against the page, by WCAG 2.2 AA and its own best practices."""
    await page.evaluate(_AXE)
    result = await page.evaluate(
        "options => axe.run(document, options)", {"resultTypes": ["violations"], **(rules or {})}
    )
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}" for one in result["violations"] for node in one["nodes"]
    ]


async def looks_well(desk: Desk, page: Page, kind: str, name: str) -> None:
    """In a window of one kind; its pictures are `<name>-<kind>` and `<name>-<kind>-dark`."""
    await page.emulate_media(color_scheme="light")
    assert await findings(page) == [], name
    await desk.picture(page, f"{name}-{kind}")
    # Nothing but colours differs in the dark.
    await page.emulate_media(color_scheme="dark")
    assert await findings(page, _CONTRAST) == [], name
    await desk.picture(page, f"{name}-{kind}-dark")
    assert await page.evaluate("document.documentElement.scrollWidth") == WINDOWS[kind]["viewport"]["width"], name
