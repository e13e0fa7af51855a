"""The pool of connections to PostgreSQL, under Tortoise; the only place that opens connections for work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any, NoReturn

import asyncpg
from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential
from tortoise import BaseDBAsyncClient
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connections
from tortoise.context import TortoiseContext, get_current_context

from models.database_url import parse_database_url, shown_address
from models.errors import DatabaseUnavailable
from models.sqlstate import UNREACHABLE
from models.tables import TABLE_MODULES

__all__ = [
    "APP_ROLE",
    "BOT_ROLE",
    "BY_KEY",
    "ROLES",
    "WEB_ROLE",
    "WORKER_ROLE",
    "Connection",
    "Database",
    "Record",
    "tortoise_config",
]

APP_ROLE = "guildbus_app"
"""All rooms in one process, and the command line. What each role may is in models/roles.sql."""
BOT_ROLE, WEB_ROLE, WORKER_ROLE = "guildbus_bot", "guildbus_web", "guildbus_worker"
ROLES = (APP_ROLE, BOT_ROLE, WEB_ROLE, WORKER_ROLE, "guildbus_backup")
Connection = BaseDBAsyncClient
Record = dict[str, Any]

_CONNECT_TIMEOUT_SECONDS = 5.0
_COMMAND_TIMEOUT_SECONDS = 30.0
_LONGEST_WAIT_SECONDS = 15.0
_SESSION = {
    "application_name": "guildbus",
    "timezone": "UTC",
    # PostgreSQL 18.4 was seen to crash in run-time pruning (signal 11 in perform_pruning_base_step) when a statement
    # that joins the partitioned ledger looked again at a row that had changed while it waited for its lock. Without
    # pruning an id is looked up in each month's index: some microseconds.
    "enable_partition_pruning": "off",
}
BY_KEY = {
    # The claim takes six times as long to plan as to run, and PostgreSQL would plan it anew each time.
    "plan_cache_mode": "force_generic_plan",
    # A plan that is kept must suit tomorrow's table: one made while a month's partition was empty would read the whole
    # of it from end to end until the next ANALYZE.
    "enable_seqscan": "off",
}
"""Session settings for a process whose statements all find their rows by a key: plans are made once and kept.

Not for lists, whose best index depends on what is asked for.
"""
_OF_THE_POOL = frozenset(("minsize", "maxsize", "connect", "reset", "server_settings"))
# PostgreSQL then notices within half a minute that a machine went away without a word.
_KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "4"}
# Whatever PostgreSQL says while connecting may pass: it starts up, or somebody is about to make user and database.
_TRY_AGAIN = (*UNREACHABLE, asyncpg.PostgresError)


async def _connect(*values: Any, **named: Any) -> Any:
    """What the pool opens its connections with: a server that is away is told in our words from here on, for an OSError
    in a handler may be anybody's."""
    try:
        return await asyncpg.connect(*values, **named)
    except OSError as error:  # a TimeoutError is one too
        _raise_unavailable(error)


async def _keep_session(connection: Any) -> None:
    """Instead of asyncpg's reset query, which costs a round trip after every statement.

    Nothing in the pool sets session state: no LISTEN, no SET, only advisory locks that end with their transaction.
    """


