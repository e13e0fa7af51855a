"""Who is measured with `commands`: what to start, where its rows are, how much it is given. One table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PEERS", "Contender", "contenders", "guildbus"]

PEERS = ("dramatiq", "celery", "taskiq", "faststream")


@dataclass(frozen=True, slots=True)
class Contender:
    """`rows` selects issue and end of each command in Unix seconds; `share` is its part of `--count`.

    `workers` are the programs that make up two worker processes.
    `clearing` is the SQL that takes the last run's rows away. `users` are the broker's for sender and workers.
    """

    name: str
    sender: Sequence[str]
    workers: Sequence[Sequence[str]]
    share: float
    table: str = "bench_audit"
    done: str = "done_at"
    only: str = "true"
    users: tuple[str, str] = ("operator", "operator")
    clearing: str = "TRUNCATE bench_audit"
    sender_arguments: tuple[str, ...] = ()

    @property
    def counting(self) -> str:
        return f"SELECT count(*) FROM {self.table} WHERE {self.only}"  # noqa: S608 - names of ours

    @property
    def rows(self) -> str:
        seconds = "extract(epoch FROM {})::float8"
        return (
            f"SELECT {seconds.format('issued_at')}, {seconds.format(self.done)} FROM {self.table} "  # noqa: S608
            f"WHERE {self.only}"
        )


def contenders(peers: Sequence[str], peers_python: Path | None, effects: Sequence[str]) -> list[Contender]:
    """In the order of a round. `effects` have a row each without results; pure and idempotent one with them too."""
    found = [
        _ceiling("ceiling", "plain"),
        _ceiling("ceiling, results", "results"),
    ]
    for effect in effects:
        found.append(guildbus(effect, results=False))
        if effect in ("pure", "idempotent"):
            found.append(guildbus(effect, results=True))
    if peers_python is not None:
        binary = peers_python.parent
        workers: dict[str, list[list[str]]] = {
            "dramatiq": [[f"{binary}/dramatiq", "bench.peers.with_dramatiq", "-p", "2", "-t", "8"]],
            "celery": [
                [
                    f"{binary}/celery", "-A", "bench.peers.with_celery", "worker", "-c", "2", "-l", "warning",
                    "--without-gossip", "--without-mingle", "--without-heartbeat",
                ]
            ],
            "taskiq": [
                [
                    f"{binary}/taskiq", "worker", "bench.peers.with_taskiq:broker", "--workers", "2",
                    "--max-async-tasks", "200", "--ack-type", "when_executed", "--log-level", "WARNING",
                ]
            ],
            "faststream": [[str(peers_python), "-m", "bench.peers.with_faststream", "work"]] * 2,
        }  # fmt: skip
        for peer in peers:
            sender = (str(peers_python), "-m", f"bench.peers.with_{peer}", "send")
            found.append(Contender(peer, sender, workers[peer], share=0.5))
    return found


def _ceiling(name: str, mode: str) -> Contender:
    program = (sys.executable, "-m", "bench.ours.by_hand")
    return Contender(name, (*program, "send"), [[*program, "work", mode]] * 2, share=3.0)


def guildbus(effect: str, *, results: bool) -> Contender:
    """Two workers of ours with commands of one effect."""
    program = (sys.executable, "-m", "bench.ours.guildbus")
    return Contender(
        f"guildbus {effect}, results" if results else f"guildbus {effect}",
        (*program, "send"),
        [[*program, "work", "results" if results else "plain"]] * 2,
        share=1.0,
        table="commands",
        done="settled_at",
        only="state = 'succeeded'",  # a command that is refused has done nothing
        users=("bot", "worker"),
        clearing="TRUNCATE commands, audit, warnings",
        sender_arguments=(effect,),
    )
