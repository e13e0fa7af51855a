"""What a User-Agent header says to a person: "Firefox on Windows". For recognition only; nothing is decided by it."""

from __future__ import annotations

__all__ = ["device_of"]

# In this order: later ones name earlier ones in their own headers.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_PHONES = frozenset(("Android", "iPhone", "iPad"))


def device_of(user_agent: str) -> tuple[str, bool]:
    """Words for it, and whether it is a phone or tablet."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    words = " on ".join(part for part in (browser, system) if part)
    return words or user_agent[:60] or "An unknown program", system in _PHONES
