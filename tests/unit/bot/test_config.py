from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Settings
from models.config import ConfigError
from models.shared_settings import DISCORD_API

GOOD = {
    "DISCORD_TOKEN": "a-token",
    "AMQP_URL": "amqp://bot:secret@rabbit/",
    "DATABASE_URL": "postgres://app:secret@db/guildbus",
}


def test_the_defaults_are_discord_and_one_shard() -> None:
    settings = Settings.from_environ(GOOD)
    assert settings.discord_api_url == DISCORD_API
    assert (settings.shard_id, settings.total_shards, settings.sync_commands) == (0, 1, True)


def test_everything_that_is_missing_is_reported_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.from_environ({"SHARD_ID": "x"})
    for name in ("DISCORD_TOKEN", "AMQP_URL", "DATABASE_URL", "SHARD_ID"):
        assert name in str(raised.value)


def test_a_shard_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match="SHARD_ID"):
        Settings.from_environ({**GOOD, "SHARD_ID": "2", "TOTAL_SHARDS": "2"})


def test_a_secret_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("from-a-file\n")
    environ = {key: value for key, value in GOOD.items() if key != "DISCORD_TOKEN"}
    settings = Settings.from_environ({**environ, "DISCORD_TOKEN_FILE": str(path)})
    assert settings.discord_token.reveal() == "from-a-file"
    assert "from-a-file" not in repr(settings)
    assert "secret" not in repr(settings)
