"""One command in this worker's hands: its deliveries, what was decided about it, and its hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bus.envelopes import Command, ReplyTo
from bus.ids import Snowflake
from bus.transport import Consumer, Delivery
from models.checks import Authority
from models.ledger_types import Claimed
from models.spec import CommandSpec
from workers.gate import Refusal
from workers.leases import Hold
from workers.ports import Handler
from workers.received import Received

__all__ = ["Work"]


@dataclass(slots=True, eq=False)
class Work:
    """`deliveries` grows when the same command is delivered again while it runs: all are settled together.

    `careful` marks a command that may have been begun before (redelivered, or a later attempt): it is claimed
    before anything runs, so that each crash counts as an attempt. `error` is what stopped it before its claim.
    `put_off` is set before a copy goes out that comes back later: from then on what arrives may be that copy, which
    must not be settled together with this.
    """

    received: Received
    handler: Handler
    consumer: Consumer
    careful: bool
    deliveries: list[Delivery]
    on_finished: Callable[[Work], None]
    authority: Authority | None = None
    refusal: Refusal | None = None
    error: Exception | None = None
    put_off: bool = False
    claimed: Claimed | None = None
    hold: Hold | None = None
    begun_at: datetime | None = None
    taken_over_at: datetime | None = None

    @property
    def command(self) -> Command:
        return self.received.command

    @property
    def options(self) -> CommandSpec:
        return self.received.options

    @property
    def spec(self) -> type[CommandSpec]:
        return self.handler.spec

    @property
    def queue(self) -> str:
        return self.received.delivery.queue

    @property
    def attempt(self) -> int:
        return self.command.attempt if self.claimed is None else self.claimed.attempt

    @property
    def in_doubt_since(self) -> datetime | None:
        """Since when an earlier attempt may have had its effect, or None where none can have had it.

        A worker that was lost says nothing of when it began: not before the command was issued.
        """
        if self.command.in_doubt_since is not None:
            return self.command.in_doubt_since
        return self.command.issued_at if self.claimed is not None and self.claimed.takeover else None

    @property
    def last_tried_at(self) -> datetime | None:
        """Until when an earlier attempt may have begun a call, or None where none did, or nobody knows any more."""
        return self.taken_over_at or self.command.last_tried_at

    def learn(self, claimed: Claimed, *, now: datetime) -> None:
        """Note the claim's answer; a delivery that lost its way back to who asked gets it from the ledger."""
        self.claimed = claimed
        if claimed.takeover:
            self.taken_over_at = now
        if self.command.reply_to is None and claimed.channel_id is not None and self.command.source == "bot":
            reply_to = ReplyTo(
                channel_id=Snowflake(claimed.channel_id), ephemeral=claimed.ephemeral, locale=claimed.locale or "en-US"
            )
            command = msgspec.structs.replace(self.command, reply_to=reply_to)
            self.received = msgspec.structs.replace(self.received, command=command)

    def acknowledge(self) -> None:
        for delivery in self.deliveries:
            self.consumer.ack(delivery)
        self.on_finished(self)

    def give_back(self) -> None:
        """Let the broker deliver it again: what follows from it could not be published."""
        for delivery in self.deliveries:
            self.consumer.requeue(delivery)
        self.on_finished(self)
