"""`python -m bench commands|live`: prints one table, the bars, and exits 1 where one falls short."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from bench import commands, live
from bench.bars import Bar, best_peer, command_bars, live_bars, shown
from bench.contenders import PEERS, contenders
from bench.ours.guildbus import EFFECTS
from bench.peers_environment import DEFAULT, peers_python
from bench.table import table


def main() -> int:
    given = _arguments()
    loads = [round(load, 1) for load in os.getloadavg()]
    figures, bars, text = _commands(given) if given.what == "commands" else _live(given)
    machine = {"cpus": os.cpu_count(), "load_before": loads, "python": platform.python_version()}
    if given.json:
        print(json.dumps({"machine": machine, "figures": figures, "bars": [_bar(bar) for bar in bars]}, indent=1))
    else:
        print(f"{machine['cpus']} cores, load before {loads}, Python {machine['python']}, medians of {given.rounds}\n")
        print(text)
        print()
        print(table(("bar", "measured", "needed", "reached"), shown(bars)))
    return 0 if all(bar.reached for bar in bars) else 1


def _commands(given: argparse.Namespace) -> tuple[dict[str, Any], list[Bar], str]:
    peers = [peer for peer in PEERS if peer in given.peers.split(",")]
    python = peers_python(given.environment) if peers else None
    effects = [effect for effect in EFFECTS if effect in given.effects.split(",")]
    plan = commands.Plan(
        contenders(peers, python, effects), given.rounds, given.count, latency_seconds=given.latency_seconds
    )
    results, failures = asyncio.run(commands.measure(plan))
    _, best = best_peer(results, peers)
    bars = [*command_bars(results, peers), Bar("runs that failed", len(failures), 0, at_most=True)]
    return results, bars, table(commands.HEAD, commands.rows(results, best))


def _live(given: argparse.Namespace) -> tuple[dict[str, Any], list[Bar], str]:
    clients = [int(number) for number in given.clients.split(",")]
    results = asyncio.run(live.measure(clients, rounds=given.rounds, seconds=given.latency_seconds))
    return results, live_bars(results), table(live.HEAD, live.rows(results))


def _bar(bar: Bar) -> dict[str, Any]:
    return {"bar": bar.words, "measured": bar.value, "needed": bar.bound, "reached": bar.reached}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    for name, words in (("commands", "one job on guildbus, its peers and a ceiling"), ("live", "live updates")):
        one = what.add_parser(name, help=words)
        one.add_argument("--rounds", type=_bounded(1, 20), default=3)
        one.add_argument("--json", action="store_true")
        one.add_argument("--latency-seconds", type=float, default=4.0, help="how long each fixed rate is kept up")
        if name == "commands":
            one.add_argument("--count", type=_bounded(200, 200_000), default=10_000, help="commands per drain")
            one.add_argument("--peers", default=",".join(PEERS), help="comma-separated; '' for none")
            one.add_argument("--effects", default=",".join(EFFECTS))
            one.add_argument("--environment", type=Path, default=DEFAULT, help="the peers' Python environment")
        else:
            one.add_argument("--clients", default="50,500")
    return parser.parse_args()


def _bounded(least: int, most: int) -> Any:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"from {least} to {most}")
        return value

    return number


if __name__ == "__main__":
    sys.exit(main())
