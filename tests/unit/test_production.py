"""PROFILE=production refuses each unsafe value, in every room that reads it, and nothing that is safe."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from models.config import ConfigError
from models.shared_settings import DEVELOPMENT_SESSION_SECRET
from sandbox.settings import API_PREFIX, SandboxSettings
from scripts.settings_catalogue import ROOMS, settings_of

SAFE = {
    "PROFILE": "production",
    "PUBLIC_URL": "https://bus.example",
    "SESSION_SECRET": "kq3Zt8Vw1xR5yB7nM2cL9pD4sG6hJ0fA",
    "AMQP_URL": "amqp://room:of-its-own@broker/",
    "DATABASE_URL": "postgresql://room:of-its-own@db/guildbus",
    "DISCORD_APPLICATION_ID": "5",
    "DISCORD_CLIENT_SECRET": "a-client-secret",
    "DISCORD_TOKEN": "a-token",
    "TRUSTED_PROXIES": "10.0.0.0/24, 192.0.2.7",
    "CORS_ORIGINS": "https://my.site",
    "WEBHOOK_ALLOW": "https://hooks.example/guildbus/",
}
SANDBOX = SandboxSettings()
UNSAFE = [
    ("PUBLIC_URL", "http://bus.example"),
    ("SESSION_SECRET", DEVELOPMENT_SESSION_SECRET),
    ("SESSION_SECRET", "short"),
    ("SESSION_SECRET", "s" * 64),
    ("AMQP_URL", "amqp://guest:guest@broker/"),
    ("AMQP_URL", "amqp://guest:of-its-own@broker/"),
    ("AMQP_URL", "amqp://%67uest:of-its-own@broker/"),
    ("AMQP_URL", "amqp://broker/"),
    ("AMQP_URL", "amqp://web:web@broker/"),
    ("DATABASE_URL", "postgresql://postgres:of-its-own@db/guildbus"),
    ("DATABASE_URL", "postgresql://guildbus:guildbus@db/guildbus"),
    ("DISCORD_API_URL", f"https://bus.example{API_PREFIX}"),
    ("DISCORD_API_URL", "http://discord.com/api/v10"),
    ("DISCORD_AUTHORIZE_URL", "https://bus.example/sandbox/oauth2/authorize"),
    ("DISCORD_AUTHORIZE_URL", "http://discord.com/oauth2/authorize"),
    ("DISCORD_TOKEN", SANDBOX.bot_token),
    ("DISCORD_CLIENT_SECRET", SANDBOX.client_secret),
    ("TRUSTED_PROXIES", "*"),
]
REFUSED = [(room, name, value) for room in ROOMS for name, value in UNSAFE if name in settings_of(room)]


def problems(room: str, environ: Mapping[str, str]) -> set[str]:
    with pytest.raises(ConfigError) as caught:
        ROOMS[room](environ)
    return {problem.variable for problem in caught.value.problems}


@pytest.mark.parametrize("room", ROOMS)
def test_production_takes_what_is_safe(room: str) -> None:
    ROOMS[room](SAFE)


@pytest.mark.parametrize(("room", "name", "value"), REFUSED)
def test_production_refuses(room: str, name: str, value: str) -> None:
    assert problems(room, SAFE | {name: value}) == {name}


@pytest.mark.parametrize(("room", "name", "value"), REFUSED)
def test_elsewhere_it_is_taken(room: str, name: str, value: str) -> None:
    ROOMS[room](SAFE | {"PROFILE": "development", name: value})


@pytest.mark.parametrize("room", ROOMS)
def test_all_that_is_unsafe_is_told_at_once_beside_what_is_missing(room: str) -> None:
    needed = {name for name, setting in settings_of(room).items() if setting.default is None}
    assert needed <= problems(room, {"PROFILE": "production"})
    everything = {name for one, name, _ in REFUSED if one == room}
    assert problems(room, SAFE | dict(reversed(UNSAFE))) == everything


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_wrong_is_told_without_its_secrets(room: str) -> None:
    wrong = {
        "AMQP_URL": "amqp://room:planted@broker:port/",
        "DATABASE_URL": "postgresql://room:planted@db/guildbus?colour=planted-too",
        "PROFILE": "staging",
        "LOG_LEVEL": "LOUD",
    }
    with pytest.raises(ConfigError) as caught:
        ROOMS[room](SAFE | wrong)
    assert {problem.variable for problem in caught.value.problems} == set(wrong)
    assert "planted@" not in str(caught.value)


@pytest.mark.parametrize("room", ROOMS)
def test_every_setting_may_come_from_a_file(room: str, tmp_path: Path) -> None:
    names = settings_of(room).keys() & SAFE.keys()
    for name in names:
        (tmp_path / name).write_text(SAFE[name] + "\n")
    read = ROOMS[room]({f"{name}_FILE": str(tmp_path / name) for name in names})
    assert read == ROOMS[room](SAFE)
    for secret in ("of-its-own", "a-token", "a-client-secret", SAFE["SESSION_SECRET"]):
        assert secret not in repr(read)


@pytest.mark.parametrize("room", ROOMS)
def test_a_process_with_wrong_settings_says_all_and_exits_2(room: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-m", room], env=environ | {"PROFILE": "production", "LOG_LEVEL": "LOUD"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    needed = {name for name, setting in settings_of(room).items() if setting.default is None} | {"LOG_LEVEL"}
    assert {line.split()[0] for line in done.stderr.splitlines()[1:]} >= needed
