"""`guildbus up` comes up embedded, stops in order, and says what is in its way."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.integration.scripts.conftest import Start
from tests.integration.scripts.running_platform import Platform, free_port, guildbus

GUILD = "1101000000000100000"
MEMBER = "1101000000000900004"


@pytest.mark.alone
def test_it_is_ready_within_ten_seconds_and_says_what_is_embedded(folder: Path, start: Start) -> None:
    port, began = free_port(), time.monotonic()
    platform = start(folder / "first", "--port", str(port))
    address = platform.ready()
    assert time.monotonic() - began < 10
    assert address == f"http://127.0.0.1:{port}"
    ready = httpx.get(f"{address}/readyz").json()
    assert ready["status"] == "ready"
    assert (ready["dependencies"]["discord"], ready["dependencies"]["bot"]) == ({"ok": True}, {"ok": True})
    assert httpx.get(f"{address}/livez").status_code == 200
    assert len(httpx.get(f"{address}/sandbox/api/guilds").json()) > 0
    assert platform.said().count("embedded") >= 3
    assert platform.stop() < 5
    assert "Stopped." in platform.said()


@pytest.mark.alone
def test_a_second_start_finds_the_same_data(folder: Path, start: Start) -> None:
    first = start(folder / "kept", "--port", "0")
    first.ready()
    warned = first.json("publish", "moderation.warn", f"member={MEMBER}", "reason=loud", "--guild", GUILD, "--wait")
    assert warned["state"] == "succeeded"
    key = first.json("keys", "create", "--name", "kept", "--scope", "commands:read")["key"]
    assert first.stop(signal.SIGTERM) < 5

    second = start(folder / "kept", "--port", "0")
    address = second.ready()
    path = f"{address}/api/v1/guilds/{GUILD}/commands/{warned['id']}"
    answer = httpx.get(path, headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["state"] == "succeeded"
    again = second.json("publish", "moderation.warn", f"member={MEMBER}", "reason=loud", "--guild", GUILD, "--wait")
    assert again["outcome"]["data"]["warnings"] == 2
    assert second.stop() < 5


def test_a_data_directory_in_use_is_told(platform: Platform) -> None:
    done = platform.run("up", "--port", "0")
    assert done.returncode == 1
    assert f"process {platform.process.pid}, {platform.ready()}" in done.stderr


def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = guildbus("up", "--data-dir", str(folder / "port"), "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        f"Error: Port {port} on 127.0.0.1 is taken by another program; choose another with --port."
    )


@pytest.mark.alone
def test_a_database_that_is_down_is_named_and_waited_for(folder: Path, start: Start) -> None:
    port = free_port()
    url = f"postgresql://app:hunter2@127.0.0.1:{port}/guildbus"
    platform = start(folder / "waiting", "--port", "0", environ={"DATABASE_URL": url})
    platform.wait_for(rf"database at 127.0.0.1:{port}/guildbus.*trying again")
    address = f"http://127.0.0.1:{_port_of(platform)}"
    answer = httpx.get(f"{address}/readyz")
    assert answer.status_code == 503
    assert f"127.0.0.1:{port}" in answer.json()["dependencies"]["database"]["detail"]
    assert platform.stop() < 5
    assert "hunter2" not in platform.said()


@pytest.mark.alone
def test_a_broker_that_is_down_is_named_and_waited_for(folder: Path, start: Start) -> None:
    port = free_port()
    url = f"amqp://guest:hunter2@127.0.0.1:{port}/"
    platform = start(folder / "no broker", "--port", "0", environ={"AMQP_URL": url})
    platform.wait_for(rf"127.0.0.1:{port}.*trying again")
    answer = httpx.get(f"http://127.0.0.1:{_port_of(platform)}/readyz")
    assert answer.status_code == 503
    assert answer.json()["dependencies"]["broker"]["ok"] is False
    assert platform.stop() < 5
    assert "hunter2" not in platform.said()


def test_settings_that_contradict_each_other_are_refused(folder: Path) -> None:
    environ = {"AMQP_URL": "amqp://localhost"}
    done = guildbus("up", "--rabbitmq", "--data-dir", str(folder / "both"), environ=environ)
    assert done.returncode == 2
    assert "AMQP_URL" in done.stderr


def test_what_is_wrong_for_any_room_is_told_at_once(folder: Path) -> None:
    wrong = {"SHARD_ID": "first", "RATE_PER_KEY": "many", "WORKER_LANES": "slow", "LOG_LEVEL": "LOUD"}
    done = guildbus("up", "--port", "0", "--data-dir", str(folder / "wrong"), environ=wrong)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(name in done.stderr for name in wrong), done.stderr


@pytest.mark.alone
def test_a_second_interrupt_ends_it_at_once(folder: Path, start: Start) -> None:
    platform = start(folder / "twice", "--port", "0")
    platform.ready()
    platform.process.send_signal(signal.SIGINT)
    platform.process.send_signal(signal.SIGINT)
    assert platform.process.wait(timeout=5) in (0, 130)
    # Whatever was left behind, the next start copes with it.
    again = start(folder / "twice", "--port", "0")
    again.ready()
    assert again.stop() < 5


def test_secrets_and_logs_are_for_their_owner_alone(platform: Platform) -> None:
    secrets = [path for path in (platform.data_dir / "secrets").iterdir() if path.is_file()]
    assert {path.name for path in secrets} >= {"session-secret", "script-key"}
    logs = list((platform.data_dir / "logs").iterdir())
    assert logs
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*secrets, *logs])


def _port_of(platform: Platform) -> int:
    from scripts.running import read_running

    deadline = time.monotonic() + 20
    while (running := read_running(platform.data_dir / "lock")) is None or not running.address:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(running.address.rpartition(":")[2])
