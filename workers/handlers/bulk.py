"""Bulks: the parent writes what is to be done for whom; its children are begun a few at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bus.errors import InvalidMessage
from models.bulks import Bulk, Change, Target, change_bulk, lock_bulk, start_bulk, targets_that_failed
from models.catalogue import Catalogue
from models.outcome import Outcome
from models.spec import options_of
from workers.failures import PermanentFailure
from workers.ports import Call

__all__ = ["cancel", "pause", "resume", "retry", "start"]

_PARTICIPLES: dict[Change, str] = {"pause": "paused", "resume": "resumed", "cancel": "called off"}


async def start(call: Call) -> Outcome:
    options = call.options
    members = list(dict.fromkeys(options.members))
    targets = [Target({"member": str(int(member))}) for member in members]
    await _begin(call, options.command, options.options, targets)
    return Outcome(
        f"{options.command} begins for {len(targets)} members.",
        data={"total": len(targets)},
        after={"state": "running"},
    )


async def pause(call: Call) -> Outcome:
    return await _change(call, "pause")


async def resume(call: Call) -> Outcome:
    return await _change(call, "resume")


async def cancel(call: Call) -> Outcome:
    return await _change(call, "cancel")


async def retry(call: Call) -> Outcome:
    """A bulk of its own for those who failed, so that both stay on record."""
    bulk = await _locked(call)
    if bulk.state not in ("finished", "cancelled") or bulk.in_flight:
        raise PermanentFailure("The bulk is still under way; wait for its end or call it off.", code="bulk_running")
    targets = await targets_that_failed(call.connection, bulk.id)
    if not targets:
        raise PermanentFailure("Nothing of this bulk failed.", code="nothing_failed")
    await _begin(call, bulk.command, bulk.options, targets)
    return Outcome(
        f"{bulk.command} begins again for the {len(targets)} that failed.",
        data={"total": len(targets), "of": str(bulk.id)},
        after={"state": "running"},
    )


async def _change(call: Call, what: Change) -> Outcome:
    before = await _locked(call)
    if before.state not in ("running", "paused"):
        raise PermanentFailure(f"The bulk is {before.state} already.", code="bulk_ended")
    await change_bulk(call.connection, before.id, what)
    left = before.total - before.begun
    return Outcome(
        f"The bulk is {_PARTICIPLES[what]}: {before.begun} of {before.total} were begun, {left} were not.",
        data={"begun": before.begun, "total": before.total},
        before={"state": before.state},
        after={"state": {"pause": "paused", "resume": "running", "cancel": "cancelled"}[what]},
    )


async def _begin(call: Call, type_: str, options: dict[str, Any], targets: Sequence[Target]) -> None:
    """Raises PermanentFailure as `_check` does."""
    _check(call.ports.catalogue, type_, options, targets)
    await start_bulk(
        call.connection,
        command_id=call.command.id,
        guild_id=call.guild_id,
        type=type_,
        options=options,
        targets=targets,
    )


def _check(catalogue: Catalogue, type_: str, options: dict[str, Any], targets: Sequence[Target]) -> None:
    """Raises PermanentFailure where it cannot be done for members, or not with these options."""
    spec = catalogue.by_type.get(type_)
    if spec is None or not any(option.kind == "member" and option.name == "member" for option in options_of(spec)):
        raise PermanentFailure(f"{type_} is no command that is done to a member.", code="not_for_members")
    try:
        for target in targets:
            catalogue.parse(type_, {**options, **target.options})
    except InvalidMessage as error:
        raise PermanentFailure(f"{type_}: {error}", code="options_invalid") from error


async def _locked(call: Call) -> Bulk:
    bulk = await lock_bulk(call.connection, call.options.bulk, call.guild_id)
    if bulk is None:
        raise PermanentFailure("This server has no such bulk.", code="bulk_unknown")
    return bulk
