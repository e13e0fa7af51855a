"""`python -m tests.specification [--examples 50] [--seconds 300] [--seed 1]`: the whole document, asked for longer.

A web process with a PostgreSQL of its own is asked by schemathesis as each caller in turn: the document's examples, the
edges of every schema, what is made up, and sequences along the document's links. Exits 1 where an answer is not as
documented; each failure comes with a curl line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from loguru import logger

from bus.clock import SystemClock
from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import load_topology
from models import migrate
from models.database import Database
from models.embedded import EmbeddedPostgres
from tests.integration.web.running_web import know_the_guilds, running_web
from tests.specification import checks
from tests.specification.room import OPERATOR, Caller, callers, document_of, furnish

_ROOT = Path(__file__).parents[2]
_LEFT_OUT_CHECKS = (
    "positive_data_acceptance",  # what is well formed may still be refused: a member who left, a role too high
    "ensure_resource_availability",  # see checks.what_was_made_is_there
    "missing_required_header",  # its statuses are fixed and lack 428, which RFC 6585 has for a missing If-Match
)
_LEFT_OUT_OPERATION = "endAllSessions"  # after it, an operator's browser is nobody; the tests ask it, as the last
_SETTINGS = f"""\
[generation]
with-security-parameters = false
[checks.negative_data_rejection]
expected-statuses = {json.dumps(checks.REFUSED)}
"""


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.specification", description=__doc__)
    parser.add_argument("--examples", type=int, default=50, help="for each operation and caller")
    parser.add_argument("--seconds", type=int, default=300, help="at most, over all callers")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--only", help="the name of one caller")
    asked = parser.parse_args()
    logger.remove()
    logger.add(sys.stderr, level="ERROR")  # a crash of the web process, with its traceback
    print(f"seed {asked.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="guildbus-specification-"))
    server = EmbeddedPostgres(folder / "postgres")
    try:
        url = await server.start()
        await migrate.upgrade(url)
        return await _in_a_room(url, folder, asked)
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _in_a_room(database_url: str, folder: Path, asked: argparse.Namespace) -> int:
    database = Database(database_url, max_size=8)
    await database.connect(give_up_after_seconds=30)
    transport = MemoryTransport(MemoryBroker(load_topology(), SystemClock()), user="web")
    await transport.start()
    failed = []
    try:
        await know_the_guilds(database)
        async with running_web(database, transport, operators=frozenset((OPERATOR,))) as web:
            document, config = folder / "openapi.json", folder / "schemathesis.toml"
            document.write_text(json.dumps(await document_of(web, await furnish(web))))
            config.write_text(_SETTINGS)
            who = [caller for caller in await callers(web) if asked.only in (None, caller.name)]
            for caller in who:
                print(f"== as {caller.name}", flush=True)
                options = ["--seed", str(asked.seed), "--max-examples", str(asked.examples)]
                options += ["--max-time", str(max(1, asked.seconds // len(who)))]
                if await _schemathesis(document, config, web.url, caller, options) != 0:
                    failed.append(caller.name)
    finally:
        await transport.close()
        await database.close()
    if failed:
        print(f"FAILED as {', '.join(failed)}", flush=True)
    return 1 if failed else 0


async def _schemathesis(document: Path, config: Path, url: str, caller: Caller, options: list[str]) -> int:
    headers = [part for name, value in caller.headers.items() for part in ("--header", f"{name}: {value}")]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(document), "--url", url),
        *("--exclude-checks", ",".join(_LEFT_OUT_CHECKS), "--exclude-operation-id", _LEFT_OUT_OPERATION),
        *("--generation-database", "none", "--no-color"),
        *(*headers, *options),
        cwd=document.parent,  # where it keeps notes of its own
        env={**os.environ, "PYTHONPATH": str(_ROOT), "SCHEMATHESIS_HOOKS": checks.__name__},
    )
    return await process.wait()


raise SystemExit(asyncio.run(main()))
