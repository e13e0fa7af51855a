"""`./scripts/chaos`: break everything under load, compare the books, and exit 1 where they differ."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
from random import Random

from tests.chaos.drill import Result, drill
from tests.chaos.faults.table import FAULTS, deck
from tests.chaos.platform import platform
from tests.chaos.report import as_json, as_markdown

_RATE = 55.0


def main() -> int:
    given = _arguments()
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    sys.stderr.write(f"seed {seed}; starting three RabbitMQ nodes, PostgreSQL, the sandbox and six processes …\n")
    result = asyncio.run(_run(seed, given.seconds, given.rate, given.only))
    if given.json:
        sys.stdout.write(json.dumps(as_json(result, seed=seed), indent=1) + "\n")
    else:
        sys.stdout.write(as_markdown(result, seed=seed) + "\n")
    return 0 if result.verdict.good else 1


async def _run(seed: int, seconds: float, rate: float, only: list[str]) -> Result:
    async with platform(Random(seed), rate=rate) as made:
        return await drill(made, deck(Random(seed), only), seconds=seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long the load lasts (600 for the record)")
    parser.add_argument("--seed", type=int, help="of the faults and the load; printed at the start")
    parser.add_argument("--rate", type=float, default=_RATE, help="commands a second")
    names = [fault.name for fault in FAULTS]
    parser.add_argument(
        "--only", metavar="FAULT", action="append", default=[], choices=names,
        help=f"this fault alone; may be repeated: {', '.join(names)}",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="the result as JSON instead of tables")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
