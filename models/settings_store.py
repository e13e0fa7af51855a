"""A guild's settings: one version at a time, each kept, a stale edit refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from models.database import Connection, Database, fetch
from models.errors import StaleVersion
from models.guild_settings import GUILD_SETTINGS
from models.ledger_columns import json_text
from models.tables.settings import GuildSettingsHistoryRow, GuildSettingsRow

__all__ = ["SettingsVersion", "StoredSettings", "get", "history", "set_values", "with_defaults"]


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """A guild's settings with defaults filled in; version 0 where none was ever changed."""

    version: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """One version of the past: only what had been set, without defaults."""

    version: int
    data: Mapping[str, Any]
    at: datetime
    by: str
    command_id: UUID | None


def with_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    """What applies: stored values over each setting's default."""
    return {key: setting.default for key, setting in GUILD_SETTINGS.items()} | dict(data)


async def get(database: Database, guild_id: int) -> StoredSettings:
    """The settings that apply in a guild."""
    row = await GuildSettingsRow.get_or_none(guild_id=guild_id, using_db=database.client)
    return StoredSettings(0, with_defaults({})) if row is None else StoredSettings(row.version, with_defaults(row.data))


async def set_values(
    connection: Connection,
    guild_id: int,
    values: Mapping[str, Any],
    *,
    by: str,
    command_id: UUID | None,
    expected_version: int | None = None,
) -> tuple[StoredSettings, StoredSettings]:
    """Changes some settings in the caller's transaction; returns (before, after), defaults filled in.

    Raises StaleVersion with the present data when `expected_version` is given and not the present one. Of two
    transactions at once, the second waits for the first and sees what it did.
    """
    # A row to lock must exist: version 0 is one that was never written to the history.
    await fetch(
        connection,
        """WITH made AS (
            INSERT INTO guild_settings (guild_id, version, data, updated_at, updated_by)
            VALUES ($1, 0, '{}', clock_timestamp(), $2) ON CONFLICT DO NOTHING
        ) SELECT 1""",
        guild_id,
        by,
    )
    [row] = await fetch(connection, "SELECT version, data FROM guild_settings WHERE guild_id = $1 FOR UPDATE", guild_id)
    present, stored = int(row["version"]), msgspec.json.decode(row["data"])
    if expected_version is not None and expected_version != present:
        raise StaleVersion(expected=expected_version, actual=present, data=with_defaults(stored))
    changed = stored | dict(values)
    await fetch(
        connection,
        """WITH stored AS (
            UPDATE guild_settings SET version = $2, data = $3, updated_at = clock_timestamp(), updated_by = $4
            WHERE guild_id = $1
        ), kept AS (
            INSERT INTO guild_settings_history (guild_id, version, data, at, by, command_id)
            VALUES ($1, $2, $3, clock_timestamp(), $4, $5)
        ) SELECT 1""",
        guild_id,
        present + 1,
        json_text(changed),
        by,
        command_id,
    )
    return StoredSettings(present, with_defaults(stored)), StoredSettings(present + 1, with_defaults(changed))


async def history(database: Database, guild_id: int, *, limit: int = 50) -> list[SettingsVersion]:
    """The newest versions first."""
    rows = GuildSettingsHistoryRow.filter(guild_id=guild_id).using_db(database.client).order_by("-version").limit(limit)
    return [SettingsVersion(row.version, row.data, row.at, row.by, row.command_id) for row in await rows]
