"""What a message may contain; shared by channels, webhooks and interaction answers.

https://discord.com/developers/docs/resources/message#create-message
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import CANNOT_SEND_EMPTY, FormErrors
from sandbox.rest.forms import Field, Form, Invalid, boolean, integer, nullable, raw_list, read, text

__all__ = ["MESSAGE", "contents", "read_message"]

_EMBED_TOTAL = 6_000
_EMBED_LIMITS = {"title": 256, "description": 4096}


def _nonce(value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > 25:
        raise Invalid("NONCE_TYPE_INVALID", "Must be an integer or a string of 25 or fewer characters.")
    return value


MESSAGE: Form = {
    "content": Field(nullable(text(0, 2000))),
    "embeds": Field(nullable(raw_list(10))),
    "components": Field(nullable(raw_list(40))),
    "flags": Field(nullable(integer(0, (1 << 31) - 1))),
    "nonce": Field(nullable(_nonce)),
    "enforce_nonce": Field(nullable(boolean)),
    "tts": Field(nullable(boolean)),
}


def read_message(body: dict[str, Any], *, may_be_empty: bool = False) -> dict[str, Any]:
    """The checked form. Raises 50006 for a message of nothing at all."""
    form = read(body, MESSAGE)
    _check_embeds(form.get("embeds") or [])
    empty = not any(form.get(key) for key in ("content", "embeds", "components"))
    if empty and not may_be_empty and not body.get("attachments") and not body.get("poll"):
        raise CANNOT_SEND_EMPTY.error()
    return form


def contents(form: dict[str, Any]) -> dict[str, Any]:
    """The fields that make up the message itself; null empties one."""
    values: dict[str, Any] = {}
    if "content" in form:
        values["content"] = form["content"] or ""
    for key in ("embeds", "components"):
        if key in form:
            values[key] = form[key] or []
    return values


def _check_embeds(embeds: list[dict[str, Any]]) -> None:
    errors = FormErrors()
    total = 0
    for index, embed in enumerate(embeds):
        for key, most in _EMBED_LIMITS.items():
            value = embed.get(key)
            if isinstance(value, str):
                total += len(value)
                if len(value) > most:
                    errors.add(("embeds", index, key), "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        fields = embed.get("fields") or []
        if len(fields) > 25:
            errors.add(("embeds", index, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for at, field in enumerate(fields):
            for key, most in (("name", 256), ("value", 1024)):
                value = field.get(key) if isinstance(field, dict) else None
                path = ("embeds", index, "fields", at, key)
                if not isinstance(value, str) or not value:
                    errors.add(path, "BASE_TYPE_REQUIRED", "This field is required")
                    continue
                total += len(value)
                if len(value) > most:
                    errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    if total > _EMBED_TOTAL:
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {_EMBED_TOTAL}")
    errors.raise_if_any()
