"""Request bodies: JSON, form data, and JSON inside multipart (`payload_json`) when files come along."""

from __future__ import annotations

from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from sandbox.errors import BAD_JSON

__all__ = ["read_body", "read_form"]


def read_body(raw: bytes, content_type: str) -> Any:
    """None when there is none. Raises ApiError 50109 on anything that is not JSON."""
    if content_type.startswith("multipart/form-data"):
        raw = _payload_json(raw, content_type)
    elif content_type.startswith("application/x-www-form-urlencoded"):
        return None
    if not raw.strip():
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BAD_JSON.error() from error


def read_form(raw: bytes, content_type: str) -> dict[str, str]:
    if not content_type.startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))


def _payload_json(raw: bytes, content_type: str) -> bytes:
    """The files themselves are dropped: the sandbox stores no attachments."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + raw)
    for part in message.walk():
        if part.get_param("name", header="content-disposition") == "payload_json":
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else b""
    return b""
