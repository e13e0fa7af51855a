"""A full disk and a database that is away leave clear errors and an intact ledger."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.envelopes import Command
from models import migrate
from models.database import Database
from models.embedded import EmbeddedPostgres
from models.errors import DatabaseUnavailable
from models.ledger import Ledger
from models.sqlstate import is_out_of_room
from tests.integration.models.commands import command
from tests.postgres import connected

pytestmark = pytest.mark.asyncio(loop_scope="module")

_DISK = "192m"
_ROOM_LEFT_BYTES = 256 * 1024
_MOST_COMMANDS = 4_000


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path]:
    """A file system of its own, which only root may mount."""
    folder = Path(tempfile.mkdtemp(prefix="guildbus-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=755", "guildbus", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgres(small_disk: Path) -> AsyncIterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(small_disk)
    url = await server.start()
    await migrate.upgrade(url)
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(postgres: EmbeddedPostgres) -> AsyncIterator[Database]:
    url = postgres.running_url()
    assert url is not None
    async with connected(Database(url, max_size=2)) as database:
        yield database


async def accept(ledger: Ledger) -> Command:
    one = command()
    body_hash = hashlib.sha256(one.id.bytes).digest()
    await ledger.accept(one, subject=None, principal="test", idempotency_key=str(one.id), body_hash=body_hash)
    return one


async def test_a_full_disk_is_named_and_what_was_accepted_stays(small_disk: Path, database: Database) -> None:
    ledger = Ledger(database)
    accepted = [(await accept(ledger)).id for _ in range(20)]
    room = os.statvfs(small_disk)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - _ROOM_LEFT_BYTES)
    refused: DatabaseUnavailable | None = None
    for _ in range(_MOST_COMMANDS):
        try:
            accepted.append((await accept(ledger)).id)
        except DatabaseUnavailable as error:
            refused = error
            break
    assert refused is not None, "the disk never became full"
    assert is_out_of_room(refused), refused
    assert "No space left on device" in str(refused)
    filler.unlink()
    accepted.append((await accept(ledger)).id)
    rows = await database.fetch("SELECT id, state FROM commands")
    assert {row["id"] for row in rows} == set(accepted)
    assert {row["state"] for row in rows} == {"queued"}


async def test_a_database_that_is_away_is_named_and_comes_back_with_everything(
    postgres: EmbeddedPostgres, database: Database
) -> None:
    ledger = Ledger(database)
    before = (await accept(ledger)).id
    await postgres.stop()
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL"):
        await accept(ledger)
    await postgres.start()
    after = (await accept(ledger)).id
    rows = await database.fetch("SELECT id FROM commands WHERE id = ANY($1::uuid[])", [before, after])
    assert {row["id"] for row in rows} == {before, after}
