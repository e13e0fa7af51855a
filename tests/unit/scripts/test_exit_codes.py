"""Every error that has a meaning for people ends in one sentence and its own exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

import scripts.__main__ as command_line
from bus.errors import AccessRefused, BrokerUnavailable, TopologyDrift, TopologyInvalid
from models.config import ConfigError, Problem
from models.errors import DatabaseUnavailable, NotMigrated
from scripts.commands.switch import scope_of
from scripts.exits import Failed, Misconfigured, Refused, Unreachable
from scripts.running import DataDirTaken


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Failed("x"), 1),
        (Misconfigured("x"), 2),
        (Unreachable("x"), 3),
        (Refused("x"), 4),
        (TopologyDrift("x"), 1),
        (DataDirTaken(Path("x"), None), 1),
        (NotMigrated("x"), 1),
        (TopologyInvalid("x"), 2),
        (ConfigError([Problem("PORT", "number", "x")]), 2),
        (BrokerUnavailable("x"), 3),
        (DatabaseUnavailable("x"), 3),
        (AccessRefused("x"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_have_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(command_line.cli, "main", fail)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err


def test_a_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(command_line.cli, "main", fail)
    with pytest.raises(ZeroDivisionError):
        command_line.main()


@pytest.mark.parametrize(
    ("command", "guild", "platform", "scope"),
    [
        ("a.b", 0, False, "command"),
        (None, 5, False, "guild"),
        ("a.b", 5, False, "guild_command"),
        (None, 0, True, "platform"),
    ],
)
def test_a_switch_is_as_wide_as_its_options(command: str | None, guild: int, platform: bool, scope: str) -> None:
    assert scope_of(command, guild, platform=platform) == scope


@pytest.mark.parametrize(("command", "platform"), [(None, False), ("a.b", True)])
def test_a_switch_names_something_and_not_too_much(command: str | None, platform: bool) -> None:
    with pytest.raises(Misconfigured):
        scope_of(command, 0, platform=platform)
