"""What becomes of a message that can never be handled: a record for the inbox, without secrets."""

from __future__ import annotations

import re

from bus import codec
from bus.errors import InvalidMessage
from bus.transport import Delivery, Message

__all__ = ["EXCERPT_CHARACTERS", "excerpt_of", "invalid_message"]

EXCERPT_CHARACTERS = 2000
_SECRET = re.compile(r'("(?:reply_to|to)"\s*:\s*)\{.*?\}|("token"\s*:\s*)"[^"]*"?', re.DOTALL)


def invalid_message(delivery: Delivery, reason: str) -> Message:
    """The record for the exchange `dead`: what arrived, shortened and without its token, and the reason."""
    body = {
        "excerpt": excerpt_of(delivery),
        "size": len(delivery.body),
        "user_id": delivery.user_id,
        "routing_key": delivery.routing_key[:200],
    }
    return Message(
        "dead",
        delivery.queue,
        codec.encode(body),
        headers={
            "guildbus-reason": reason[:500],
            "guildbus-code": "invalid_message",
            "guildbus-state": "invalid",
            "guildbus-queue": delivery.queue,
        },
    )


def excerpt_of(delivery: Delivery) -> str:
    """The body's first characters as text that can be stored and shown, its interaction token left out."""
    try:
        plain = codec.decompress(delivery.body, delivery.content_encoding)
    except InvalidMessage:
        return f"({len(delivery.body)} bytes that cannot be decompressed)"
    text = plain[: 4 * EXCERPT_CHARACTERS].decode("utf-8", "replace").replace("\x00", "␀").replace("\\u0000", "␀")
    text = _SECRET.sub(lambda found: (found.group(1) or found.group(2)) + '"…"', text)
    return re.sub(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", "�", text)[:EXCERPT_CHARACTERS]
