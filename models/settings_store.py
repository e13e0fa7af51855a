"""A guild's settings: one version at a time, each kept, a stale edit refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from models import control
from models.database import Connection, Database, fetch
from models.errors import StaleVersion, UnknownVersion
from models.guild_settings import SERVER_SETTINGS
from models.ledger_columns import json_text
from models.tables.settings import GuildSettingsHistoryRow, GuildSettingsRow

__all__ = [
    "NEVER_CHANGED",
    "SettingsVersion",
    "StoredSettings",
    "at_version",
    "changes_to",
    "get",
    "history",
    "restore",
    "set_values",
    "with_defaults",
]


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """A guild's settings: the server's with defaults filled in, each command's only where it is not the default.

    Version 0 where none was ever changed. A process whose control version has reached `control_version` obeys them.
    """

    version: int
    data: Mapping[str, Any]
    control_version: int = 0
    updated_at: datetime | None = None
    updated_by: str = ""


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """One version of the past: only what had been set, without defaults."""

    version: int
    data: Mapping[str, Any]
    at: datetime
    by: str
    command_id: UUID | None


def with_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    """What applies: stored values over each server setting's default."""
    return {key: setting.default for key, setting in SERVER_SETTINGS.items()} | dict(data)


NEVER_CHANGED = StoredSettings(0, with_defaults({}))


async def get(database: Database, guild_id: int) -> StoredSettings:
    """The settings that apply in a guild."""
    row = await GuildSettingsRow.get_or_none(guild_id=guild_id, using_db=database.client)
    if row is None:
        return NEVER_CHANGED
    return StoredSettings(row.version, with_defaults(row.data), row.control_version, row.updated_at, row.updated_by)


async def set_values(
    connection: Connection,
    guild_id: int,
    values: Mapping[str, Any],
    *,
    by: str,
    command_id: UUID | None,
    expected_version: int | None = None,
) -> tuple[StoredSettings, StoredSettings]:
    """Changes some settings in the caller's transaction, None taking one back to its default; (before, after).

    The control version rises with it, so that every process reads them again. Raises StaleVersion with the present
    data when `expected_version` is given and not the present one. Of two transactions at once, the second waits for
    the first and sees what it did.
    """
    present, stored = await _locked(connection, guild_id, by, expected_version)
    changed = {key: value for key, value in (stored | dict(values)).items() if value is not None}
    return await _store(connection, guild_id, present, stored, changed, by=by, command_id=command_id)


async def restore(
    connection: Connection,
    guild_id: int,
    version: int,
    *,
    by: str,
    command_id: UUID | None,
    expected_version: int | None = None,
) -> tuple[StoredSettings, StoredSettings]:
    """Sets everything back to what it was at a version, as a new version.

    Raises what `set_values` does, and UnknownVersion.
    """
    present, stored = await _locked(connection, guild_id, by, expected_version)
    wanted = await at_version(connection, guild_id, version)
    return await _store(connection, guild_id, present, stored, wanted, by=by, command_id=command_id)


async def at_version(connection: Connection, guild_id: int, version: int) -> dict[str, Any]:
    """Only what had been set, without defaults; nothing at version 0. Raises UnknownVersion."""
    if version == 0:
        return {}
    row = await GuildSettingsHistoryRow.get_or_none(guild_id=guild_id, version=version, using_db=connection)
    if row is None:
        raise UnknownVersion(version)
    return dict(row.data)


def changes_to(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What to change to get from one to the other: by key, None for what is no longer set."""
    keys = [*before, *(key for key in after if key not in before)]
    return {key: after.get(key) for key in keys if before.get(key) != after.get(key)}


async def history(
    database: Database, guild_id: int, *, below: int | None = None, limit: int = 50
) -> list[SettingsVersion]:
    """The newest versions first, from below a version where one is given."""
    rows = GuildSettingsHistoryRow.filter(guild_id=guild_id).using_db(database.client).order_by("-version").limit(limit)
    if below is not None:
        rows = rows.filter(version__lt=below)
    return [SettingsVersion(row.version, row.data, row.at, row.by, row.command_id) for row in await rows]


async def _locked(
    connection: Connection, guild_id: int, by: str, expected_version: int | None
) -> tuple[int, dict[str, Any]]:
    """The present version and what is set, held against others until the transaction ends."""
    await control.lock(connection)
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
    return present, stored


async def _store(
    connection: Connection,
    guild_id: int,
    present: int,
    stored: Mapping[str, Any],
    changed: Mapping[str, Any],
    *,
    by: str,
    command_id: UUID | None,
) -> tuple[StoredSettings, StoredSettings]:
    live_from = await control.bump(connection)
    await fetch(
        connection,
        """WITH stored AS (
            UPDATE guild_settings SET version = $2, data = $3, updated_at = clock_timestamp(), updated_by = $4,
                control_version = $6
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
        live_from,
    )
    before = StoredSettings(present, with_defaults(stored))
    return before, StoredSettings(present + 1, with_defaults(changed), live_from)
