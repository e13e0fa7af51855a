"""Kill switches, and the version that tells every process to read them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from models.database import Connection, Database, fetch

__all__ = ["Scope", "Switch", "Switches", "bump", "lock", "set_switch", "switches", "version"]

Scope = Literal["platform", "guild", "command", "guild_command"]

_Key = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Switch:
    """What is switched off; `guild_id` 0 and `command_type` '' where the scope does not name one."""

    scope: Scope
    guild_id: int
    command_type: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Switches:
    """Everything that is off, as of a version."""

    version: int
    off: Mapping[_Key, Switch]

    def refusal(self, command_type: str, guild_id: int | None) -> str | None:
        """Why this command must not run here now, or None. The widest switch answers first."""
        guild = guild_id or 0
        keys: tuple[_Key, ...] = (
            ("platform", 0, ""),
            ("command", 0, command_type),
            ("guild", guild, ""),
            ("guild_command", guild, command_type),
        )
        found = next((self.off[key] for key in keys if key in self.off), None)
        if found is None:
            return None
        what = {
            "platform": "The platform is",
            "command": "This command is",
            "guild": "Commands in this server are",
            "guild_command": "This command is",
        }[found.scope]
        where = " in this server" if found.scope == "guild_command" else ""
        return f"{what} switched off{where}" + (f": {found.reason}" if found.reason else ".")


async def switches(database: Database) -> Switches:
    """All switches that are off, with the version read before them: never newer than what it stands for."""
    at = await version(database)
    rows = await database.fetch("SELECT scope, guild_id, command_type, reason, by FROM switches WHERE off")
    found = (Switch(**row) for row in rows)
    return Switches(at, MappingProxyType({(one.scope, one.guild_id, one.command_type): one for one in found}))


async def version(database: Database) -> int:
    """The present control version."""
    [row] = await database.fetch("SELECT version FROM control WHERE id = 1")
    return int(row["version"])


async def lock(connection: Connection) -> None:
    """Holds the version until the caller's transaction ends. Whoever is going to lock a guild's rows as well begins
    here, so that two that change several guilds never wait for each other."""
    await fetch(connection, "SELECT 1 FROM control WHERE id = 1 FOR UPDATE")


async def bump(connection: Connection) -> int:
    """Raises the version in the caller's transaction and returns it; announce it after the commit."""
    [row] = await fetch(
        connection,
        "WITH raised AS (UPDATE control SET version = version + 1 WHERE id = 1 RETURNING version) SELECT * FROM raised",
    )
    return int(row["version"])


async def set_switch(connection: Connection, switch: Switch, *, off: bool) -> int:
    """Switches something off or on again in the caller's transaction; returns the new control version."""
    await fetch(
        connection,
        """WITH stored AS (
            INSERT INTO switches (scope, guild_id, command_type, off, reason, at, by)
            VALUES ($1, $2, $3, $4, $5, clock_timestamp(), $6)
            ON CONFLICT (scope, guild_id, command_type) DO UPDATE
            SET off = excluded.off, reason = excluded.reason, at = excluded.at, by = excluded.by
        ) SELECT 1""",
        switch.scope,
        switch.guild_id,
        switch.command_type,
        off,
        switch.reason,
        switch.by,
    )
    return await bump(connection)
