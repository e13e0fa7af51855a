"""Check of the settings: what a room would refuse to start with, and names that are nearly ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from models.config import ConfigError, Problem
from scripts.doctor.finding import Finding
from scripts.env_example import PLATFORM_ONLY
from scripts.settings_catalogue import ROOMS, settings_of_rooms

__all__ = ["check_settings"]

_NEARLY = 0.87


def check_settings(environ: Mapping[str, str], room: str | None) -> list[Finding]:
    """One finding for each problem, or one that all is well.

    `room` is "bot", "web" or "workers", which needs all that it needs; None leaves out what is only missing, for the
    embedded platform gives that to its rooms.
    """
    rooms = ROOMS if room is None else {room: ROOMS[room]}
    told = {problem for name in rooms for problem in _problems(name, environ) if room or not problem.is_missing}
    wrong = [Finding("settings", "wrong", str(problem), _advice(problem)) for problem in sorted(told, key=str)]
    wrong += [
        Finding("settings", "wrong", f"{name} is no setting, {known} is", f"Rename it, or take {name} away.")
        for name, known in _misspelt(environ)
    ]
    if wrong:
        return wrong
    given = sum(1 for name in settings_of_rooms() if environ.get(name) or environ.get(f"{name}_FILE"))
    profile = environ.get("PROFILE") or "development"
    return [Finding("settings", "ok", f"{given} are set, the others have defaults; profile {profile}")]


def _problems(room: str, environ: Mapping[str, str]) -> tuple[Problem, ...]:
    try:
        ROOMS[room](environ)
    except ConfigError as error:
        return error.problems
    return ()


def _advice(problem: Problem) -> str:
    return f".env.example says what {problem.variable} is for."


def _misspelt(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(what is set, what was probably meant)."""
    names = [*settings_of_rooms(), *PLATFORM_ONLY]
    known = {*names, *(f"{name}_FILE" for name in names)}
    for name in sorted(environ.keys() - known):
        if nearly := get_close_matches(name, known, n=1, cutoff=_NEARLY):
            yield name, nearly[0]
