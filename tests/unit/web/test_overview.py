"""The overview's figures, from what the platform knows."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from models.analytics import CommandUse
from models.catalogue import load_catalogue
from models.control import Switch, Switches
from web.pages.devices import device_of
from web.pages.overview import Module, counts_by_minute, modules_of

GUILD = 1101000000000100000
_SPECS = tuple(load_catalogue().by_type.values())


def use(type: str, **states: int) -> CommandUse:
    return CommandUse(
        type=type,
        total=sum(states.values()),
        states=states,
        people=1,
        median_ms=None,
        p95_ms=None,  # type: ignore[arg-type]
    )


def module(
    name: str, *used: CommandUse, off: tuple[Switch, ...] = (), settings: dict[str, object] | None = None
) -> Module:
    switches = Switches(1, MappingProxyType({(one.scope, one.guild_id, one.command_type): one for one in off}))
    return next(one for one in modules_of(_SPECS, settings or {}, switches, GUILD, used) if one.name == name)


def test_a_module_counts_its_runs_and_what_failed() -> None:
    found = module("moderation", use("moderation.ban", succeeded=3, dead=1), use("utility.ping", succeeded=9))
    assert (found.runs, found.failed, found.state) == (4, 1, ("bad", "some_failed", 1))


def test_what_is_switched_off_is_said() -> None:
    off = Switch("guild_command", GUILD, "moderation.ban", "", "ada")
    assert module("moderation", off=(off,)).state == ("warn", "some_off", 1)
    assert module("moderation", off=(Switch("platform", 0, "", "", "ada"),)).state == ("", "module_off", 6)
    assert module("moderation", settings={"commands.moderation.ban.enabled": False}).state == ("warn", "some_off", 1)


def test_what_only_scripts_may_do_is_no_module() -> None:
    assert all(one.name != "admin" for one in modules_of(_SPECS, {}, Switches(0, MappingProxyType({})), GUILD, ()))


def test_events_fall_into_their_minutes_and_older_ones_into_none() -> None:
    counts = counts_by_minute([1000.0, 999.0, 930.0, -9000.0], now=1000.0)
    assert (len(counts), counts[-1], counts[-2], sum(counts)) == (60, 2, 1, 3)


@pytest.mark.parametrize(
    ("user_agent", "words", "phone"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows", False),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604.1", "Safari on iPhone", True),
        ("curl/8", "curl/8", False),
        ("", "An unknown program", False),
    ],
)
def test_a_device_is_said_in_words(user_agent: str, words: str, phone: bool) -> None:
    assert device_of(user_agent) == (words, phone)
