"""Interactions as Discord sends them."""

from __future__ import annotations

from typing import Any

from bot.interaction import Interaction, read_interaction

GUILD, USER, TARGET = "1101000000000100000", "1101000000000900003", "1101000000000900004"
ID = "1440000000000000000"


def interaction(name: str = "ban", options: list[dict[str, Any]] | None = None, **changes: Any) -> Interaction:
    data = {"id": "77", "name": name, "type": 1, "options": options or [], **changes.pop("data", {})}
    raw = {
        "id": ID,
        "application_id": "1100000000000000001",
        "type": 2,
        "token": "the-token",
        "guild_id": GUILD,
        "channel_id": "1101000000000100041",
        "locale": "de",
        "member": {"user": {"id": USER, "username": "chiara.vane", "global_name": "Chiara"}, "permissions": "4"},
        "data": data,
        **changes,
    }
    return read_interaction(raw)


def option(name: str, value: Any, kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "value": value, **more}


def sub(name: str, *options: dict[str, Any], kind: int = 1) -> dict[str, Any]:
    return {"name": name, "type": kind, "options": list(options)}
