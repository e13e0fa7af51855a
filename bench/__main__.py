"""`python -m bench [NAME]`: prints tables and bars, and exits 1 where one falls short. Without a name: all of them."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import api, api_plan, commands, live, live_rows, scale, slash
from bench.bars import Bar, api_bars, best_peer, command_bars, live_bars, scale_bars, shown, slash_bars
from bench.contenders import PEERS, contenders
from bench.nchan import need_nchan
from bench.ours.guildbus import EFFECTS
from bench.peers_environment import DEFAULT, peers_python
from bench.table import table


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark found: its figures, the bars, and the figures as a table for people."""

    figures: dict[str, Any]
    bars: list[Bar]
    text: str


@dataclass(frozen=True, slots=True)
class Bench:
    words: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Report]


def main() -> int:
    given = _arguments(sys.argv[1:])
    chosen = [given] if given.what else [_arguments([name, *_common(given)]) for name in BENCHES]
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "rounds": given.rounds}
    reports: dict[str, Report] = {}
    benches: dict[str, Any] = {}
    for one in chosen:
        loads = [round(load, 1) for load in os.getloadavg()]
        report = reports[one.what] = BENCHES[one.what].run(one)
        bars = [_bar(bar) for bar in report.bars]
        benches[one.what] = {"load_before": loads, "figures": report.figures, "bars": bars}
        if not given.json:
            bars_table = table(("bar", "measured", "needed", "reached"), shown(report.bars))
            print(f"## {one.what}\n\nload before {loads}, {machine}\n\n{report.text}\n\n{bars_table}\n", flush=True)
    if given.json:
        print(json.dumps({"machine": machine, "benches": benches}, indent=1))
    return 0 if all(bar.reached for report in reports.values() for bar in report.bars) else 1


def _commands(given: argparse.Namespace) -> Report:
    peers = [peer for peer in PEERS if peer in given.peers.split(",")]
    python = peers_python(given.environment) if peers else None
    effects = [effect for effect in EFFECTS if effect in given.effects.split(",")]
    plan = commands.Plan(
        contenders(peers, python, effects), given.rounds, given.count, latency_seconds=given.latency_seconds
    )
    results, failures = asyncio.run(commands.measure(plan))
    _, best = best_peer(results, peers)
    bars = [*command_bars(results, peers), Bar("runs that failed", len(failures), 0, at_most=True)]
    return Report(results, bars, table(commands.HEAD, commands.rows(results, best)))


def _command_options(one: argparse.ArgumentParser) -> None:
    _latency_option(one)
    one.add_argument("--count", type=_bounded(200, 200_000), default=10_000, help="commands per drain")
    one.add_argument("--peers", default=",".join(PEERS), help="comma-separated; '' for none")
    one.add_argument("--effects", default=",".join(EFFECTS))
    one.add_argument("--environment", type=Path, default=DEFAULT, help="the peers' Python environment")


def _live(given: argparse.Namespace) -> Report:
    if given.nchan:
        need_nchan()
    clients = [int(number) for number in given.clients.split(",")]
    results = asyncio.run(
        live.measure(clients, rounds=given.rounds, seconds=given.latency_seconds, silent_at=500, with_nchan=given.nchan)
    )
    bars = live_bars(results, with_nchan=given.nchan)
    return Report(results, bars, table(live_rows.HEAD, live_rows.rows(results)))


def _live_options(one: argparse.ArgumentParser) -> None:
    _latency_option(one)
    one.add_argument("--clients", default="50,500,2000", help="comma-separated numbers of sessions")
    one.add_argument("--without-nchan", dest="nchan", action="store_false", help="leave the peer and its bar out")


def _slash(given: argparse.Namespace) -> Report:
    results = asyncio.run(slash.measure(rounds=given.rounds, singles=given.singles, flood=given.flood))
    return Report(results, slash_bars(results), table(slash.HEAD, slash.rows(results)))


def _slash_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("--singles", type=_bounded(20, 10_000), default=200, help="interactions one at a time")
    one.add_argument("--flood", type=_bounded(200, 10_000), default=2_000, help="interactions 64 at once")


def _scale(given: argparse.Namespace) -> Report:
    results, failures = asyncio.run(
        scale.measure(
            sorted(given.rows), sorted(given.workers), rounds=given.rounds, count=given.count, effect=given.effect
        )
    )
    figures = {f"{size} rows, {workers} workers": one for (size, workers), one in results.items()}
    bars = [*scale_bars(results), Bar("runs that failed", len(failures), 0, at_most=True)]
    return Report(figures, bars, table(scale.HEAD, scale.rows(results)))


def _scale_options(one: argparse.ArgumentParser) -> None:
    sizes, workers = _numbers(100, 100_000_000), _numbers(1, 16)
    one.add_argument("--rows", type=sizes, default="10000,1000000,10000000", help="comma-separated sizes of ledgers")
    one.add_argument("--workers", type=workers, default="1,2,4", help="comma-separated numbers of worker processes")
    one.add_argument("--count", type=_bounded(200, 200_000), default=10_000, help="commands per drain")
    one.add_argument("--effect", choices=list(EFFECTS), default="pure")


def _api(given: argparse.Namespace) -> Report:
    results = asyncio.run(api.measure(rounds=given.rounds, requests=given.requests))
    return Report(results, api_bars(results), table(api_plan.HEAD, api_plan.rows(results)))


def _api_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("--requests", type=_bounded(20, 200), default=150, help="requests to each endpoint in a round")


BENCHES = {
    "commands": Bench("one job on guildbus, its peers and a ceiling", _command_options, _commands),
    "live": Bench("live updates of one web process, beside nchan", _live_options, _live),
    "slash": Bench("slash commands from the sandbox to their answers", _slash_options, _slash),
    "scale": Bench("more workers, and ledgers that have grown", _scale_options, _scale),
    "api": Bench("every endpoint of the web process at 100 requests/s", _api_options, _api),
}
"""Those that a run without a name goes through, in this order."""


def _bar(bar: Bar) -> dict[str, Any]:
    return {"bar": bar.words, "measured": bar.value, "needed": bar.bound, "reached": bar.reached}


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    _common_options(parser, rounds=3, json=False)
    what = parser.add_subparsers(dest="what", metavar="NAME")
    for name, bench in BENCHES.items():
        one = what.add_parser(name, help=bench.words)
        # Not given after the name: what was given before it holds.
        _common_options(one, rounds=argparse.SUPPRESS, json=argparse.SUPPRESS)
        bench.options(one)
    return parser.parse_args(arguments)


def _common_options(parser: argparse.ArgumentParser, *, rounds: int | str, json: bool | str) -> None:
    parser.add_argument("--rounds", type=_bounded(1, 20), default=rounds)
    parser.add_argument("--json", action="store_true", default=json)


def _common(given: argparse.Namespace) -> list[str]:
    return ["--rounds", str(given.rounds), *(["--json"] if given.json else [])]


def _latency_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--latency-seconds", type=float, default=4.0, help="how long each fixed rate is kept up")


def _numbers(least: int, most: int) -> Any:
    bounded = _bounded(least, most)

    def numbers(text: str) -> list[int]:
        return [bounded(part) for part in text.split(",")]

    return numbers


def _bounded(least: int, most: int) -> Any:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"from {least} to {most}")
        return value

    return number


if __name__ == "__main__":
    sys.exit(main())
