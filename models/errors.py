"""Every error of what is stored: one sentence each, and each says whether trying again can help."""

from __future__ import annotations

from typing import Any
from uuid import UUID

__all__ = [
    "DatabaseAddressInvalid",
    "DatabaseUnavailable",
    "EmbeddedDatabaseFailed",
    "KeyReused",
    "LeaseLost",
    "ModelError",
    "NameTaken",
    "NotMigrated",
    "StaleVersion",
    "UnknownVersion",
]


class ModelError(Exception):
    """Base of the errors of `models`; `retryable` says whether trying again can help."""

    retryable = False


class DatabaseUnavailable(ModelError):
    """No connection to the database at present; the message names the address, never the password."""

    retryable = True


class DatabaseAddressInvalid(ModelError):
    """The database's URL says something it cannot mean; the message never holds the password."""


class NotMigrated(ModelError):
    """The database lacks migrations that this version of the code counts on."""


class EmbeddedDatabaseFailed(ModelError):
    """The embedded PostgreSQL could not be made, started or stopped; the message holds the end of its log."""


class KeyReused(ModelError):
    """An Idempotency-Key came again with another body."""

    def __init__(self, key: str, command_id: UUID) -> None:
        super().__init__(f"the idempotency key {key[:60]!r} was used before, for another request ({command_id})")
        self.command_id = command_id


class StaleVersion(ModelError):
    """Somebody else changed it in between: both versions and the present data, so that people can compare."""

    def __init__(self, *, expected: int, actual: int, data: dict[str, Any]) -> None:
        super().__init__(f"version {expected} was expected, but it is at version {actual} by now")
        self.expected = expected
        self.actual = actual
        self.data = data


class UnknownVersion(ModelError):
    """There is no such version of a guild's settings."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the settings were never at version {version}")


class NameTaken(ModelError):
    """There is another one of this name already."""


class TooMany(ModelError):
    """There are as many as there may be; the message says how many that is."""


class LeaseLost(ModelError):
    """Another process took over: whatever this one was about to store must not be stored."""
