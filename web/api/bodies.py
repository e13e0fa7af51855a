"""Reading a request's body: strict, bounded, with the field named in what is refused."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from starlette.requests import Request

from bus import codec
from bus.errors import InvalidMessage
from web.problems import Problem

__all__ = ["field_in", "idempotency_key", "read_body"]

T = TypeVar("T")

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


async def read_body(request: Request, kind: type[T]) -> T:
    """The JSON body as a `kind`.

    Raises Problem `media_type_unsupported`, `malformed_request` (not JSON) or `request_invalid` (no `kind`, or NUL
    in a text).
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem("media_type_unsupported", "Send Content-Type: application/json.")
    body = await request.body()
    try:
        return codec.decode(body, kind)
    except InvalidMessage as error:
        # msgspec tells JSON that is broken from JSON that says the wrong thing only in its words.
        reads = _is_json(body)
        raise Problem(
            "request_invalid" if reads else "malformed_request", str(error), extra=field_in(str(error))
        ) from error


def idempotency_key(request: Request) -> str:
    """Raises Problem `idempotency_key_missing` for none, or one that is no key."""
    key = request.headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        raise Problem("idempotency_key_missing", "Send Idempotency-Key: 1 to 128 visible ASCII characters.")
    return key


def field_in(message: str) -> dict[str, str]:
    """`field`, where a message of msgspec names one: "… - at `$.minutes`", "missing required field `reason`"."""
    found = re.search(r"`\$\.([a-z_]+)[`.\[]|field `([a-z_]{1,64})`", message)
    return {"field": found[1] or found[2]} if found else {}


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=dict)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
