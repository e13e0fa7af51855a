"""The result as tables in Markdown, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from tests.chaos.drill import Happened, Result

__all__ = ["as_json", "as_markdown"]

_SHOWN = 20


def as_markdown(result: Result, *, seed: int) -> str:
    verdict = result.verdict
    kinds = _by_kind(result.happened)
    rows = [
        ("commands accepted", _count(verdict.accepted)),
        ("commands in the ledger, follow-ups included", _count(verdict.commands)),
        ("faults", _count(len(result.happened))),
        ("lost", _count(len(verdict.lost))),
        ("done twice", _count(len(verdict.twice))),
        ("in doubt, of a kind that may be", f"{len(verdict.in_doubt)} (at most {verdict.doubts_allowed})"),
        ("in doubt, of a kind that may not be", _count(len(verdict.wrong_doubt))),
        ("audit gaps", _count(len(verdict.audit_gaps))),
        ("events shown to sessions", _count(result.events)),
        ("events missed", _count(len(verdict.missed))),
        ("events repeated", _count(len(verdict.repeated))),
        ("sessions resumed / started over", f"{result.resumed:,} / {result.resets:,}"),
        ("requests tried again / given up", f"{result.tried_again:,} / {len(result.given_up):,}"),
        ("drained after the load", f"{result.drained_seconds:.1f} s"),
    ]
    parts = [
        f"seed {seed}, {result.seconds:.0f} s, {result.rate:g} commands/s: {'GOOD' if verdict.good else 'NOT GOOD'}",
        _table(("", "count"), rows),
        _table(("ended as", "commands"), [(state, _count(n)) for state, n in sorted(verdict.ended.items())]),
        _table(("effect and way in", "issued"), [(name, _count(n)) for name, n in sorted(result.issued.items())]),
        _table(("fault", "times", "works again after, median", "worst"), [_row(*one) for one in kinds.items()]),
    ]
    parts += _findings("wrong", [str(one) for one in verdict.wrong])
    parts += _findings("in doubt", [str(one) for one in verdict.in_doubt])
    parts += _findings("given up by their clients, none of them accepted", result.given_up)
    parts += _findings(
        "faults with trouble", [f"{one.fault.name}: {one.trouble}" for one in result.happened if one.trouble]
    )
    return "\n\n".join(parts)


def as_json(result: Result, *, seed: int) -> dict[str, Any]:
    verdict = result.verdict
    lists = ("lost", "twice", "in_doubt", "wrong_doubt", "audit_gaps", "missed", "repeated")
    return {
        "seed": seed,
        "seconds": result.seconds,
        "rate": result.rate,
        "good": verdict.good,
        "accepted": verdict.accepted,
        "commands": verdict.commands,
        "ended": dict(verdict.ended),
        "issued": result.issued,
        "doubts_allowed": verdict.doubts_allowed,
        **{name: [str(one) for one in getattr(verdict, name)] for name in lists},
        "given_up": result.given_up,
        "tried_again": result.tried_again,
        "resumed": result.resumed,
        "resets": result.resets,
        "events": result.events,
        "faults": [
            {
                "name": one.fault.name,
                "at": round(one.at, 1),
                "lasted_seconds": round(one.lasted_seconds, 1),
                "recovered_seconds": None if one.recovered_seconds is None else round(one.recovered_seconds, 1),
                "trouble": one.trouble,
            }
            for one in result.happened
        ],
    }


def _count(number: int) -> str:
    return f"{number:,}"


def _by_kind(happened: Iterable[Happened]) -> dict[str, list[Happened]]:
    kinds: dict[str, list[Happened]] = {}
    for one in happened:
        kinds.setdefault(one.fault.name, []).append(one)
    return kinds


def _row(name: str, happened: Sequence[Happened]) -> tuple[str, str, str, str]:
    times = [one.recovered_seconds for one in happened if one.recovered_seconds is not None]
    if len(times) < len(happened):
        return name, str(len(happened)), f"{median(times):.1f} s" if times else "–", "never"
    return name, str(len(happened)), f"{median(times):.1f} s", f"{max(times):.1f} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _findings(name: str, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    more = [f"- … and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return ["\n".join([f"{name}:", "", *(f"- {one}" for one in found[:_SHOWN]), *more])]
