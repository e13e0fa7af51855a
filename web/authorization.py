"""Who may do what: one table, decided purely. What is not known is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from models.permissions import LEVELS, Level, Permission, missing
from models.spec import CommandSpec
from web.principal import Principal

__all__ = [
    "RULES",
    "Action",
    "Refusal",
    "Rule",
    "Standing",
    "key_standing",
    "platform_standing",
    "refusal_of",
    "refusal_of_command",
    "refusal_of_platform_command",
    "refusal_of_replay",
]

Action = Literal[
    "guild.view",
    "guild.channels",
    "commands.read",
    "commands.write",
    "events.read",
    "audit.read",
    "analytics.read",
    "settings.read",
    "settings.write",
    "checks.read",
    "users.read",
    "dead_letters.read",
    "dead_letters.write",
    "catalogue.read",
    "presets.read",
    "presets.write",
    "templates.read",
    "templates.write",
    "webhooks.read",
    "webhooks.write",
    "account.read",
    "account.write",
    "platform_keys.read",
    "platform_keys.write",
    "platform.read",
    "platform.write",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """The least level that a person needs in the guild, and the scope that a key needs (None: any key).

    Where `level` is None there is no guild to it: everybody may who has a session, or, with `keys`, a key.
    """

    level: Level | None
    scope: str | None
    keys: bool = True


RULES: Mapping[Action, Rule] = MappingProxyType(
    {
        "guild.view": Rule("viewer", None),
        "guild.channels": Rule("moderator", None),
        "commands.read": Rule("viewer", "commands:read"),
        "commands.write": Rule("viewer", "commands:write"),
        "events.read": Rule("viewer", "events:read"),
        "audit.read": Rule("moderator", "audit:read"),
        "analytics.read": Rule("moderator", "analytics:read"),
        "settings.read": Rule("admin", "commands:read"),
        "settings.write": Rule("admin", "commands:write"),
        "checks.read": Rule("moderator", "commands:read"),
        "users.read": Rule("moderator", "users:read"),
        "dead_letters.read": Rule("admin", "dead-letters:read"),
        "dead_letters.write": Rule("admin", "dead-letters:write"),
        "catalogue.read": Rule(None, None),
        "presets.read": Rule("viewer", "commands:read"),
        "presets.write": Rule("moderator", "presets:write"),
        "templates.read": Rule(None, None),
        "templates.write": Rule("operator", None, keys=False),
        "webhooks.read": Rule("admin", "webhooks:read"),
        "webhooks.write": Rule("admin", "webhooks:write"),
        # A stolen key must not be able to make others, or to end the sessions of whose it is.
        "account.read": Rule(None, None, keys=False),
        "account.write": Rule(None, None, keys=False),
        "platform_keys.read": Rule("operator", None, keys=False),
        "platform_keys.write": Rule("operator", None, keys=False),
        "platform.read": Rule("operator", None, keys=False),
        "platform.write": Rule("operator", None, keys=False),
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a principal is in one guild: the level, and Discord's permission bits."""

    level: Level
    permissions: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem's code and a sentence that says what is missing."""

    code: Literal["guild_not_found", "not_permitted", "scope_missing"]
    detail: str
    missing: str = ""


def key_standing(principal: Principal, guild_id: int) -> Standing | None:
    """What a key may be used for in a guild, before its owner is looked at: what its scopes allow, in its guilds."""
    if principal.kind == "user" or (principal.guild_ids is not None and guild_id not in principal.guild_ids):
        return None
    return Standing("admin", int(Permission.ADMINISTRATOR))


def platform_standing(principal: Principal) -> Standing | None:
    """The standing outside of any guild: of who runs the platform, and of its own keys that are for every guild."""
    if principal.operator:
        return Standing("operator", 0)
    is_platform_key = principal.person_id is None and principal.guild_ids is None
    return Standing("admin", int(Permission.ADMINISTRATOR)) if is_platform_key else None


def refusal_of(action: Action, principal: Principal, standing: Standing | None) -> Refusal | None:
    """Why not, or None. A guild that one has no part in looks like one that does not exist."""
    rule = RULES[action]
    if principal.kind != "user" and not rule.keys:
        return Refusal("not_permitted", "No API key may do this: log in to the dashboard.")
    if rule.level is None:
        return _refusal_of_scope(rule, principal)
    if standing is None:
        return Refusal("guild_not_found", "The server does not exist, the bot is not in it, or you are not a member.")
    return _refusal_of_scope(rule, principal) or _refusal_of_level(rule.level, standing)


def _refusal_of_scope(rule: Rule, principal: Principal) -> Refusal | None:
    if principal.scopes is None or rule.scope is None or rule.scope in principal.scopes:
        return None
    return Refusal("scope_missing", f"The key lacks the scope {rule.scope}.", rule.scope)


def _refusal_of_level(needed: Level, standing: Standing) -> Refusal | None:
    if LEVELS.index(standing.level) >= LEVELS.index(needed):
        return None
    return Refusal("not_permitted", f"This needs the level {needed}; yours is {standing.level}.", needed)


def refusal_of_command(spec: type[CommandSpec], principal: Principal, standing: Standing) -> Refusal | None:
    """Why this principal may not issue the command, or None. The worker asks again when it claims it."""
    if principal.person_id is not None and not spec.people:
        return Refusal("not_permitted", f"{spec.type} is for scripts and the platform's own API keys only.")
    lacking = missing(standing.permissions, spec.permission)
    if lacking:
        names = ", ".join(sorted(str(bit.name).replace("_", " ").title() for bit in lacking))
        return Refusal("not_permitted", f"{spec.type} needs the Discord permission {names}.", names)
    return None


def refusal_of_platform_command(principal: Principal) -> Refusal | None:
    """Why this principal may not issue a command for no guild in particular (`admin.broadcast`), or None."""
    if principal.kind != "script" or platform_standing(principal) is None:
        return Refusal("not_permitted", "This takes a script's key that is for every server.")
    scope = RULES["commands.write"].scope
    if principal.scopes is not None and scope is not None and scope not in principal.scopes:
        return Refusal("scope_missing", f"The key lacks the scope {scope}.", scope)
    return None


def refusal_of_replay(principal: Principal, standing: Standing, guild_id: int | None) -> Refusal | None:
    """Why this principal may not replay a letter of the guild, or None: to replay is to issue a command as well."""
    refusal = refusal_of("dead_letters.write", principal, standing) or refusal_of("commands.write", principal, standing)
    return refusal or (refusal_of_platform_command(principal) if guild_id is None else None)
