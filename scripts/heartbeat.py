"""Whether this host's process is alive: `python -m scripts.heartbeat bot|worker`, for container health checks.

Bot and workers serve no HTTP; each writes a heartbeat to the `processes` table, which is what the dashboard shows too.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import asyncpg

from models.database_url import parse_database_url
from models.errors import ModelError
from models.processes import ALIVE_SECONDS
from scripts.environment import read_setting
from scripts.exits import FAILED, MISCONFIGURED, OK, UNREACHABLE

__all__ = ["main"]

_TIMEOUT_SECONDS = 5.0
# By the database's clock on both sides, so that a container's own cannot lie.
_ALIVE = """
SELECT count(*) FROM processes
WHERE kind = $1 AND host = $2 AND heartbeat_at > clock_timestamp() - make_interval(secs => $3::float8)
"""


async def _alive(url: str, kind: str) -> bool:
    connection = await asyncpg.connect(**parse_database_url(url), timeout=_TIMEOUT_SECONDS)
    try:
        return bool(await connection.fetchval(_ALIVE, kind, socket.gethostname(), ALIVE_SECONDS))
    finally:
        await connection.close()


def main() -> int:
    url = read_setting(os.environ, "DATABASE_URL")
    if len(sys.argv) != 2 or url is None:
        print("usage: DATABASE_URL=… python -m scripts.heartbeat KIND", file=sys.stderr)
        return MISCONFIGURED
    try:
        alive = asyncio.run(_alive(url, sys.argv[1]))
    except (OSError, TimeoutError, asyncpg.PostgresError, ModelError) as error:
        print(f"the database does not answer: {error}", file=sys.stderr)
        return UNREACHABLE
    if not alive:
        print(f"no heartbeat of a {sys.argv[1]} on this host in {ALIVE_SECONDS:.0f} s", file=sys.stderr)
    return OK if alive else FAILED


if __name__ == "__main__":
    sys.exit(main())
