"""API keys are made, rotated and revoked in the caller's transaction, and each change is on record with it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from models.audit_notes import Change, write_note
from models.config import Secret
from models.database import Connection, fetch
from models.key_records import COLUMNS, ApiKey, hash_of, key_from_row

__all__ = ["issue", "rotate", "withdraw"]

_PREFIX_LETTERS = string.ascii_lowercase + string.digits


async def issue(
    connection: Connection,
    change: Change,
    *,
    id: UUID,
    name: str,
    scopes: Iterable[str],
    owner_id: int | None = None,
    kind: Literal["api", "script"] = "api",
    guild_ids: Iterable[int] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, Secret]:
    """A new key in the caller's transaction, and its text, which is never to be had again."""
    actor = change.actor
    key, text = await _insert(
        connection,
        id=id,
        name=name,
        scopes=scopes,
        created_by=f"{actor.kind}:{actor.id}",
        owner_id=owner_id,
        kind=kind,
        guild_ids=guild_ids,
        expires_at=expires_at,
    )
    await _note(connection, change, "create", key, after=_shown(key))
    return key, text


async def rotate(
    connection: Connection, change: Change, key_id: UUID, *, id: UUID, overlap: timedelta, expires_at: datetime | None
) -> tuple[ApiKey, Secret] | None:
    """A successor with the same rights; the old key goes on for `overlap`. None where it is not valid any more."""
    rows = await fetch(
        connection,
        f"""WITH ending AS (
            UPDATE api_keys SET expires_at = LEAST(COALESCE(expires_at, 'infinity'), now() + $2::interval)
            WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) RETURNING {COLUMNS}
        ) SELECT * FROM ending""",  # noqa: S608 - a constant list of columns
        key_id,
        overlap,
    )
    if not rows:
        return None
    old = key_from_row(rows[0])
    successor, text = await _insert(
        connection,
        id=id,
        name=old.name,
        scopes=old.scopes,
        created_by=f"{change.actor.kind}:{change.actor.id}",
        owner_id=old.owner_id,
        kind=old.kind,
        guild_ids=old.guild_ids,
        expires_at=expires_at,
    )
    await _note(
        connection, change, "rotate", old, before=_shown(old), after=_shown(successor), successor=str(successor.id)
    )
    return successor, text


async def withdraw(connection: Connection, change: Change, key_id: UUID) -> bool:
    """Ends a key now, in the caller's transaction; False where it does not exist or had ended before."""
    rows = await fetch(
        connection,
        f"""WITH ended AS (
            UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING {COLUMNS}
        ) SELECT * FROM ended""",  # noqa: S608 - a constant list of columns
        key_id,
    )
    for row in rows:
        await _note(connection, change, "revoke", key_from_row(row), before=_shown(key_from_row(row)))
    return bool(rows)


async def _insert(
    connection: Connection,
    *,
    id: UUID,
    name: str,
    scopes: Iterable[str],
    created_by: str,
    owner_id: int | None,
    kind: Literal["api", "script"],
    guild_ids: Iterable[int] | None,
    expires_at: datetime | None,
) -> tuple[ApiKey, Secret]:
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(8))
    text = f"gb_{prefix}_{secrets.token_urlsafe(32)}"
    [row] = await fetch(
        connection,
        f"""WITH made AS (
            INSERT INTO api_keys
                (id, name, prefix, key_hash, kind, scopes, guild_ids, created_at, created_by, owner_id,
                expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING {COLUMNS}
        ) SELECT * FROM made""",  # noqa: S608 - a constant list of columns
        id,
        name,
        prefix,
        hash_of(text),
        kind,
        sorted(set(scopes)),
        None if guild_ids is None else sorted({int(guild_id) for guild_id in guild_ids}),
        datetime.now(UTC),
        created_by,
        owner_id,
        expires_at,
    )
    return key_from_row(row), Secret(text)


async def _note(
    connection: Connection,
    change: Change,
    what: str,
    key: ApiKey,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **detail: str,
) -> None:
    """A line for who runs the platform, and one in each server that the key is limited to, for its people.

    A server's line says nothing of other servers.
    """
    named = {"key": str(key.id), **detail}
    await write_note(connection, change, type=f"key.{what}", guild_id=None, before=before, after=after, detail=named)
    for guild_id in key.guild_ids or ():
        alone = {"guild_ids": [str(int(guild_id))]}
        await write_note(
            connection,
            change,
            type=f"key.{what}",
            guild_id=guild_id,
            before=None if before is None else before | alone,
            after=None if after is None else after | alone,
            detail=named,
        )


def _shown(key: ApiKey) -> dict[str, Any]:
    """What the audit trail tells of a key: all but what it is recognised by."""
    return {
        "name": key.name,
        "kind": key.kind,
        "scopes": list(key.scopes),
        "guild_ids": None if key.guild_ids is None else [str(int(guild_id)) for guild_id in key.guild_ids],
        "owner_id": None if key.owner_id is None else str(int(key.owner_id)),
        "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
    }
