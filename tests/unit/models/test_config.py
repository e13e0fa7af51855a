from __future__ import annotations

from pathlib import Path

import pytest

from models.config import ConfigError, Secret, SettingsReader


def problems(reader: SettingsReader) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        reader.finish()
    return {problem.variable: problem.message for problem in caught.value.problems}


def test_values_are_typed_and_defaults_apply() -> None:
    reader = SettingsReader({"PORT": "8080", "LOG_JSON": "on", "LANES": "a, b", "GRACE": "2.5", "EMPTY": ""})
    assert reader.integer("PORT", minimum=1, maximum=65535) == 8080
    assert reader.boolean("LOG_JSON") is True
    assert reader.words("LANES") == ("a", "b")
    assert reader.seconds("GRACE") == 2.5
    assert reader.text("EMPTY", default="x") == "x"
    assert reader.optional_integer("SHARD_ID") is None
    assert reader.optional_url("DATABASE_URL", ("postgresql",)) is None
    assert reader.choice("PROFILE", ("development", "production"), default="development") == "development"
    reader.finish()


def test_every_problem_is_told_at_once_and_names_its_variable() -> None:
    reader = SettingsReader({"PORT": "0", "LOG_JSON": "maybe", "AMQP_URL": "http://user:pw@x", "PROFILE": "prod"})
    reader.integer("PORT", minimum=1)
    reader.boolean("LOG_JSON")
    reader.url("AMQP_URL", ("amqp", "amqps"))
    reader.choice("PROFILE", ("development", "production"))
    reader.secret("DISCORD_TOKEN")
    found = problems(reader)
    assert set(found) == {"PORT", "LOG_JSON", "AMQP_URL", "PROFILE", "DISCORD_TOKEN"}
    assert "DISCORD_TOKEN_FILE" in found["DISCORD_TOKEN"]
    assert "pw" not in found["AMQP_URL"]


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hush\n")
    reader = SettingsReader({"TOKEN_FILE": str(tmp_path / "token")})
    secret = reader.secret("TOKEN")
    assert secret.reveal() == "hush"
    assert "hush" not in f"{secret} {secret!r} {[secret]}"
    assert secret == Secret("hush")
    assert len({secret, Secret("hush")}) == 1
    assert not Secret("")


def test_a_name_and_its_file_exclude_each_other(tmp_path: Path) -> None:
    reader = SettingsReader({"TOKEN": "a", "TOKEN_FILE": str(tmp_path / "x"), "KEY_FILE": str(tmp_path / "missing")})
    reader.secret("TOKEN")
    reader.optional_secret("KEY")
    found = problems(reader)
    assert "keep one" in found["TOKEN"]
    assert "cannot be read" in found["KEY"]


@pytest.mark.parametrize(("raw", "problem"), [("x", "no number"), ("nan", "out of range"), ("-1", "out of range")])
def test_durations_are_numbers_within_bounds(raw: str, problem: str) -> None:
    reader = SettingsReader({"GRACE": raw})
    reader.seconds("GRACE")
    assert problem in problems(reader)["GRACE"]
