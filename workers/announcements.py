"""The messages that follow from a command's end: its event, its follow-ups, its reply, its dead letter. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bus import codec
from bus.envelopes import Actor, Audience, Command, Reply
from bus.ids import Snowflake, derived_id, id_time
from bus.transport import Message
from models.outcome import CommandState, FollowUp, Outcome
from models.state_event import state_event
from workers.solitude import SUSPECT

__all__ = [
    "command_message",
    "dead_letter",
    "end_messages",
    "follow_up",
    "reply_message",
    "retry_message",
]

_LONGEST_REPLY = 2000
_PREFIXES: dict[str, str] = {
    "failed": "It did not work: ",
    "dead": "It did not work, after several attempts: ",
    "in_doubt": "It is not certain whether this happened: ",
    "refused": "",
    "expired": "",
    "superseded": "",
}


def command_message(command: Command) -> Message:
    """A command for its lane."""
    return Message("commands", f"{command.lane}.{command.type}", codec.encode(command))


def retry_message(
    command: Command, *, queue: str, exchange: str, delay_seconds: float, suspect: bool = False
) -> Message:
    """The copy for a rung of the ladder: its routing key is the queue that it comes back to. `suspect`: whoever takes
    it takes it alone."""
    headers = {SUSPECT: "1"} if suspect else {}
    expires = max(1, round(delay_seconds * 1000))
    return Message(exchange, queue, codec.encode(command), headers=headers, expiration_ms=expires)


def follow_up(cause: Command, index: int, what: FollowUp, *, now: datetime) -> Command:
    """The command that follows: by the platform where a person caused it, else by the same actor."""
    actor = cause.actor
    if actor.kind == "user":
        actor = Actor(kind="system", id="follow-up", name=f"after {cause.type}")
    return Command(
        id=derived_id(id_time(cause.id), "follow-up", cause.id, index),
        type=what.type,
        guild_id=what.guild_id if what.guild_id is not None else cause.guild_id,
        actor=actor,
        source=cause.source,
        lane=what.lane,
        correlation_id=cause.correlation_id,
        causation_id=cause.id,
        parent_id=cause.id if what.lane == "bulk" else None,
        issued_at=now,
        dry_run=cause.dry_run,
        options=what.options,
    )


def reply_message(command: Command, *, state: CommandState, outcome: Outcome) -> Message | None:
    """The answer for who typed a slash command, or None for commands that nobody waits for on Discord."""
    if command.reply_to is None:
        return None
    text = _PREFIXES.get(state, "") + outcome.message
    reply = Reply(
        command_id=command.id,
        guild_id=command.guild_id,
        user_id=_user_id(command),
        issued_at=command.issued_at,
        content=text if len(text) <= _LONGEST_REPLY else text[: _LONGEST_REPLY - 1] + "…",
        to=command.reply_to,
    )
    return Message("replies", "replies", codec.encode(reply))


def dead_letter(command: Command, *, state: CommandState, outcome: Outcome, queue: str) -> Message:
    """The command for the dead-letter exchange, without its interaction token."""
    return Message(
        "dead",
        queue,
        codec.encode(msgspec.structs.replace(command, reply_to=None)),
        headers={
            "guildbus-reason": outcome.message[:500],
            "guildbus-code": outcome.code,
            "guildbus-state": state,
            "guildbus-queue": queue,
        },
    )


def end_messages(
    command: Command,
    *,
    state: CommandState,
    revision: int,
    attempt: int,
    audience: Audience,
    subject: str | None,
    outcome: Outcome,
    queue: str,
    now: datetime,
) -> list[Message]:
    """All that follows from a command's end, the same ids each time: event, follow-ups, announcement, reply, dead
    letter."""
    messages = [
        state_event(
            command,
            state=state,
            revision=revision,
            attempt=attempt,
            audience=audience,
            subject=subject,
            now=now,
            outcome=outcome,
        )
    ]
    for index, what in enumerate(outcome.follow_ups):
        messages.append(command_message(follow_up(command, index, what, now=now)))
    if outcome.control_version is not None:
        messages.append(Message("control", "", codec.encode({"version": outcome.control_version})))
    reply = reply_message(command, state=state, outcome=outcome)
    if reply is not None:
        messages.append(reply)
    if state in _FOR_THE_INBOX:
        messages.append(dead_letter(command, state=state, outcome=outcome, queue=queue))
    return messages


# Which ends an admin should look at (FEATURES.md X2).
_FOR_THE_INBOX = frozenset(("failed", "dead", "in_doubt"))


def _user_id(command: Command) -> Snowflake | None:
    """Whom to answer in person; None for an actor that is nobody on Discord."""
    try:
        return Snowflake(command.actor.id) if command.actor.kind == "user" else None
    except ValueError:
        return None
