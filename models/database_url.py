"""What a database URL says, and how to show it without its password."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from models.errors import DatabaseAddressInvalid

__all__ = ["parse_database_url", "shown_address"]

_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_EXAMPLE = "postgresql://guildbus:password@localhost:5432/guildbus"


def parse_database_url(url: str) -> dict[str, Any]:
    """`user`, `password`, `host`, `port`, `database` and, where given, `ssl`, as asyncpg names them.

    A unix socket's directory is given as `?host=/run/postgresql`. Raises DatabaseAddressInvalid, which says what is
    wrong and never repeats the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DatabaseAddressInvalid(f"the database URL cannot be read; it looks like {_EXAMPLE}") from error
    if parts.scheme not in ("postgres", "postgresql"):
        raise DatabaseAddressInvalid(
            f"the database URL starts with {parts.scheme[:20]!r}; only PostgreSQL is supported, as in {_EXAMPLE}"
        )
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise DatabaseAddressInvalid(f"the database URL names no database; it looks like {_EXAMPLE}")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = parts.hostname or query.pop("host", None) or "localhost"
    credentials: dict[str, Any] = {
        "user": unquote(parts.username) if parts.username else query.pop("user", None),
        "password": unquote(parts.password) if parts.password else query.pop("password", None),
        "host": host,
        "port": port or _port(query.pop("port", "5432")),
        "database": database,
    }
    mode = query.pop("sslmode", None)
    if mode is not None:
        if mode not in _SSL_MODES:
            raise DatabaseAddressInvalid(f"sslmode is one of {', '.join(_SSL_MODES)}, not {mode[:20]!r}")
        credentials["ssl"] = mode
    if query:
        raise DatabaseAddressInvalid(f"the database URL has parameters that are not known: {', '.join(sorted(query))}")
    return credentials


def shown_address(url: str) -> str:
    """`host:port/database` for messages and logs; a URL that cannot be read is shown as that."""
    try:
        parts = parse_database_url(url)
    except DatabaseAddressInvalid:
        return "(a URL that cannot be read)"
    return f"{parts['host']}:{parts['port']}/{parts['database']}"


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise DatabaseAddressInvalid(f"port {text[:10]!r} is not between 1 and 65535")
    return int(text)
