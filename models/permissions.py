"""Discord's permission bits and what they add up to. Source: Discord's reference, "Permissions"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag
from typing import Literal

__all__ = ["LEVELS", "Level", "Permission", "effective_permissions", "level_of", "missing"]


class Permission(IntFlag):
    """The bits that the platform asks for by name; unknown bits are kept."""

    NONE = 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    MENTION_EVERYONE = 1 << 17
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MODERATE_MEMBERS = 1 << 40


Level = Literal["viewer", "moderator", "admin", "operator"]
LEVELS: tuple[Level, ...] = ("viewer", "moderator", "admin", "operator")
"""What somebody may see of a guild, from the least: a member, who moderates there, who has Manage Server, and who runs
the platform itself. What somebody may *do* there is Discord's permissions alone."""

_ADMINISTRATOR = int(Permission.ADMINISTRATOR)  # a flag's own operators take ten times as long
_MODERATES = Permission.KICK_MEMBERS | Permission.BAN_MEMBERS | Permission.MODERATE_MEMBERS | Permission.MANAGE_MESSAGES
_ADMINISTERS = Permission.ADMINISTRATOR | Permission.MANAGE_GUILD
EVERYTHING = (1 << 53) - 1


def effective_permissions(*, is_owner: bool, everyone: int, roles: Iterable[int]) -> int:
    """A member's guild-wide bits from the @everyone role's and those of the roles held."""
    bits = everyone
    for role in roles:
        bits |= role
    return EVERYTHING if is_owner or bits & Permission.ADMINISTRATOR else bits


def missing(permissions: int, needed: Permission) -> Permission:
    """What of `needed` is not in `permissions`; an administrator misses nothing."""
    if permissions & _ADMINISTRATOR:
        return Permission.NONE
    return needed & ~Permission(permissions & int(needed))


def level_of(permissions: int, *, moderates: bool = False) -> Level:
    """What a member may see on the dashboard; `moderates` where the guild made one of their roles a moderator's.

    It is about seeing: what somebody may do is Discord's permission to give.
    """
    if permissions & _ADMINISTERS:
        return "admin"
    return "moderator" if moderates or permissions & _MODERATES else "viewer"
