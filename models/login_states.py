"""OAuth2 logins under way: the `state` is kept as a hash and works once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from models.database import Database

__all__ = ["LoginState", "begin", "expire", "finish"]


@dataclass(frozen=True, slots=True)
class LoginState:
    """What is needed to finish a login: PKCE's verifier, and where to go afterwards."""

    code_verifier: str
    redirect_to: str


async def begin(
    database: Database, *, state: str, code_verifier: str, redirect_to: str, lifetime_seconds: float = 600.0
) -> None:
    """Stores a login that begins; `state` is what Discord will send back."""
    await database.fetch(
        """WITH stored AS (
            INSERT INTO login_states (state_hash, code_verifier, redirect_to, created_at, expires_at)
            VALUES ($1, $2, $3, now(), now() + make_interval(secs => $4::float8))
        ) SELECT 1""",
        _hash(state),
        code_verifier,
        redirect_to,
        lifetime_seconds,
    )


async def finish(database: Database, state: str) -> LoginState | None:
    """The login that this state began, once; None for an unknown, used or expired one."""
    rows = await database.fetch(
        """WITH used AS (
            DELETE FROM login_states WHERE state_hash = $1 RETURNING code_verifier, redirect_to, expires_at
        ) SELECT code_verifier, redirect_to FROM used WHERE expires_at > now()""",
        _hash(state),
    )
    return LoginState(**rows[0]) if rows else None


async def expire(database: Database) -> int:
    """Deletes logins that nobody finished; returns how many."""
    [row] = await database.fetch(
        "WITH gone AS (DELETE FROM login_states WHERE expires_at < now() RETURNING 1) SELECT count(*) AS gone FROM gone"
    )
    return int(row["gone"])


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
