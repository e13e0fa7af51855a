"""Migrations up and down, on Aerich, safe to start from several processes at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from aerich import Command
from aerich.migrate import Migrate
from aerich.models import Aerich

from models.database import ROLES, tortoise_config
from models.database_url import parse_database_url, shown_address
from models.errors import DatabaseUnavailable, ModelError

__all__ = ["MigrationStatus", "downgrade", "status", "upgrade"]

_ADVISORY_LOCK = 0x6775696C64627573  # "guildbus" in ASCII
_LOCATION = Path(__file__).parent
_RIGHTS = _LOCATION / "roles.sql"
_MISSING_ROLES = """
SELECT name FROM unnest($1::text[]) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
    AND NOT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """Names of migrations, oldest first: those in the database, and those still to be applied."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]


async def upgrade(url: str) -> list[str]:
    """Applies what is pending, as the URL's own user, makes partitions for the months ahead, and lets roles do
    what models/roles.sql says.

    Returns the migrations applied. Raises DatabaseUnavailable, DatabaseAddressInvalid, and ModelError where roles are
    missing that the URL's user may not make.
    """
    async with _alone(url) as connection:
        await _refuse_without_roles(connection, ROLES)
        applied = await _with_aerich(url, _upgrade)
        await connection.execute("SELECT guildbus_ensure_partitions(3)")
        await connection.execute(_RIGHTS.read_text())
        return applied


async def _refuse_without_roles(connection: Any, roles: Sequence[str]) -> None:
    missing = [row["name"] for row in await connection.fetch(_MISSING_ROLES, list(roles))]
    if missing:
        raise ModelError(
            f"the database has no role {', '.join(missing)}, and the URL's user may not make roles: let an "
            "administrator make them, as deploy/postgres/init/10-roles.sh does, or give the user CREATEROLE"
        )


async def downgrade(url: str, to: int) -> list[str]:
    """Takes back migrations until number `to` is the last applied; -1 leaves an empty database.

    All data of what is taken back is lost. Returns the migrations taken back. Raises ModelError for a number that
    is not applied.
    """
    async with _alone(url):
        return await _with_aerich(url, lambda command: _down_to(command, to))


async def status(url: str) -> MigrationStatus:
    """What is applied and what is pending."""
    return await _with_aerich(url, _status)


async def _upgrade(command: Any) -> list[str]:
    applied: list[str] = await command.upgrade(run_in_transaction=True)
    return [name.removesuffix(".py") for name in applied]


async def _down_to(command: Any, to: int) -> list[str]:
    applied = (await _status(command)).applied
    numbers = [int(name.partition("_")[0]) for name in applied]
    if to != -1 and to not in numbers:
        raise ModelError(f"migration {to} is not applied; applied are {', '.join(applied) or 'none'}")
    beyond = [number for number in numbers if number > to]
    if not beyond:
        return []
    taken_back: list[str] = await command.downgrade(min(beyond), delete=False)
    return [name.removesuffix(".py") for name in taken_back]


async def _status(command: Any) -> MigrationStatus:
    files = Migrate.get_all_version_files()
    exists = await _has_aerich_table()
    known: Any = await Aerich.filter(app="models").values_list("version", flat=True) if exists else ()
    applied: frozenset[str] = frozenset(known)
    return MigrationStatus(
        applied=tuple(name.removesuffix(".py") for name in files if name in applied),
        pending=tuple(name.removesuffix(".py") for name in files if name not in applied),
    )


async def _has_aerich_table() -> bool:
    """Whether Aerich's own table is there."""
    rows = await Aerich._meta.db.execute_query_dict("SELECT to_regclass('aerich') IS NOT NULL AS there")
    return bool(rows[0]["there"])


async def _with_aerich(url: str, work: Callable[[Any], Awaitable[T]]) -> T:
    """Runs `work` in a task of its own: Aerich sets Tortoise's context for whoever calls it, and we may have one."""

    async def run() -> T:
        config = tortoise_config(url, role=None, max_size=2, extra_modules=["aerich.models"])
        # A brace in the path would be read as a placeholder; "{app}" is one, and "models" is the app.
        location = str(_LOCATION.parent).replace("{", "{{").replace("}", "}}") + "/{app}/migrations"
        async with Command(tortoise_config=config, app=_LOCATION.name, location=location) as command:
            await command.init()
            return await work(command)

    return await asyncio.create_task(run(), name="migrate")


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[Any]:
    """Holds the migration lock of this database: a second process waits, then finds nothing to do."""
    parts = parse_database_url(url)
    try:
        connection = await asyncpg.connect(**parts, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise DatabaseUnavailable(f"PostgreSQL at {shown_address(url)}: {error}") from error
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _ADVISORY_LOCK)
        yield connection
    finally:
        await connection.close()
