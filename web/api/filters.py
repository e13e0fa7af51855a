"""Filters of lists, from the query: `state`, `type`, `actor`, `subject`, `command_id`."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from starlette.datastructures import QueryParams

from models.outcome import CommandState
from models.queries import AuditFilter, CommandFilter
from web.problems import Problem

__all__ = ["audit_filter", "command_filter"]

_LONGEST = 100


def command_filter(query: QueryParams) -> CommandFilter:
    """Raises Problem `request_invalid` for a state that does not exist."""
    states = _states(query.get("state"))
    return CommandFilter(
        states=states, type=_text(query, "type"), actor_id=_text(query, "actor"), subject=_text(query, "subject")
    )


def audit_filter(query: QueryParams) -> AuditFilter:
    """Raises Problem `request_invalid` for a command_id that is no UUID."""
    command_id = query.get("command_id")
    try:
        wanted = UUID(command_id) if command_id else None
    except ValueError as error:
        raise Problem("request_invalid", "command_id is a UUID.", field="command_id") from error
    return AuditFilter(
        command_id=wanted,
        type=_text(query, "type"),
        actor_id=_text(query, "actor"),
        subject=_text(query, "subject"),
    )


def _states(text: str | None) -> list[CommandState] | None:
    if not text:
        return None
    known: tuple[CommandState, ...] = get_args(CommandState)
    wanted = [state for state in known if state in text.split(",")]
    if len(wanted) != len(set(text.split(","))):
        raise Problem("request_invalid", f"state is one or more of {', '.join(known)}.", field="state")
    return wanted


def _text(query: QueryParams, name: str) -> str | None:
    text = query.get(name)
    if text and len(text) > _LONGEST:
        raise Problem("request_invalid", f"{name} has at most {_LONGEST} characters.", field=name)
    return text or None
