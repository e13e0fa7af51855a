"""Commands and deliveries for the workers' unit tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from bus import codec
from bus.envelopes import Actor, Command, ReplyTo
from bus.ids import Snowflake, new_id
from bus.transport import Delivery

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
GUILD = Snowflake(300000000000000001)
TOKEN = "planted-interaction-token"


def a_command(**changes: Any) -> Command:
    id = new_id(NOW)
    command = Command(
        id=id,
        type="moderation.ban",
        guild_id=GUILD,
        actor=Actor(kind="user", id="400000000000000001", name="Ada"),
        source="bot",
        correlation_id=id,
        issued_at=NOW,
        options={"member": "400000000000000002", "reason": "spam"},
        reply_to=ReplyTo(application_id=Snowflake(100), token=TOKEN, channel_id=Snowflake(200)),
    )
    return msgspec.structs.replace(command, **changes)


def a_delivery(body: bytes, **changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "body": body,
        "queue": "commands.interactive",
        "exchange": "commands",
        "routing_key": "interactive.moderation.ban",
        "headers": {},
        "content_encoding": "",
        "user_id": "bot",
        "redelivered": False,
        "delivery_count": 0,
        "tag": 1,
        "epoch": 1,
    }
    return Delivery(**{**values, **changes})


def delivered(command: Command, **changes: Any) -> Delivery:
    return a_delivery(codec.encode(command), **changes)
