"""From a delivery to a command that can be worked on, or to the reason why it never can."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from bus import codec
from bus.envelopes import Command
from bus.errors import InvalidMessage
from bus.ids import id_time
from bus.senders import Sender, check_sender
from bus.transport import Delivery
from models.catalogue import Catalogue
from models.spec import CommandSpec

__all__ = ["Received", "parse"]

# Ledger and audit trail are partitioned by the time in the id: an id from elsewhere in time has no partition.
_OLDEST = timedelta(days=62)
_NEWEST = timedelta(hours=25)


class Received(msgspec.Struct, frozen=True, eq=False):
    """A valid command, its options as the spec's struct, and the delivery to acknowledge."""

    delivery: Delivery
    command: Command
    options: CommandSpec
    subject: str | None


def parse(delivery: Delivery, *, catalogue: Catalogue, senders: Mapping[str, Sender], now: datetime) -> Received:
    """Raises InvalidMessage that says what is wrong, for the dead letter."""
    body = codec.decompress(delivery.body, delivery.content_encoding)
    command = codec.decode(body, Command)
    check_sender(command, delivery.user_id, senders)
    try:
        made = id_time(command.id)
    except ValueError as error:
        raise InvalidMessage(f"id: {error}") from error
    if not now - _OLDEST <= made <= now + _NEWEST:
        raise InvalidMessage(f"id: its time {made:%Y-%m-%d %H:%M} is too far from now; make ids with the present time")
    if not now - _OLDEST <= command.issued_at <= now + _NEWEST:
        raise InvalidMessage(f"issued_at: {command.issued_at:%Y-%m-%d %H:%M} is too far from now")
    options = catalogue.parse_command(command)
    return Received(delivery=delivery, command=command, options=options, subject=options.subject_of())
