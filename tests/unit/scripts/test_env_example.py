""".env.example names every setting with its type and default, as the code reads them."""

from __future__ import annotations

from pathlib import Path

from scripts.env_example import DESCRIPTIONS, env_example
from scripts.settings_catalogue import settings_of, settings_of_rooms

FILE = Path(__file__).parents[3] / ".env.example"


def test_the_file_is_in_step_with_the_code() -> None:
    assert FILE.read_text() == env_example(settings_of_rooms().values()), "run python -m scripts.env_example"


def test_every_setting_is_described_and_nothing_else_is() -> None:
    assert settings_of_rooms().keys() == DESCRIPTIONS.keys()


def test_what_must_be_set_is_told_from_what_has_a_default() -> None:
    settings = settings_of("bot")
    assert settings["DISCORD_TOKEN"].default is None
    assert settings["TOTAL_SHARDS"].default == "1"


def test_a_default_secret_is_not_written_down() -> None:
    assert settings_of("web")["SESSION_SECRET"].default == ""
