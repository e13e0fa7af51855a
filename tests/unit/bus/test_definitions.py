"""RabbitMQ's definitions file."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from bus.definitions import definitions, password_hash
from bus.topology import load_topology

SALTS = {name: bytes([n] * 4) for n, name in enumerate(("bot", "web", "worker", "script", "operator"))}
PASSWORDS = {name: f"secret of {name}" for name in SALTS}


def test_the_same_salts_give_the_same_file() -> None:
    first = definitions(load_topology(), PASSWORDS, salts=SALTS)
    assert json.dumps(first) == json.dumps(definitions(load_topology(), PASSWORDS, salts=SALTS))


def test_without_salts_no_two_hashes_are_the_same() -> None:
    first, second = (definitions(load_topology(), PASSWORDS)["users"][0]["password_hash"] for _ in range(2))
    assert first != second


def test_a_hash_is_rabbitmqs_own() -> None:
    # The example of rabbitmq.com/docs/passwords: salt 908DC60A, password test12.
    salt = bytes.fromhex("908DC60A")
    expected = base64.b64encode(salt + hashlib.sha256(salt + b"test12").digest()).decode()
    assert password_hash("test12", salt) == expected == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"


def test_no_password_is_in_the_file() -> None:
    assert "secret of" not in json.dumps(definitions(load_topology(), PASSWORDS, salts=SALTS))


def test_only_users_with_a_password_are_in_the_file() -> None:
    document = definitions(load_topology(), {"bot": "x"}, vhost="guilds")
    assert [user["name"] for user in document["users"]] == ["bot"]
    assert [each["user"] for each in document["permissions"]] == ["bot"]
    assert {each["vhost"] for kind in ("queues", "exchanges", "bindings") for each in document[kind]} == {"guilds"}


@pytest.mark.parametrize("passwords", [{"nobody": "x"}, {"bot": ""}])
def test_a_password_for_nobody_or_an_empty_one_is_refused(passwords: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"bot|nobody"):
        definitions(load_topology(), passwords)
