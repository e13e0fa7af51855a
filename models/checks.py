"""May this actor use this command here, now? The checks in their order, each with what to do where it fails. Pure.

The worker's gate asks them at every claim and stops at the first that does not pass; "why can't X run Y here?" lists
them all. Both bring the facts; what is not known does not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Literal

import msgspec

from bus.ids import Snowflake
from models.command_rules import NO_RULES, Allowance, CommandRules
from models.cooldowns import Wait
from models.permissions import Permission, missing
from models.spec import CommandSpec

__all__ = [
    "CHECKS",
    "OWNER_RANK",
    "Authority",
    "Check",
    "Facts",
    "Trouble",
    "check_of",
    "first_trouble",
    "of_cooldown",
    "of_targets",
    "permission_names",
    "walk",
]

OWNER_RANK = 1_000_000
"""Above every role: Discord has at most 250 of them in a server."""


class Authority(msgspec.Struct, frozen=True):
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


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks are asked about. `is_person` also where a person's own API key acts for them.

    `roles` are the member's (@everyone's id is the guild's own), None where they are not known; only looked at where
    the rules name roles. `channel_id` is where it was typed, None for what comes from dashboard, API or script.
    """

    spec: type[CommandSpec]
    is_person: bool
    authority: Authority
    rules: CommandRules = NO_RULES
    switched_off: str | None = None
    has_guild: bool = True
    guild_gone: bool = False
    roles: frozenset[int] | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a check does not pass: words for the person who asked, and what somebody can do about it."""

    code: str
    message: str
    fix: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One line of "why can't X run Y here?"."""

    name: str
    title: str
    state: Literal["passed", "failed", "unknown"]
    trouble: Trouble | None = None


def _of_switches(facts: Facts) -> Trouble | None:
    if facts.switched_off is None:
        return None
    message = f"This is switched off at present: {facts.switched_off}"
    return Trouble("switched_off", message, "Wait: the platform's operators switch it on again.")


def _of_presence(facts: Facts) -> Trouble | None:
    if facts.spec.place == "guild" and not facts.has_guild:
        return Trouble("guild_needed", "This works in a server only.", "Use it in a server.")
    if facts.guild_gone:
        return Trouble("guild_gone", "The bot is not in that server.", "Invite the bot to the server again.")
    return None


def _of_enabled(facts: Facts) -> Trouble | None:
    if facts.rules.enabled:
        return None
    message = "This command is disabled in this server. Somebody who may manage the server can enable it."
    return Trouble("disabled", message, "Enable the command in this server's settings.")


def _of_permission(facts: Facts) -> Trouble | None:
    spec, authority = facts.spec, facts.authority
    if authority.allowed is True:
        return None
    if not spec.people and facts.is_person:
        message = "Only scripts and the platform's own API keys may do this."
        return Trouble("not_permitted", message, "Use a script, or an API key of the platform.")
    if authority.allowed is False:
        return Trouble("not_permitted", authority.reason or "You may not do this.", "Use an actor that may.")
    if authority.permissions is None:
        reason = authority.reason or "It is not known what you may do in this server, so nothing was done."
        return Trouble("permission_unknown", reason, "Try again in a moment.", unknown=True)
    lacking = missing(authority.permissions, spec.permission)
    if not lacking:
        return None
    names = permission_names(lacking)
    return Trouble(
        "not_permitted", f"You need the permission {names} for this.", f"Give them a role on Discord that has {names}."
    )


def _of_roles(facts: Facts) -> Trouble | None:
    allowance = facts.rules.roles
    if not facts.is_person or not allowance.restricts:
        return None
    fix = "Change the command's roles in this server's settings, or the member's roles on Discord."
    if facts.roles is None:
        return Trouble("roles_unknown", "It is not known which roles you have, so nothing was done.", fix, unknown=True)
    if allowance.admits(facts.roles):
        return None
    if allowance.default == "deny":
        whom = _mentions(allowance, "<@&{}>", "nobody")
        who = f"This server lets only {whom} use this command."
    else:
        who = f"This server does not let members of {_mentions(allowance, '<@&{}>', '')} use this command."
    return Trouble("role_denied", who, fix)


