"""The platform on a private RabbitMQ node, and the command line that speaks to broker and database directly."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scripts.running import Running, read_running
from tests.integration.scripts.running_platform import Platform, guildbus

GUILD = "1101000000000100000"
MEMBER = "1101000000000900004"


@pytest.fixture(scope="module")
def on_rabbitmq() -> Iterator[Platform]:
    folder = Path(tempfile.mkdtemp(prefix="guildbus-node-"))
    folder.chmod(0o755)
    running = Platform(folder / "data", "--rabbitmq", "--port", "0")
    try:
        running.ready()
        yield running
        running.stop()
    finally:
        running.end()
        shutil.rmtree(folder, ignore_errors=True)


def said_of(platform: Platform) -> Running:
    running = read_running(platform.data_dir / "lock")
    assert running is not None
    return running


def secret(platform: Platform, user: str) -> str:
    return (platform.data_dir / "secrets" / f"rabbitmq-{user}").read_text().strip()


def direct(platform: Platform, user: str = "script") -> dict[str, str]:
    """As somebody sets it who works on a broker and a database of their own."""
    running = said_of(platform)
    host = running.amqp_admin_url.rpartition("@")[2]
    return {
        "AMQP_URL": f"amqp://{user}:{secret(platform, user)}@{host}",
        "DATABASE_URL": running.database_url,
        "AMQP_MANAGEMENT_URL": running.management_url,
    }


def test_the_management_ui_answers_the_operator(on_rabbitmq: Platform) -> None:
    url = said_of(on_rabbitmq).management_url
    assert url in on_rabbitmq.said()
    with httpx.Client(base_url=url, auth=("operator", secret(on_rabbitmq, "operator")), trust_env=False) as client:
        assert client.get("/api/overview").status_code == 200
        users = {user["name"] for user in client.get("/api/users").json()}
    assert {"bot", "web", "worker", "script", "operator"} <= users
    assert "guest" not in users


def test_commands_run_over_it(on_rabbitmq: Platform) -> None:
    done = on_rabbitmq.json("publish", "moderation.warn", f"member={MEMBER}", "reason=loud", "--guild", GUILD, "--wait")
    assert done["state"] == "succeeded"


def test_a_script_publishes_directly_as_its_own_broker_user(on_rabbitmq: Platform) -> None:
    words = ("publish", "utility.ping", "--guild", GUILD, "--wait", "--json")
    done = guildbus(*words, environ=direct(on_rabbitmq))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["state"], seen["source"], seen["actor"]["kind"]) == ("succeeded", "script", "script")


def test_a_wrong_option_is_refused_before_anything_is_published(on_rabbitmq: Platform) -> None:
    done = guildbus("publish", "moderation.warn", "--guild", GUILD, environ=direct(on_rabbitmq))
    assert done.returncode == 2
    assert "member" in done.stderr


def test_a_wrong_password_exits_4(on_rabbitmq: Platform) -> None:
    environ = direct(on_rabbitmq)
    environ["AMQP_URL"] = environ["AMQP_URL"].replace(secret(on_rabbitmq, "script"), "wrong")
    done = guildbus("publish", "utility.ping", "--guild", GUILD, environ=environ)
    assert done.returncode == 4
    assert "script" in done.stderr


def test_drift_is_shown_before_it_hurts_and_repaired(on_rabbitmq: Platform) -> None:
    assert on_rabbitmq.json("topology", "verify")["changes"] == []
    management = httpx.Client(
        base_url=said_of(on_rabbitmq).management_url,
        auth=("operator", secret(on_rabbitmq, "operator")),
        trust_env=False,
    )
    with management:
        bindings = management.get("/api/bindings/%2F/e/dead/q/dead-letters").json()
        key = bindings[0]["properties_key"]
        assert management.delete(f"/api/bindings/%2F/e/dead/q/dead-letters/{key}").status_code == 204
    drifted = on_rabbitmq.run("topology", "verify")
    assert drifted.returncode == 1
    assert "dead-letters" in drifted.stdout
    assert on_rabbitmq.run("topology", "plan").returncode == 0
    assert on_rabbitmq.run("topology", "apply").returncode == 0
    assert on_rabbitmq.run("topology", "verify").returncode == 0


def test_the_doctor_looks_at_the_broker(on_rabbitmq: Platform) -> None:
    port = on_rabbitmq.ready().rpartition(":")[2]
    findings = {one["check"]: one["verdict"] for one in on_rabbitmq.json("doctor", "--port", port)}
    assert findings["broker"] == findings["topology"] == "ok"


def test_amqp_url_alone_switches_the_broker_alone(on_rabbitmq: Platform) -> None:
    """A virtual host of its own on that node, with nothing in it: the platform applies the topology."""
    running, password = said_of(on_rabbitmq), secret(on_rabbitmq, "operator")
    with httpx.Client(base_url=running.management_url, auth=("operator", password), trust_env=False) as management:
        assert management.put("/api/vhosts/second").status_code == 201
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        assert management.put("/api/permissions/second/operator", json=everything).is_success
    environ = {"AMQP_URL": running.amqp_admin_url.rpartition("/")[0] + "/second"}
    second = Platform(on_rabbitmq.data_dir.parent / "second", "--port", "0", environ=environ)
    try:
        second.ready()
        assert "RabbitMQ at" in second.said()
        assert "a private PostgreSQL" in second.said()
        assert password not in second.said()
        done = second.json("publish", "utility.ping", "--guild", GUILD, "--wait")
        assert (done["state"], done["attempts"]) == ("succeeded", 1)
        second.stop()
    finally:
        second.end()
