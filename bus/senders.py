"""Who may send what: a command is checked against the rights of the broker user that published it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bus.envelopes import Command
from bus.errors import InvalidMessage

__all__ = ["Sender", "check_sender"]


@dataclass(frozen=True, slots=True)
class Sender:
    """One broker user's rights, from `topology.yaml` (users.*.may_send).

    `named_scripts`: whether it may act as a script that has a name only, which may do everything everywhere; others
    act as a script by its key's id, whose rights are looked up at every claim.
    """

    user: str
    sources: frozenset[str]
    actor_kinds: frozenset[str]
    lanes: frozenset[str]
    grants: bool
    named_scripts: bool


def check_sender(command: Command, user_id: str | None, senders: Mapping[str, Sender]) -> None:
    """Raises InvalidMessage that names what this user may not send.

    The AMQP `user_id` is mandatory: the broker verifies it, so it is the one thing about a message's origin that
    its publisher cannot choose.
    """
    if not user_id:
        raise InvalidMessage("the message has no user_id property; publish with the AMQP user_id of your connection")
    sender = senders.get(user_id)
    if sender is None:
        raise InvalidMessage(f"broker user {user_id!r} may not send commands; add it to topology.yaml under users")
    if command.source not in sender.sources:
        raise InvalidMessage(f"broker user {user_id!r} may not send source {command.source!r}")
    if command.actor.kind not in sender.actor_kinds:
        raise InvalidMessage(f"broker user {user_id!r} may not act as {command.actor.kind!r}")
    if command.actor.kind == "script" and not sender.named_scripts and not _is_id(command.actor.id):
        raise InvalidMessage(f"broker user {user_id!r} may act as a script by the id of its key only")
    if command.lane not in sender.lanes:
        raise InvalidMessage(f"broker user {user_id!r} may not use the {command.lane!r} lane")
    if command.grant is not None and not sender.grants:
        raise InvalidMessage(f"broker user {user_id!r} may not vouch for Discord's permissions (grant)")
    if command.reply_to is not None and not sender.grants:
        raise InvalidMessage(f"broker user {user_id!r} may not say where Discord is to be answered (reply_to)")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
