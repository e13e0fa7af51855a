"""Where a login may lead to: a page of ours, whatever was asked for."""

from __future__ import annotations

import re

__all__ = ["HOME", "safe_target"]

HOME = "/guilds"

# One slash, then something that is neither a second slash nor a backslash (browsers read "/\" as "//").
_OURS = re.compile(r"/(?![/\\])[A-Za-z0-9\-._~!$&'()*+,;=:@/%?]*")


def safe_target(asked: str | None) -> str:
    """`asked` where it is a path of this site, else the list of servers. Never an address elsewhere."""
    if asked is None or len(asked) > 500 or not _OURS.fullmatch(asked):
        return HOME
    return HOME if asked.startswith(("/login", "/logout")) else asked