def tortoise_config(
    url: str,
    *,
    role: str | None = APP_ROLE,
    min_size: int = 1,
    max_size: int = 10,
    session: Mapping[str, str] = MappingProxyType({}),
    extra_modules: Sequence[str] = (),
) -> dict[str, Any]:
    """Tortoise's configuration for a PostgreSQL URL. Raises DatabaseAddressInvalid."""
    credentials = parse_database_url(url) | {
        "minsize": min_size,
        "maxsize": max_size,
        "timeout": _CONNECT_TIMEOUT_SECONDS,
        "command_timeout": _COMMAND_TIMEOUT_SECONDS,
        "connect": _connect,
        "reset": _keep_session,
        "server_settings": _SESSION | dict(session) | ({"role": role} if role else {}),
    }
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {"models": {"models": [*TABLE_MODULES, *extra_modules], "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }


class Database:
    """One process's connections. `role` is what every session runs as; None keeps the URL's own user; `session` are
    settings that every session begins with.

    The first Database that a process connects is also what Tortoise models use where no connection is named;
    any other must be named (`using_db`).
    """

    def __init__(
        self,
        url: str,
        *,
        role: str | None = APP_ROLE,
        min_size: int = 1,
        max_size: int = 10,
        session: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.address = shown_address(url)
        self._config = tortoise_config(url, role=role, min_size=min_size, max_size=max_size, session=session)
        self._context: TortoiseContext | None = None
        self._client: Any = None

    @property
    def connected(self) -> bool:
        """Whether `connect` succeeded and `close` was not called; whether it answers now is `ping`'s to say."""
        return self._client is not None

    @property
    def client(self) -> Connection:
        """Tortoise's client over the pool, for `using_db`. Raises DatabaseUnavailable before `connect`."""
        if self._client is None:
            raise DatabaseUnavailable(f"not connected to PostgreSQL at {self.address}")
        client: Connection = self._client
        return client

    async def connect(self, *, give_up_after_seconds: float | None = None) -> None:
        """Opens the pool; tries again with backoff, saying at what address.

        Raises DatabaseUnavailable after `give_up_after_seconds` (None: never).
        """
        try:
            async with asyncio.timeout(give_up_after_seconds):
                async for attempt in AsyncRetrying(
                    retry=retry_if_exception_type(_TRY_AGAIN),
                    wait=wait_random_exponential(multiplier=0.2, max=_LONGEST_WAIT_SECONDS),
                    before_sleep=self._say_why,
                    reraise=True,
                ):
                    with attempt:
                        await self._open()
        except TimeoutError as error:
            raise DatabaseUnavailable(f"PostgreSQL at {self.address} cannot be reached") from error

    async def _open(self) -> None:
        context = TortoiseContext()
        first = get_current_context() is None
        try:
            with context:  # for the time of init only: a context variable would be gone in any other task
                await context.init(config=self._config, _enable_global_fallback=first)
            client: Any = context.connections.get("default")
            await client.create_connection(with_db=True)
        except BaseException as error:
            await context.close_connections()
            if isinstance(error.__cause__, asyncpg.PostgresError):
                raise error.__cause__ from None  # Tortoise wraps "no such database" in an error of its own
            raise
        self._context, self._client = context, client

    def _say_why(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0.0
        logger.warning("PostgreSQL at {}: {}; trying again in {:.1f} s", self.address, error, wait)

    async def close(self) -> None:
        """Waits for connections in use (10 s at most), then closes all."""
        context, self._context, self._client = self._context, None, None
        if context is not None:
            await context.close_connections()

    async def ping(self) -> None:
        """Raises DatabaseUnavailable when no statement can be run within 2 seconds."""
        try:
            async with asyncio.timeout(2):
                await self.client.execute_query("SELECT 1")
        except _TRY_AGAIN as error:
            reason = str(error) or type(error).__name__
            raise DatabaseUnavailable(f"PostgreSQL at {self.address} does not answer: {reason}") from error

    async def fetch(self, sql: str, *values: Any) -> list[Record]:
        """The rows of one statement in a transaction of its own; each is a mapping by column name."""
        return await fetch(self.client, sql, *values)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """A connection outside the pool, for what lasts as long as its session does: an advisory lock.

        Raises DatabaseUnavailable where it cannot be opened.
        """
        pool = self._config["connections"]["default"]["credentials"]
        connection = await _connect(
            **{name: value for name, value in pool.items() if name not in _OF_THE_POOL},
            server_settings=pool["server_settings"] | _KEEPALIVES,
        )
        try:
            yield connection
        finally:
            connection.terminate()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction on one connection: committed at the end, rolled back by any exception.

        Raises DatabaseUnavailable where the server went away meanwhile: nothing was written then, unless that happened
        at the commit.
        """
        opened: Any = self.client._in_transaction()
        inner: TransactionalDBClient = opened.client
        try:
            connection = await opened.__aenter__()
        except BaseException as error:
            # Tortoise keeps the pool's connection when BEGIN fails: a database that goes away would empty the pool.
            # It also goes on naming the failed transaction as this task's connection.
            await self._give_back(inner)
            get_connections().reset(getattr(opened, "token", None))
            if isinstance(error, UNREACHABLE):
                _raise_unavailable(error)
            raise
        try:
            yield connection
        except BaseException as error:
            with suppress(*UNREACHABLE):  # without its connection, nothing is left to be rolled back
                await opened.__aexit__(type(error), error, error.__traceback__)
            # A body may have time limits and connections of its own, which end in OSErrors as well: those are its own.
            if isinstance(error, UNREACHABLE) and not isinstance(error, OSError):
                _raise_unavailable(error)
            raise
        try:
            await opened.__aexit__(None, None, None)
        except UNREACHABLE as error:
            _raise_unavailable(error)

    async def _give_back(self, inner: Any) -> None:
        connection = inner._connection
        if connection is not None and self._client is not None and self._client._pool is not None:
            await self._client._pool.release(connection)


async def fetch(connection: Connection, sql: str, *values: Any) -> list[Record]:
    """The rows of one statement on this connection (a pool's client, or a transaction's).

    Tortoise returns no rows from statements that begin with INSERT, UPDATE or DELETE: begin those with WITH. Raises
    DatabaseUnavailable where nothing is wrong with the statement: the server is away, restarting, or its disk full.
    """
    try:
        _, rows = await connection.execute_query(sql, list(values))
    except UNREACHABLE as error:
        _raise_unavailable(error)
    return list(rows)


def _raise_unavailable(error: BaseException) -> NoReturn:
    """An error that is in our words already stays what it is: raised from itself, it would be its own cause."""
    if isinstance(error, DatabaseUnavailable):
        raise error
    raise DatabaseUnavailable(f"PostgreSQL: {str(error) or type(error).__name__}") from error
