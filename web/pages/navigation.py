"""The sidebar: every section of a server's dashboard, in groups, in one table."""

from __future__ import annotations

from dataclasses import dataclass

from models.permissions import LEVELS, Level

__all__ = ["GROUPS", "Section", "groups_for"]


@dataclass(frozen=True, slots=True)
class Section:
    """`key` names its word (`nav.<key>`) and marks its pages; `path` follows `/guilds/<id>`; `icon` is lucide's."""

    key: str
    path: str
    icon: str
    level: Level


GROUPS: tuple[tuple[str, tuple[Section, ...]], ...] = (
    (
        "",
        (
            Section("overview", "", "layout-dashboard", "viewer"),
            Section("live", "/live", "radio", "viewer"),
        ),
    ),
    (
        "act",
        (
            Section("commands", "/commands", "square-terminal", "viewer"),
            Section("members", "/members", "users", "moderator"),
            Section("approvals", "/approvals", "user-check", "moderator"),
            Section("failed", "/dead-letters", "triangle-alert", "admin"),
        ),
    ),
    (
        "understand",
        (
            Section("analytics", "/analytics", "chart-column", "moderator"),
            Section("audit", "/audit", "scroll-text", "moderator"),
        ),
    ),
    ("manage", (Section("settings", "/settings", "sliders-horizontal", "admin"),)),
)
"""Group by group; the empty name has no heading."""


def groups_for(level: Level) -> list[tuple[str, list[Section]]]:
    """What somebody of this level may open; a group without a section is left out."""
    rank = LEVELS.index(level)
    shown = ((name, [one for one in sections if LEVELS.index(one.level) <= rank]) for name, sections in GROUPS)
    return [(name, sections) for name, sections in shown if sections]
