"""Who may what, said a second time: what is new in the API or on the pages is entered here as well."""

from __future__ import annotations

__all__ = ["ACTIONS", "PAGES", "RANKS"]

RANKS = ("nobody", "viewer", "moderator", "admin", "operator")
# For each action: the least rank in the guild (or on the platform), and the scope that a key needs; "-" is no key.
ACTIONS: dict[str, tuple[str, str]] = {
    "guild.view": ("viewer", ""),
    "guild.channels": ("moderator", ""),
    "commands.read": ("viewer", "commands:read"),
    "commands.write": ("viewer", "commands:write"),
    "events.read": ("viewer", "events:read"),
    "audit.read": ("moderator", "audit:read"),
    "analytics.read": ("moderator", "analytics:read"),
    "settings.read": ("admin", "commands:read"),
    "settings.write": ("admin", "commands:write"),
    "checks.read": ("moderator", "commands:read"),
    "users.read": ("moderator", "users:read"),
    "dead_letters.read": ("admin", "dead-letters:read"),
    "dead_letters.write": ("admin", "dead-letters:write"),
    "catalogue.read": ("nobody", ""),
    "presets.read": ("viewer", "commands:read"),
    "presets.write": ("moderator", "presets:write"),
    "templates.read": ("nobody", ""),
    "templates.write": ("operator", "-"),
    "webhooks.read": ("admin", "webhooks:read"),
    "webhooks.write": ("admin", "webhooks:write"),
    "account.read": ("nobody", "-"),
    "account.write": ("nobody", "-"),
    "platform.read": ("operator", "-"),
    "platform.write": ("operator", "-"),
}
PAGES: dict[str, str] = {
    "": "viewer", "/live": "viewer", "/commands": "viewer", "/commands/history": "viewer",
    "/commands/{command_id}": "viewer", "/approvals": "viewer", "/members": "moderator",
    "/members/{person_id}": "moderator",
    "/analytics": "moderator", "/audit": "moderator", "/audit/{entry_id}": "moderator", "/dead-letters": "admin",
    "/dead-letters/{dead_letter_id}": "admin", "/settings": "admin",
}  # fmt: skip
