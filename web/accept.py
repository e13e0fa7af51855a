"""The accept path: validate → ledger → publish → confirmed. What was confirmed is never lost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from loguru import logger

from bus import codec
from bus.clock import Clock
from bus.envelopes import COMMAND_VERSION, Command
from bus.errors import BusError, InvalidMessage
from bus.ids import Snowflake, new_id
from bus.transport import Message, Transport
from models.catalogue import Catalogue
from models.errors import KeyReused
from models.ledger import Ledger
from models.ledger_types import Queued
from models.spec import CommandSpec
from models.state_event import state_event
from web.principal import Principal
from web.problems import Problem

__all__ = ["Checked", "CommandRequest", "accept", "build_command", "check_request", "hash_of_request", "queued_event"]

_MOST_EXPIRY = timedelta(days=7)
_QUEUED_REVISION = 1


class CommandRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of a POST: what is wanted. `expires_at` is the moment after which it must no longer be done."""

    type: Annotated[str, msgspec.Meta(max_length=64)]
    options: dict[str, Any] = {}
    version: int = COMMAND_VERSION
    dry_run: bool = False
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that makes sense: its spec, and the options as the spec reads them."""

    request: CommandRequest
    spec: type[CommandSpec]
    parsed: CommandSpec


def check_request(request: CommandRequest, catalogue: Catalogue, now: datetime) -> Checked:
    """Raises Problem `command_unknown`, `version_unknown`, `options_invalid` (with `option`) or `request_invalid`."""
    spec = catalogue.by_type.get(request.type)
    if spec is None:
        raise Problem("command_unknown", f"There is no command {request.type[:64]!r}.", field="type")
    if request.version != COMMAND_VERSION:
        raise Problem(
            "version_unknown", f"Version {request.version} is unknown; send {COMMAND_VERSION}.", field="version"
        )
    if request.expires_at is not None and not now < request.expires_at <= now + _MOST_EXPIRY:
        raise Problem("request_invalid", "expires_at lies in the future, at most 7 days ahead.", field="expires_at")
    try:
        parsed = catalogue.parse(request.type, request.options)
    except InvalidMessage as error:
        option = _option_in(str(error), spec)
        raise Problem("options_invalid", str(error), extra={"option": option} if option else None) from error
    return Checked(request, spec, parsed)


def build_command(
    checked: Checked,
    principal: Principal,
    *,
    guild_id: Snowflake | None,
    correlation_id: UUID,
    clock: Clock,
    id: UUID | None = None,
    causation_id: UUID | None = None,
) -> Command:
    """The command in its envelope. Its options are as they were sent: the worker reads them with the same spec."""
    now = clock.now()
    return Command(
        id=id or new_id(now),
        type=checked.spec.type,
        guild_id=guild_id,
        subject=checked.parsed.subject_of(),
        actor=principal.actor,
        source=principal.source,
        lane=checked.spec.lane,
        correlation_id=correlation_id,
        causation_id=causation_id,
        issued_at=now,
        expires_at=checked.request.expires_at,
        dry_run=checked.request.dry_run,
        options=checked.request.options,
    )


async def accept(
    command: Command,
    spec: type[CommandSpec],
    *,
    ledger: Ledger,
    transport: Transport,
    principal: str,
    idempotency_key: str | None,
    body_hash: bytes,
    publish_seconds: float,
) -> Queued:
    """The ledger's row first, then the broker's confirm.

    Raises Problem `idempotency_key_reused`, or `not_confirmed`: the row stays, the sweeper sends it, and the same
    key asks for the same command again.
    """
    try:
        queued = await ledger.accept(
            command,
            subject=command.subject,
            principal=principal,
            idempotency_key=idempotency_key,
            body_hash=body_hash,
        )
    except KeyReused as error:
        raise Problem("idempotency_key_reused", str(error), id=str(error.command_id)) from error
    if queued.replayed and queued.state != "queued":
        return queued
    if queued.replayed:
        # Accepted before, but perhaps never confirmed: the same command once more. Workers know it by its id.
        command = await ledger.envelope(queued.id) or msgspec.structs.replace(command, id=queued.id)
    message = Message("commands", f"{command.lane}.{command.type}", codec.encode(command))
    try:
        await transport.publish(message, timeout_seconds=publish_seconds)
    except BusError as error:
        logger.warning("command {} is not confirmed: {}: {}", queued.id, type(error).__name__, error)
        raise Problem(
            "not_confirmed",
            "The broker has not confirmed it. It is kept and sent as soon as that is possible: ask again with the "
            "same Idempotency-Key, or look at the command.",
            headers={"Retry-After": "5"},
            id=str(queued.id),
        ) from error
    await _announce(command, spec, transport)
    return queued


def queued_event(command: Command, spec: type[CommandSpec]) -> Message:
    """`command.queued` for the live stream; its id and its time are the same however often it is published."""
    return state_event(
        command,
        state="queued",
        revision=_QUEUED_REVISION,
        attempt=command.attempt,
        audience=spec.audience,
        subject=command.subject,
        now=command.issued_at,
    )


def hash_of_request(request: CommandRequest) -> bytes:
    """What an Idempotency-Key stands for: the same request in other words (order of keys, spaces) is the same."""
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).digest()


async def _announce(command: Command, spec: type[CommandSpec], transport: Transport) -> None:
    try:
        await transport.publish(queued_event(command, spec), timeout_seconds=1.0)
    except BusError as error:
        # The command is confirmed: the feed shows it at the latest when it runs.
        logger.warning("command.queued of {} was not published: {}", command.id, error)


def _option_in(message: str, spec: type[CommandSpec]) -> str:
    """The option that a message of msgspec is about: "… - at `$.minutes`", "missing required field `reason`"."""
    for name in spec.__struct_fields__:
        if f"`$.{name}`" in message or f"field `{name}`" in message:
            return name
    _, _, rest = message.partition("unknown field `")
    return rest.partition("`")[0]
