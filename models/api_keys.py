"""Keys for scripts and services: `gb_<prefix>_<secret>`, shown once, kept as a hash."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from bus.envelopes import Actor
from bus.ids import new_id
from models.audit_notes import Change
from models.config import Secret
from models.database import Connection, Database, fetch
from models.key_changes import issue, withdraw
from models.key_records import COLUMNS, ApiKey, hash_of, key_from_row

__all__ = [
    "SCOPES",
    "authenticate",
    "create",
    "find",
    "find_in",
    "find_these",
    "list_keys",
    "list_keys_of",
    "revoke",
    "valid_keys_of",
]

SCOPES = (
    "commands:read",
    "commands:write",
    "events:read",
    "audit:read",
    "analytics:read",
    "users:read",
    "dead-letters:read",
    "dead-letters:write",
    "presets:write",
    "webhooks:read",
    "webhooks:write",
)
"""What a key can be for. Each is needed by an action of `web.authorization.RULES`."""

_LONGEST_KEY = 200


async def create(
    database: Database,
    *,
    name: str,
    scopes: Iterable[str],
    created_by: str,
    owner_id: int | None = None,
    kind: Literal["api", "script"] = "api",
    guild_ids: Iterable[int] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, Secret]:
    """A new key and its text, for who reaches the database itself: `created_by` is their name there."""
    change = _at_the_database(created_by)
    async with database.transaction() as connection:
        return await issue(
            connection,
            change,
            id=new_id(change.at),
            name=name,
            scopes=scopes,
            owner_id=owner_id,
            kind=kind,
            guild_ids=guild_ids,
            expires_at=expires_at,
        )


async def revoke(database: Database, key_id: UUID, *, by: str) -> bool:
    """Ends a key now, for who reaches the database itself; False where it does not exist or had ended before."""
    async with database.transaction() as connection:
        return await withdraw(connection, _at_the_database(by), key_id)


async def authenticate(database: Database, key: str) -> ApiKey | None:
    """The key's rights, or None: unknown, revoked or expired. Notes the use, at most once a minute."""
    if not key.startswith("gb_") or len(key) > _LONGEST_KEY:
        return None
    rows = await database.fetch(
        f"""SELECT {COLUMNS}, last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS unnoted
        FROM api_keys
        WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",  # noqa: S608
        hash_of(key),
    )
    if not rows:
        return None
    if rows[0]["unnoted"]:
        await database.fetch(
            "WITH used AS (UPDATE api_keys SET last_used_at = now() WHERE id = $1) SELECT 1", rows[0]["id"]
        )
    return key_from_row(rows[0])


async def find(database: Database, key_id: UUID) -> ApiKey | None:
    """A key that may be used now, or None: unknown, revoked or expired."""
    return await find_in(database.client, key_id)


async def find_in(connection: Connection, key_id: UUID) -> ApiKey | None:
    """The same on the caller's connection."""
    return (await _find_these(connection, [key_id])).get(key_id)


async def find_these(database: Database, key_ids: Collection[UUID]) -> dict[UUID, ApiKey]:
    """Those of the keys that may be used now: not unknown, revoked or expired."""
    return await _find_these(database.client, key_ids)


async def _find_these(connection: Connection, key_ids: Collection[UUID]) -> dict[UUID, ApiKey]:
    rows = await fetch(
        connection,
        f"""SELECT {COLUMNS} FROM api_keys
        WHERE id = ANY($1) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",  # noqa: S608
        list(key_ids),
    )
    return {row["id"]: key_from_row(row) for row in rows}


async def list_keys(database: Database) -> Sequence[ApiKey]:
    """Every key that there ever was, newest first."""
    return [key_from_row(row) for row in await database.fetch(f"SELECT {COLUMNS} FROM api_keys ORDER BY id DESC")]  # noqa: S608


async def list_keys_of(database: Database, owner_id: int) -> Sequence[ApiKey]:
    """A person's keys, ended ones too, newest first."""
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM api_keys WHERE owner_id = $1 ORDER BY id DESC",  # noqa: S608
        owner_id,
    )
    return [key_from_row(row) for row in rows]


async def valid_keys_of(connection: Connection, owner_id: int) -> int:
    """How many keys of a person may be used now."""
    [row] = await fetch(
        connection,
        """SELECT count(*) AS valid FROM api_keys
        WHERE owner_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",
        owner_id,
    )
    return int(row["valid"])


def _at_the_database(name: str) -> Change:
    return Change(Actor("script", "guildbus keys", name[:100]), "script", datetime.now(UTC))
