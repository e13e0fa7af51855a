"""What PostgreSQL says of an error, found beneath Tortoise's own exceptions."""

from __future__ import annotations

import asyncpg

from models.errors import DatabaseUnavailable

__all__ = [
    "UNREACHABLE",
    "is_database_trouble",
    "is_deadlock",
    "is_out_of_room",
    "is_unfit",
    "is_unreachable",
    "sqlstate_of",
]

# asyncpg says InternalClientError when it is asked while the server's farewell is still unread.
UNREACHABLE = (
    OSError,
    TimeoutError,
    DatabaseUnavailable,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)

_DEADLOCK = "40P01"
_DISK_FULL = "53100"
_UNFIT_CLASSES = ("22", "23")


def sqlstate_of(error: BaseException) -> str | None:
    """The five-character SQLSTATE of an error or of what caused it; None where the database said nothing."""
    seen: list[BaseException] = []
    below: BaseException | None = error
    # Nothing keeps an error from being among its own causes: `raise error from error` makes it so.
    while below is not None and below not in seen:
        state = getattr(below, "sqlstate", None)
        if isinstance(state, str):
            return state
        seen.append(below)
        below = below.__cause__
    return None


def is_deadlock(error: BaseException) -> bool:
    """Two transactions waited for each other and this one was chosen to end: run it again."""
    return sqlstate_of(error) == _DEADLOCK


def is_database_trouble(error: BaseException) -> bool:
    """The driver's word that the server went away or ended a deadlock; an OSError may be anybody's and is not meant."""
    drivers = (one for one in (error, error.__cause__) if not isinstance(one, OSError | DatabaseUnavailable))
    return is_deadlock(error) or any(isinstance(one, UNREACHABLE) for one in drivers)


def is_out_of_room(error: BaseException) -> bool:
    """The server's disk is full: what it holds is intact, and it takes nothing more."""
    return sqlstate_of(error) == _DISK_FULL


def is_unfit(error: BaseException) -> bool:
    """A value that PostgreSQL cannot hold (class 22, such as NUL in a text) or a broken constraint (class 23)."""
    return (sqlstate_of(error) or "")[:2] in _UNFIT_CLASSES


def is_unreachable(error: BaseException) -> bool:
    """The database is away, restarting or full: nothing is wrong with the statement, and trying later can help."""
    return isinstance(error, UNREACHABLE) or isinstance(error.__cause__, UNREACHABLE)
