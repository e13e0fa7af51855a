"""Which parts are embedded is decided from the settings alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.config import ConfigError
from scripts.exits import Misconfigured
from scripts.up.choice import choose

AMQP = {"AMQP_URL": "amqp://bot:hunter2@broker.example:5673/%2F"}
DATABASE = {"DATABASE_URL": "postgresql://app:hunter2@db.example:5433/guildbus"}
DISCORD = {"DISCORD_TOKEN": "hunter2.token"}


def test_everything_is_embedded_where_nothing_is_set() -> None:
    choice = choose({}, rabbitmq=False)
    assert (choice.database_url, choice.broker, choice.discord) == (None, "memory", "sandbox")


@pytest.mark.parametrize(
    ("environ", "broker", "database", "discord"),
    [
        (AMQP, "real", False, "sandbox"),
        (DATABASE, "memory", True, "sandbox"),
        (DISCORD, "memory", False, "real"),
        (AMQP | DATABASE | DISCORD, "real", True, "real"),
    ],
)
def test_each_setting_switches_its_own_part(environ: dict[str, str], broker: str, database: bool, discord: str) -> None:
    choice = choose(environ, rabbitmq=False)
    assert (choice.broker, choice.database_url is not None, choice.discord) == (broker, database, discord)


def test_a_private_node_is_embedded_too() -> None:
    assert choose({}, rabbitmq=True).broker == "node"


def test_a_private_node_beside_a_real_broker_is_refused() -> None:
    with pytest.raises(Misconfigured, match="AMQP_URL"):
        choose(AMQP, rabbitmq=True)


def test_an_address_of_discord_needs_a_token() -> None:
    with pytest.raises(Misconfigured, match="DISCORD_TOKEN"):
        choose({"DISCORD_API_URL": "http://127.0.0.1:9000/api/v10"}, rabbitmq=False)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(DATABASE["DATABASE_URL"] + "\n")
    assert choose({"DATABASE_URL_FILE": str(file)}, rabbitmq=False).database_url == DATABASE["DATABASE_URL"]


def test_a_missing_secret_file_is_named() -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL_FILE"):
        choose({"DATABASE_URL_FILE": "/nowhere/url"}, rabbitmq=False)


def test_the_lines_say_what_is_real_and_no_password() -> None:
    text = "\n".join(choose(AMQP | DATABASE | DISCORD, rabbitmq=False).lines())
    assert "broker.example:5673" in text
    assert "db.example:5433" in text
    assert text.count("real") == 3
    assert "hunter2" not in text


def test_the_lines_say_what_is_embedded() -> None:
    lines = choose({}, rabbitmq=False).lines()
    assert len(lines) == 3
    assert all("embedded" in line for line in lines)
