"""`python -m tests.fuzz --inputs 1000000 [--seed 1] [--only commands]`: exits 1 where more than a refusal came out."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.fuzz.run import Lapse, run
from tests.fuzz.targets import targets


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="over all targets")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--only", help="the name of one target")
    asked = parser.parse_args()
    failed = 0
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for target in targets(Path(folder)):
            if asked.only not in (None, target.name):
                continue
            share = 1.0 if asked.only else target.share
            began = time.monotonic()
            try:
                found = run(target, round(asked.inputs * share), seed=asked.seed)
            except Lapse as lapse:
                failed += 1
                print(f"FAILED: {lapse.__cause__!r} from {lapse}", flush=True)
                continue
            seconds, slowest = time.monotonic() - began, found.slowest_seconds * 1000
            print(f"{target.name}: {found.inputs:,} inputs in {seconds:.0f} s, slowest {slowest:.1f} ms", flush=True)
    return 1 if failed else 0


raise SystemExit(main())
