"""Every page of the dashboard, for what is asked of all of them: a new page is added here."""

from __future__ import annotations

from tests.acceptance.platform import GUILD, crowd

__all__ = ["LINKED", "PAGES"]

_BASE = f"/guilds/{GUILD}"

PAGES: dict[str, str] = {
    "start": "/",
    "servers": "/guilds",
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

LINKED: dict[str, tuple[str, str]] = {
    "timeline": (f"{_BASE}/commands/history?type=moderation.ban", "#command-list tbody a"),
    "timeline-many": (f"{_BASE}/commands/history?type=bulk.start", "#command-list tbody a"),
    "audit-line": (f"{_BASE}/audit", "#audit-list tbody a"),
    "failed-cause": (f"{_BASE}/dead-letters", "#letter-list a[href*='code=']"),
    "failed-one": (f"{_BASE}/dead-letters?code=discord_403&type=roles.add", "#letter-list tbody a"),
}
"""Pages whose address is known to another page: that one's, and the link on it."""
