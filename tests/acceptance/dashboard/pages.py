"""Every page of the dashboard, for what is asked of all of them: a new page is added here."""

from __future__ import annotations

from playwright.async_api import Page

from tests.acceptance.platform import GUILD, crowd

__all__ = ["ANYBODYS", "LINKED", "NO_PAGES", "PAGES", "address_of"]

_BASE = f"/guilds/{GUILD}"

PAGES: dict[str, str] = {
    "servers": "/guilds",
    "api": "/api/docs",
    "design": "/design",
    "account": "/account",
    "overview": _BASE,
    "live": f"{_BASE}/live",
    "commands": f"{_BASE}/commands?command=moderation.ban",
    "history": f"{_BASE}/commands/history",
    "approvals": f"{_BASE}/approvals",
    "members": f"{_BASE}/members",
    "member": f"{_BASE}/members/{crowd(0)}",
    "analytics": f"{_BASE}/analytics",
    "platform": "/platform",
    "failed": f"{_BASE}/dead-letters",
    "audit": f"{_BASE}/audit",
    "settings": f"{_BASE}/settings",
}
"""Address by name; they are opened as somebody who may see them all."""

ANYBODYS: dict[str, str] = {"start": "/", "offline": "/offline", "lost": "/no/such/page"}
"""The same for who is not logged in."""

NO_PAGES = {
    *("/livez", "/readyz", "/healthz", "/api/openapi.json", "/manifest.webmanifest", "/sw.js"),
    *("/login", "/login/callback", "/guilds/{rest:path}"),
}
"""Addresses of the web process that answer with no page: for machines, or they lead elsewhere."""

LINKED: dict[str, tuple[str, str, str]] = {
    "timeline": (f"{_BASE}/commands/0", f"{_BASE}/commands/history?type=moderation.ban", "#command-list tbody a"),
    "timeline-many": (f"{_BASE}/commands/0", f"{_BASE}/commands/history?type=bulk.start", "#command-list tbody a"),
    "audit-line": (f"{_BASE}/audit/0", f"{_BASE}/audit", "#audit-list tbody a"),
    "failed-cause": (f"{_BASE}/dead-letters", f"{_BASE}/dead-letters", "#letter-list a[href*='code=']"),
    "failed-one": (
        f"{_BASE}/dead-letters/0",
        f"{_BASE}/dead-letters?code=discord_403&type=roles.add",
        "#letter-list tbody a",
    ),
}
"""Pages whose address is known to another page: what it looks like, that other page's, and the link on it."""


async def address_of(page: Page, url: str, name: str) -> str:
    if name in PAGES:
        return url + PAGES[name]
    _, where, link = LINKED[name]
    await page.goto(url + where)
    return url + str(await page.locator(link).first.get_attribute("href"))
