"""`python -m tests.specification [--examples 50] [--seconds 300] [--seed 1]`: the whole document, asked for longer.

A web process with a PostgreSQL and a worker of its own is asked by schemathesis as each caller in turn: the document's
examples, the edges of every schema, what is made up, and sequences along the document's links. Exits 1 where an answer
is not as documented; each failure comes with a curl line.
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

from models import migrate
from models.embedded import EmbeddedPostgres
from tests.specification import checks
from tests.specification.room import Caller, opened

_ROOT = Path(__file__).parents[2]
_LEFT_OUT_CHECKS = ("ensure_resource_availability",)  # see checks.what_was_made_is_there
# After it, a browser is nobody: one asks it that is there for nothing else, and so has nothing to go on to.
_ALL_BUT_LOGOUT = ("--exclude-operation-id", "endAllSessions")
_LOGOUT_ALONE = ("--include-operation-id", "endAllSessions", "--phases", "examples,coverage,fuzzing")
_SETTINGS = f"""\
[generation]
with-security-parameters = false
[checks.negative_data_rejection]
expected-statuses = {json.dumps(checks.REFUSED)}
[checks.missing_required_header]
expected-statuses = {json.dumps(checks.REFUSED)}
[checks.positive_data_acceptance]
expected-statuses = {json.dumps(checks.WELL_FORMED)}
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
    failed = []
    async with opened(database_url) as room:
        document, config = folder / "openapi.json", folder / "schemathesis.toml"
        document.write_text(json.dumps(room.document))
        config.write_text(_SETTINGS)
        runs = [(caller, _ALL_BUT_LOGOUT) for caller in room.callers] + [(room.leaver, _LOGOUT_ALONE)]
        runs = [(caller, selection) for caller, selection in runs if asked.only in (None, caller.name)]
        for caller, selection in runs:
            print(f"== as {caller.name}", flush=True)
            options = ["--seed", str(asked.seed), "--max-examples", str(asked.examples), *selection]
            options += ["--max-time", str(max(1, asked.seconds // len(runs)))]
            if await _schemathesis(document, config, room.url, caller, options) != 0:
                failed.append(caller.name)
    if failed:
        print(f"FAILED as {', '.join(failed)}", flush=True)
    return 1 if failed else 0


async def _schemathesis(document: Path, config: Path, url: str, caller: Caller, options: list[str]) -> int:
    headers = [part for name, value in caller.headers.items() for part in ("--header", f"{name}: {value}")]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(document), "--url", url),
        *("--exclude-checks", ",".join(_LEFT_OUT_CHECKS), "--generation-database", "none", "--no-color"),
        *(*headers, *options),
        cwd=document.parent,  # where it keeps notes of its own
        env={**os.environ, "PYTHONPATH": str(_ROOT), "SCHEMATHESIS_HOOKS": checks.__name__},
    )
    return await process.wait()


raise SystemExit(asyncio.run(main()))