def _of_channel(facts: Facts) -> Trouble | None:
    allowance = facts.rules.channels
    if facts.channel_id is None or not allowance.restricts or allowance.admits((facts.channel_id,)):
        return None
    where = f"This command cannot be used in <#{facts.channel_id}>."
    if allowance.default == "deny":
        where += f" Use it in {_mentions(allowance, '<#{}>', 'no channel: this server allows none')}."
    else:
        where += " Use it in another channel."
    return Trouble("channel_denied", where, "Use another channel, or change the command's channels in the settings.")


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    title: str
    ask: Callable[[Facts], Trouble | None]


CHECKS: Sequence[_Asked] = (
    _Asked("bot_present", "The bot is in the server", _of_presence),
    _Asked("enabled", "The command is enabled in this server", _of_enabled),
    _Asked("kill_switch", "No operator has switched it off", _of_switches),
    _Asked("permission", "Discord's permission", _of_permission),
    _Asked("roles", "The server's rules on roles", _of_roles),
    _Asked("channel", "The server's rules on channels", _of_channel),
)
"""The order in which they are asked. Rank and cooldown follow, asked only where all of these pass."""


def first_trouble(facts: Facts) -> Trouble | None:
    """The first check that does not pass, or None."""
    for check in CHECKS:
        trouble = check.ask(facts)
        if trouble is not None:
            return trouble
    return None


def walk(facts: Facts) -> list[Check]:
    """Every check in order."""
    return [check_of(check.name, check.title, check.ask(facts)) for check in CHECKS]


def of_targets(
    *, actor_rank: int | None, target_ranks: Mapping[str, int], foreign_channels: Sequence[int]
) -> Trouble | None:
    """Why the targets are out of reach: a channel of another server, somebody or a role not below the actor.

    `actor_rank` is the position of the actor's highest role, OWNER_RANK for the owner, None for an actor who is no
    member (the platform's keys, scripts, the platform); `target_ranks` is by option.
    """
    if foreign_channels:
        channel = foreign_channels[0]
        return Trouble("channel_elsewhere", f"<#{channel}> is not a channel of this server.", "Choose one of its own.")
    if actor_rank is None:
        return None
    for option, rank in target_ranks.items():
        if rank >= actor_rank:
            words = f"You cannot do this: the {option} does not stand below your highest role."
            return Trouble("outranked", words, "Somebody with a higher role can do it.")
    return None


def of_cooldown(wait: Wait | None) -> Trouble | None:
    """Why it is too early, or None."""
    if wait is None:
        return None
    seconds = ceil(wait.seconds)
    uses = "once" if wait.cooldown.uses == 1 else f"{wait.cooldown.uses} times"
    who = "This server allows it" if wait.of_everybody else "You may use it"
    message = f"Too soon: try again in {seconds} s. {who} {uses} in {wait.cooldown.seconds} s."
    return Trouble("cooldown", message, f"Wait {seconds} s, or change the command's cooldown in the settings.")


def permission_names(bits: Permission) -> str:
    """`Ban Members, Kick Members`."""
    return ", ".join((flag.name or "").replace("_", " ").title() for flag in Permission if flag & bits)


def check_of(name: str, title: str, trouble: Trouble | None) -> Check:
    """A check and its answer as a line of the list; rank and cooldown are answered elsewhere."""
    if trouble is None:
        return Check(name, title, "passed")
    return Check(name, title, "unknown" if trouble.unknown else "failed", trouble)


def _mentions(allowance: Allowance, form: str, none: str) -> str:
    return ", ".join(form.format(int(id)) for id in allowance.excepted) or none
