"""Changing a server's settings: a command with the version it counts on, waited for, its conflicts shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request

from bus.errors import InvalidMessage
from models import settings_store
from models.command_record import CommandRecord
from models.commands.settings import ChangeSettings
from models.errors import UnknownVersion
from models.guild_settings import check_changes, settings_of
from models.outcome import FINAL_STATES
from models.settings_store import StoredSettings
from web.accept import CommandRequest, accept, build_command, check_request, hash_of_request
from web.authorization import refusal_of_command
from web.middleware.request_id import request_id_of
from web.parts import Parts
from web.problems import Problem
from web.standing import Admitted

__all__ = ["Conflict", "change_settings", "conflicts"]

_WAIT_SECONDS = 8.0
_LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Conflict:
    """A setting that both changed: what it was at the version that was read, what is wanted, and what holds now."""

    key: str
    was: Any
    wanted: Any
    now: Any


def conflicts(base: Mapping[str, Any], now: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Conflict]:
    """Of what is wanted, what somebody else changed to something else. Values as they are kept, None for a default."""
    return [
        Conflict(key, base.get(key), value, now.get(key))
        for key, value in wanted.items()
        if now.get(key) != base.get(key) and now.get(key) != value
    ]


async def change_settings(
    request: Request, parts: Parts, admitted: Admitted, changes: Mapping[str, Any], *, expected_version: int
) -> StoredSettings:
    """The settings as they are after the change, which has been carried out and is on record.

    Raises Problem: `options_invalid` (with `option`), `version_conflict` (with `conflicts`), `not_permitted`, what
    `web.accept` raises, and `not_finished` where the workers take longer than a few seconds.
    """
    guild_id = int(admitted.guild.id)
    try:
        wanted = check_changes(changes, parts.catalogue)
    except InvalidMessage as error:
        named = next((key for key in changes if repr(key) in str(error)), "changes")
        raise Problem("options_invalid", str(error), option=named) from error
    refusal = refusal_of_command(ChangeSettings, admitted.principal, admitted.standing)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    present = await settings_store.get(parts.database, guild_id)
    if present.version != expected_version:
        raise await _conflict(parts, guild_id, expected_version, wanted)
    record = await _carried_out(request, parts, admitted, dict(changes), expected_version)
    outcome = record.outcome
    if record.state == "succeeded":
        return await settings_store.get(parts.database, guild_id)
    if outcome is not None and outcome.code == "stale_version":
        raise await _conflict(parts, guild_id, expected_version, wanted)
    detail = "The change was not carried out." if outcome is None else outcome.message
    raise Problem("not_permitted" if record.state == "refused" else "options_invalid", detail, id=str(record.id))


async def _carried_out(
    request: Request, parts: Parts, admitted: Admitted, changes: dict[str, Any], expected_version: int
) -> CommandRecord:
    asked = CommandRequest(type=ChangeSettings.type, options={"changes": changes, "expected_version": expected_version})
    checked = check_request(asked, parts.catalogue, parts.clock.now())
    await parts.throttle.command(request.scope, admitted.principal, admitted.guild.id)
    command = build_command(
        checked,
        admitted.principal,
        guild_id=admitted.guild.id,
        correlation_id=request_id_of(request.scope),
        clock=parts.clock,
    )
    queued = await accept(
        command,
        checked.spec,
        ledger=parts.ledger,
        transport=parts.transport,
        principal=admitted.principal.key,
        idempotency_key=None,
        body_hash=hash_of_request(asked),
        publish_seconds=parts.settings.publish_seconds,
    )
    return await _end_of(parts, queued.id)


async def _end_of(parts: Parts, command_id: UUID) -> CommandRecord:
    until = parts.clock.monotonic() + _WAIT_SECONDS
    while parts.clock.monotonic() < until:
        record = await parts.ledger.get(command_id)
        if record is not None and record.state in FINAL_STATES:
            return record
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    raise Problem(
        "not_finished",
        "The change is accepted, and no worker has carried it out yet. It is kept: look at the command.",
        headers={"Retry-After": "5"},
        id=str(command_id),
    )


async def _conflict(parts: Parts, guild_id: int, expected: int, wanted: Mapping[str, Any]) -> Problem:
    """Both values of every setting that collides, as they hold: defaults are filled in."""
    present = await settings_store.get(parts.database, guild_id)
    now = {key: setting.stored(present.data.get(key)) for key, setting in settings_of(parts.catalogue).items()}
    try:
        base: Mapping[str, Any] = await settings_store.at_version(parts.database.client, guild_id, expected)
    except UnknownVersion:
        base = {}
    collide = conflicts(base, now, wanted)
    words = "They change the same settings as you." if collide else "They change other settings than yours."
    return Problem(
        "version_conflict",
        f"The settings are at version {present.version}, not {expected}: somebody changed them since you read them. "
        f"{words} Read them again, and send the change with the new ETag.",
        headers={"ETag": f'"{present.version}"'},
        version=present.version,
        expected=expected,
        conflicts=[_as_it_holds(parts, conflict) for conflict in collide],
    )


def _as_it_holds(parts: Parts, conflict: Conflict) -> dict[str, Any]:
    default = settings_of(parts.catalogue)[conflict.key].default
    values = msgspec.to_builtins(conflict)
    return {name: default if value is None else value for name, value in values.items()}
