"""Sessions of the dashboard: opaque ids kept as hashes, rotated at login, ended by idleness, age or revocation."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from bus.ids import Snowflake
from models.database import Connection, Database, Record, fetch
from models.ledger_columns import json_text

__all__ = [
    "NewSession",
    "Session",
    "create",
    "expire",
    "find",
    "hash_of",
    "list_sessions",
    "public_id",
    "revoke",
    "revoke_all",
    "rotate",
]

IDLE_SECONDS = 7 * 86_400.0
LIFETIME_SECONDS = 30 * 86_400.0
_TOUCH_SECONDS = 60.0
_LONGEST_USER_AGENT = 300
_PUBLIC_ID_DIGITS = 32


@dataclass(frozen=True, slots=True)
class NewSession:
    """The id for the cookie, which can't be had again. `id_hash` names the session."""

    session_id: str
    id_hash: bytes

    def __repr__(self) -> str:
        return "NewSession(…)"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is valid, or one of a person's list."""

    id_hash: bytes
    user_id: Snowflake
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    user_agent: str
    address: str
    oauth: dict[str, Any] | None

    @property
    def public_id(self) -> str:
        """Names the session to its person."""
        return public_id(self.id_hash)


async def create(
    connection: Connection,
    user_id: int,
    *,
    user_agent: str = "",
    address: str = "",
    oauth: dict[str, Any] | None = None,
    lifetime_seconds: float = LIFETIME_SECONDS,
) -> NewSession:
    """A new session for somebody who just logged in."""
    new = _new()
    await fetch(
        connection,
        """WITH made AS (
            INSERT INTO sessions (id_hash, user_id, created_at, last_seen_at, expires_at, user_agent, address, oauth)
            VALUES ($1, $2, now(), now(), now() + make_interval(secs => $3::float8), $4, $5, $6)
        ) SELECT 1""",
        new.id_hash,
        user_id,
        lifetime_seconds,
        user_agent[:_LONGEST_USER_AGENT],
        address,
        json_text(oauth),
    )
    return new


async def find(database: Database, session_id: str, *, idle_seconds: float = IDLE_SECONDS) -> Session | None:
    """The valid session of this id, or None. Notes that it was seen, at most once a minute."""
    id_hash = hash_of(session_id)
    rows = await database.fetch(
        """SELECT *, last_seen_at < now() - make_interval(secs => $3::float8) AS untouched FROM sessions
        WHERE id_hash = $1 AND revoked_at IS NULL AND expires_at > now()
            AND last_seen_at > now() - make_interval(secs => $2::float8)""",
        id_hash,
        idle_seconds,
        _TOUCH_SECONDS,
    )
    if not rows:
        return None
    if rows[0]["untouched"]:
        await database.fetch(
            "WITH seen AS (UPDATE sessions SET last_seen_at = now() WHERE id_hash = $1) SELECT 1", id_hash
        )
    return _session(rows[0])


async def rotate(database: Database, session_id: str) -> NewSession | None:
    """A new id for the same session; the old id is void at once. None where it is not valid."""
    new = _new()
    rows = await database.fetch(
        """WITH rotated AS (
            UPDATE sessions SET id_hash = $2, rotated_at = now(), last_seen_at = now()
            WHERE id_hash = $1 AND revoked_at IS NULL AND expires_at > now() RETURNING 1
        ) SELECT * FROM rotated""",
        hash_of(session_id),
        new.id_hash,
    )
    return new if rows else None


async def revoke(connection: Connection, user_id: int, id_hash: bytes) -> bool:
    """Ends one of a person's sessions; False where it is not theirs or had ended."""
    rows = await fetch(
        connection,
        """WITH ended AS (UPDATE sessions SET revoked_at = now(), oauth = NULL
            WHERE id_hash = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING 1) SELECT * FROM ended""",
        id_hash,
        user_id,
    )
    return bool(rows)


async def revoke_all(connection: Connection, user_id: int, *, but: bytes | None = None) -> int:
    """Ends all of a person's sessions, but for one where `but` names it; returns how many."""
    [row] = await fetch(
        connection,
        """WITH ended AS (UPDATE sessions SET revoked_at = now(), oauth = NULL
            WHERE user_id = $1 AND revoked_at IS NULL AND id_hash IS DISTINCT FROM $2 RETURNING 1)
        SELECT count(*) AS ended FROM ended""",
        user_id,
        but,
    )
    return int(row["ended"])


async def list_sessions(database: Database, user_id: int, *, idle_seconds: float = IDLE_SECONDS) -> list[Session]:
    """A person's sessions that are still valid, newest first."""
    rows = await database.fetch(
        """SELECT * FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
            AND last_seen_at > now() - make_interval(secs => $2::float8)
        ORDER BY created_at DESC""",
        user_id,
        idle_seconds,
    )
    return [_session(row) for row in rows]


async def expire(database: Database) -> int:
    """Deletes sessions that ended by age; returns how many."""
    [row] = await database.fetch(
        "WITH gone AS (DELETE FROM sessions WHERE expires_at < now() RETURNING 1) SELECT count(*) AS gone FROM gone"
    )
    return int(row["gone"])


def _new() -> NewSession:
    session_id = secrets.token_urlsafe(32)
    return NewSession(session_id, hash_of(session_id))


def public_id(id_hash: bytes) -> str:
    """What a session is called in lists and in the audit trail: part of the hash, which leads back to no id."""
    return id_hash.hex()[:_PUBLIC_ID_DIGITS]


def hash_of(session_id: str) -> bytes:
    """What is kept of a session's id."""
    return hashlib.sha256(session_id.encode()).digest()


def _session(row: Record) -> Session:
    values = {name: row[name] for name in Session.__dataclass_fields__}
    oauth = None if row["oauth"] is None else msgspec.json.decode(row["oauth"])
    return Session(**(values | {"user_id": Snowflake(row["user_id"]), "oauth": oauth}))
