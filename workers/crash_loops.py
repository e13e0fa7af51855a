"""Commands that the broker set aside because they were delivered too often.

The broker counts deliveries, not attempts: while one command kills its workers, every other one that they had fetched
is delivered again with it, and counted. So a command gets another life as its next attempt; the ledger counts those,
and only what has used them up ends as dead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bus.clock import Clock
from bus.envelopes import Command
from bus.errors import InvalidMessage
from bus.ids import new_id
from bus.senders import Sender
from bus.topology import Topology
from bus.transport import Delivery, Transport
from models.catalogue import Catalogue
from models.ledger import Ledger
from models.ledger_types import AuditRecord, Claim
from models.outcome import Outcome
from models.spec import CommandSpec
from workers.announcements import end_messages, retry_message
from workers.deaths import broker_death
from workers.endings import poisoned
from workers.publisher import Parcel, publish_parcels
from workers.received import parse

__all__ = ["CrashLoops", "dead_claim"]

_LEASE_LEVEL_SECONDS = 12.0


class CrashLoops:
    """Decides about deliveries of the queue `dead-letters` that the broker put there by its delivery limit."""

    def __init__(
        self,
        *,
        transport: Transport,
        ledger: Ledger,
        catalogue: Catalogue,
        topology: Topology,
        senders: Mapping[str, Sender],
        clock: Clock,
    ) -> None:
        self._transport = transport
        self._ledger = ledger
        self._catalogue = catalogue
        self._topology = topology
        self._senders = senders
        self._clock = clock

    async def second_chance(self, delivery: Delivery) -> bool:
        """True where the command goes on (or was ended in the ledger, and its own dead letter is under way)."""
        death = broker_death(delivery)
        if "guildbus-reason" in delivery.headers or death is None or death[0] != "delivery_limit":
            return False
        try:
            # What goes on goes on as the workers' own message: nobody gets more rights by dying first.
            received = parse(delivery, catalogue=self._catalogue, senders=self._senders, now=self._clock.now())
        except InvalidMessage:
            return False
        command, options = received.command, received.options
        queue = death[1] or f"commands.{command.lane}"
        if command.attempt < self._topology.max_attempts:
            return await self._again(command, queue, attempt=command.attempt + 1)
        return await self._end(command, options, queue)

    async def _again(self, command: Command, queue: str, *, attempt: int) -> bool:
        """After the longest lease that a lost worker can have left behind."""
        ladder = self._topology.ladder
        level = next((rung for rung in ladder if rung.delay_seconds >= _LEASE_LEVEL_SECONDS), ladder[-1])
        copy = msgspec.structs.replace(command, attempt=attempt)
        delay = _LEASE_LEVEL_SECONDS
        later = retry_message(copy, queue=queue, exchange=level.name, delay_seconds=delay, suspect=True)
        parcel = Parcel([later])
        await publish_parcels(self._transport, [parcel])
        return parcel.confirmed

    async def _end(self, command: Command, options: CommandSpec, queue: str) -> bool:
        now = self._clock.now()
        outcome = poisoned(options.effect).outcome
        claim = dead_claim(command, options.subject_of(), outcome, now)
        (claimed,) = await self._ledger.claim([claim], 0.0)
        if claimed.verdict == "stale":
            return True  # a later attempt goes on
        if claimed.verdict in ("held", "unknown"):
            # The lease of the worker that was lost last still runs: whoever takes over finds the attempts used up.
            return await self._again(command, queue, attempt=command.attempt)
        if claimed.verdict not in ("fresh", "finished", "waiting") or claimed.state is None:
            return False
        parcel = Parcel(
            end_messages(
                command,
                state=claimed.state,
                revision=claimed.revision,
                attempt=claimed.attempt,
                audience=options.audience,
                subject=claim.subject,
                outcome=claimed.outcome or outcome,
                queue=queue,
                now=claimed.since or now,
            )
        )
        await publish_parcels(self._transport, [parcel])
        return parcel.confirmed


def dead_claim(command: Command, subject: str | None, outcome: Outcome, now: datetime) -> Claim:
    """The claim that ends a command which no worker lived to run."""
    detail = {"attempt": command.attempt, "state": "dead", "code": outcome.code, "message": outcome.message}
    audit = AuditRecord(new_id(now), "outcome", now, detail=detail)
    return Claim(command, subject, "dead", audit, outcome)
