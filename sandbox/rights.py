"""A person's permissions in a few words, for the pages."""

from __future__ import annotations

from sandbox.permissions import Permission

__all__ = ["rights_in_words"]

_WORDS: tuple[tuple[Permission, str], ...] = (
    (Permission.MANAGE_GUILD, "Manage Server"),
    (Permission.MANAGE_ROLES, "Manage Roles"),
    (Permission.MANAGE_CHANNELS, "Manage Channels"),
    (Permission.BAN_MEMBERS, "Ban"),
    (Permission.KICK_MEMBERS, "Kick"),
    (Permission.MODERATE_MEMBERS, "Time out"),
)


def rights_in_words(bits: int, owner: bool) -> list[str]:
    if owner:
        return ["Owner"]
    if bits & Permission.ADMINISTRATOR:
        return ["Administrator"]
    return [words for bit, words in _WORDS if bits & bit] or ["Member"]
