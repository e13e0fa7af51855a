"""Keys for scripts and services: `gb_<prefix>_<secret>`, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from bus.ids import Snowflake, new_id
from models.config import Secret
from models.database import Database, Record, fetch

__all__ = [
    "SCOPES",
    "ApiKey",
    "authenticate",
    "create",
    "find",
    "find_these",
    "list_keys",
    "list_keys_of",
    "revoke",
    "rotate",
]

SCOPES = (
    "commands:read",
    "commands:write",
    "events:read",
    "audit:read",
    "analytics:read",
    "dead-letters:read",
    "dead-letters:write",
    "presets:write",
    "webhooks:read",
    "webhooks:write",
)
"""What a key can be for. Each is needed by an action of `web.authorization.RULES`."""

_PREFIX_LETTERS = string.ascii_lowercase + string.digits
_LONGEST_KEY = 200
_COLUMNS = """id, name, prefix, kind, scopes, guild_ids, created_at, created_by, owner_id,
    expires_at, revoked_at, last_used_at"""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; `guild_ids` None means every guild. The secret itself is nowhere.

    With an owner it is a person's: it may what they may in a guild at that moment, as far as its scopes go. Without,
    it is the platform's own, and its scopes alone say what it may.
    """

    id: UUID
    name: str
    prefix: str
    kind: Literal["api", "script"]
    scopes: tuple[str, ...]
    guild_ids: tuple[Snowflake, ...] | None
    created_at: datetime
    created_by: str
    owner_id: Snowflake | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def allows(self, scope: str, guild_id: int | None) -> bool:
        """Whether the key has the scope, and may be used for this guild (None: for no guild in particular)."""
        if scope not in self.scopes:
            return False
        return self.guild_ids is None or (guild_id is not None and guild_id in self.guild_ids)


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
    """A new key, and its text, which is never to be had again."""
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(8))
    text = f"gb_{prefix}_{secrets.token_urlsafe(32)}"
    now = datetime.now(UTC)
    [row] = await fetch(
        database.client,
        f"""WITH made AS (
            INSERT INTO api_keys
                (id, name, prefix, key_hash, kind, scopes, guild_ids, created_at, created_by, owner_id,
                expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING {_COLUMNS}
        ) SELECT * FROM made""",  # noqa: S608 - a constant list of columns
        new_id(now),
        name,
        prefix,
        _hash(text),
        kind,
        sorted(set(scopes)),
        None if guild_ids is None else sorted({int(guild_id) for guild_id in guild_ids}),
        now,
        created_by,
        owner_id,
        expires_at,
    )
    return _key(row), Secret(text)


async def authenticate(database: Database, key: str) -> ApiKey | None:
    """The key's rights, or None: unknown, revoked or expired. Notes the use, at most once a minute."""
    if not key.startswith("gb_") or len(key) > _LONGEST_KEY:
        return None
    rows = await database.fetch(
        f"""SELECT {_COLUMNS}, last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS unnoted
        FROM api_keys
        WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",  # noqa: S608
        _hash(key),
    )
    if not rows:
        return None
    if rows[0]["unnoted"]:
        await database.fetch(
            "WITH used AS (UPDATE api_keys SET last_used_at = now() WHERE id = $1) SELECT 1", rows[0]["id"]
        )
    return _key(rows[0])


async def find(database: Database, key_id: UUID) -> ApiKey | None:
    """A key that may be used now, or None: unknown, revoked or expired."""
    return (await find_these(database, [key_id])).get(key_id)


async def find_these(database: Database, key_ids: Collection[UUID]) -> dict[UUID, ApiKey]:
    """Those of the keys that may be used now: not unknown, revoked or expired."""
    rows = await database.fetch(
        f"""SELECT {_COLUMNS} FROM api_keys
        WHERE id = ANY($1) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",  # noqa: S608
        list(key_ids),
    )
    return {row["id"]: _key(row) for row in rows}


async def list_keys(database: Database) -> Sequence[ApiKey]:
    """Every key that there ever was, newest first."""
    return [_key(row) for row in await database.fetch(f"SELECT {_COLUMNS} FROM api_keys ORDER BY id DESC")]  # noqa: S608


async def list_keys_of(database: Database, owner_id: int) -> Sequence[ApiKey]:
    """A person's keys, ended ones too, newest first."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM api_keys WHERE owner_id = $1 ORDER BY id DESC",  # noqa: S608
        owner_id,
    )
    return [_key(row) for row in rows]


async def revoke(database: Database, key_id: UUID) -> bool:
    """Ends a key now; False where it does not exist or had ended before."""
    rows = await database.fetch(
        """WITH ended AS (UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING 1)
        SELECT * FROM ended""",
        key_id,
    )
    return bool(rows)


async def rotate(
    database: Database,
    key_id: UUID,
    *,
    by: str,
    overlap: timedelta = timedelta(days=1),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, Secret] | None:
    """A successor with the same rights; the old key goes on for `overlap`. None where it is not valid any more."""
    rows = await database.fetch(
        f"""WITH ending AS (
            UPDATE api_keys SET expires_at = LEAST(COALESCE(expires_at, 'infinity'), now() + $2::interval)
            WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) RETURNING {_COLUMNS}
        ) SELECT * FROM ending""",  # noqa: S608 - a constant list of columns
        key_id,
        overlap,
    )
    if not rows:
        return None
    old = _key(rows[0])
    return await create(
        database,
        name=old.name,
        scopes=old.scopes,
        created_by=by,
        owner_id=old.owner_id,
        kind=old.kind,
        guild_ids=old.guild_ids,
        expires_at=expires_at,
    )


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _key(row: Record) -> ApiKey:
    values = {name: row[name] for name in ApiKey.__dataclass_fields__}
    guild_ids = None if row["guild_ids"] is None else tuple(Snowflake(guild_id) for guild_id in row["guild_ids"])
    owner_id = None if row["owner_id"] is None else Snowflake(row["owner_id"])
    return ApiKey(**(values | {"scopes": tuple(row["scopes"]), "guild_ids": guild_ids, "owner_id": owner_id}))
