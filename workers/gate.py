"""Whether a command may run now: expired, switched off, or not permitted. Pure; who asks brings the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bus.envelopes import Command
from bus.ids import Snowflake
from models.permissions import Permission, missing
from models.spec import CommandSpec

__all__ = ["OWNER_RANK", "Authority", "Refusal", "refusal", "refusal_of_targets"]


@dataclass(frozen=True, slots=True)
class Authority:
    """What is known of the actor's rights, from where and from when.

    `permissions` is the member's bit set, or None where nothing is known: unknown denies. `allowed` settles it
    without bits, for actors that are not members (the platform's keys, scripts, the platform itself). `owner_id` is
    whose key was used: the bits are that person's, and so is the rank.
    """

    source: Literal["interaction", "guild_state", "discord", "api_key", "script", "platform", "unknown"]
    at: datetime | None
    permissions: int | None = None
    allowed: bool | None = None
    reason: str = ""
    owner_id: Snowflake | None = None

    def detail(self, now: datetime) -> dict[str, Any]:
        """For the audit row: where the answer came from and how old it was."""
        age = None if self.at is None else round(max(0.0, (now - self.at).total_seconds()), 3)
        owner = {} if self.owner_id is None else {"key_owner": str(int(self.owner_id))}
        return {"authority": self.source, "age_seconds": age, **owner}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is done; `state` is the state that the command ends in."""

    state: Literal["refused", "expired"]
    code: str
    message: str


OWNER_RANK = 1_000_000
"""Above every role: Discord has at most 250 of them in a server."""


def refusal_of_targets(
    *, actor_rank: int | None, target_ranks: Mapping[str, int], foreign_channels: Sequence[int]
) -> Refusal | None:
    """Why the targets are out of reach: a channel of another server, somebody or a role not below the actor.

    `actor_rank` is the position of the actor's highest role, OWNER_RANK for the owner, None for an actor who is no
    member (the platform's keys, scripts, the platform); `target_ranks` is by option.
    """
    if foreign_channels:
        return Refusal("refused", "channel_elsewhere", f"<#{foreign_channels[0]}> is not a channel of this server.")
    if actor_rank is None:
        return None
    for option, rank in target_ranks.items():
        if rank >= actor_rank:
            words = f"You cannot do this: the {option} does not stand below your highest role."
            return Refusal("refused", "outranked", words)
    return None


def refusal(
    command: Command,
    spec: type[CommandSpec],
    *,
    now: datetime,
    authority: Authority,
    switched_off: str | None,
    guild_gone: bool,
    needs_guild: bool,
) -> Refusal | None:
    """The first reason not to run, or None. `switched_off` is the switch's own reason."""
    if command.expires_at is not None and now >= command.expires_at:
        words = "It was not begun in time and has expired; nothing was done."
        if command.attempt > 1:
            words = "Its time ran out before an attempt succeeded."
        if command.in_doubt_since is not None:
            words += " An earlier attempt may have had its effect all the same."
        return Refusal("expired", "expired", words)
    if switched_off is not None:
        return Refusal("refused", "switched_off", f"This is switched off at present: {switched_off}")
    if needs_guild and command.guild_id is None:
        return Refusal("refused", "guild_needed", "This works in a server only.")
    if guild_gone:
        return Refusal("refused", "guild_gone", "The bot is not in that server.")
    if authority.allowed is True:
        return None
    if not spec.people and (command.actor.kind == "user" or authority.owner_id is not None):
        return Refusal("refused", "not_permitted", "Only scripts and the platform's own API keys may do this.")
    if authority.allowed is False:
        return Refusal("refused", "not_permitted", authority.reason or "You may not do this.")
    if authority.permissions is None:
        reason = authority.reason or "It is not known what you may do in this server, so nothing was done."
        return Refusal("refused", "permission_unknown", reason)
    lacking = missing(authority.permissions, spec.permission)
    if lacking:
        names = ", ".join(_title(flag) for flag in Permission if flag & lacking)
        return Refusal("refused", "not_permitted", f"You need the permission {names} for this.")
    return None


def _title(flag: Permission) -> str:
    return (flag.name or "").replace("_", " ").title()
