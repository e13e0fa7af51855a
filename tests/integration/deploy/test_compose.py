"""docker-compose.yml: known keys only, settings that exist, nothing that runs as root or holds a password."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bus.topology import load_topology
from scripts.compose_secrets import compose_secrets
from scripts.settings_catalogue import settings_of
from tests.integration.deploy.compose_rules import problems

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ROOMS = ("bot", "web", "workers")
OURS = (*ROOMS, "migrate", "topology")
RUNNING = (*ROOMS, "rabbitmq", "postgres")
# What the command line reads (scripts/commands/db.py, topology.py).
COMMAND_SETTINGS = {"migrate": {"DATABASE_URL"}, "topology": {"AMQP_URL", "DATABASE_URL"}}


class Passwords(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"password of {name}"


def secret_files() -> dict[str, str]:
    return compose_secrets(load_topology(), Passwords())


def secret_names(service: dict[str, Any]) -> set[str]:
    return {each if isinstance(each, str) else each.get("target", each["source"]) for each in service["secrets"]}


def test_it_says_nothing_that_compose_does_not_know() -> None:
    assert list(problems(COMPOSE)) == []


def test_a_misspelt_key_would_be_found() -> None:
    wrong = json.loads(json.dumps(COMPOSE))
    wrong["services"]["web"]["enviroment"] = {}
    wrong["services"]["bot"]["depends_on"]["cache"] = {"condition": "service_healthy"}
    assert len(list(problems(wrong))) == 2


@pytest.mark.parametrize("room", ROOMS)
def test_every_setting_of_a_room_exists_and_none_that_must_be_set_is_left_out(room: str) -> None:
    known = settings_of(room)
    given = {name.removesuffix("_FILE") for name in SERVICES[room]["environment"]}
    assert given <= known.keys()
    assert {name for name, setting in known.items() if setting.default is None} <= given


@pytest.mark.parametrize("service", ["migrate", "topology"])
def test_the_one_time_jobs_get_the_settings_that_they_read(service: str) -> None:
    given = {name.removesuffix("_FILE") for name in SERVICES[service]["environment"]}
    assert given == COMMAND_SETTINGS[service]


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_come_from_files_that_are_mounted(service: str) -> None:
    environment = SERVICES[service].get("environment", {})
    files = {value for name, value in environment.items() if name.endswith("_FILE")}
    assert files <= {f"/run/secrets/{name}" for name in secret_names(SERVICES[service])}
    for name in environment:
        assert name.endswith("_FILE") or not any(word in name for word in ("PASSWORD", "TOKEN", "SECRET"))


def test_every_secret_file_is_made_or_to_be_filled_in() -> None:
    wanted = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert wanted == set(secret_files()) | {"discord_token", "discord_client_secret"}


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_runs_as_root_or_writes_outside_its_volumes(service: str) -> None:
    described = SERVICES[service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in described["security_opt"]
    assert int(described["user"].partition(":")[0]) > 0


@pytest.mark.parametrize("service", SERVICES)
def test_everything_has_limits(service: str) -> None:
    assert SERVICES[service]["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


@pytest.mark.parametrize("service", RUNNING)
def test_what_runs_on_is_watched_and_started_again(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_open_to_this_machine_only(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service].get("ports", []))


def test_only_rooms_reach_broker_and_database() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == ["inside"]
    assert all("inside" in SERVICES[service]["networks"] for service in OURS)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_mounted_from_the_checkout_is_there(service: str) -> None:
    for mount in SERVICES[service].get("volumes", []):
        source, _, rest = mount.partition(":")
        if source.startswith("./"):
            assert (ROOT / source).exists()
            assert rest.endswith(":ro")


def test_each_room_has_a_broker_user_of_its_own() -> None:
    files = secret_files()
    for service, user in {"bot": "bot", "web": "web", "workers": "worker", "topology": "operator"}.items():
        name = SERVICES[service]["environment"]["AMQP_URL_FILE"].removeprefix("/run/secrets/")
        assert files[name].startswith(f"amqp://{user}:")
        assert user in load_topology().users


def test_each_room_has_a_database_login_of_its_own() -> None:
    files = secret_files()
    for service, login in {"bot": "bot", "web": "web", "workers": "worker", "migrate": "owner"}.items():
        name = SERVICES[service]["environment"]["DATABASE_URL_FILE"].removeprefix("/run/secrets/")
        assert files[name].startswith(f"postgresql://guildbus_{login}:")
    logins = {name for name in secret_names(SERVICES["postgres"]) if name != "postgres_password"}
    assert logins == {f"postgres_{login}_password" for login in ("owner", "bot", "web", "worker", "backup")}


def test_the_broker_loads_the_definitions_with_the_same_passwords() -> None:
    conf = (ROOT / "deploy/rabbitmq/rabbitmq.conf").read_text()
    loaded = next(line.partition("=")[2].strip() for line in conf.splitlines() if line.startswith("load_definitions"))
    assert loaded.removeprefix("/run/secrets/") in secret_names(SERVICES["rabbitmq"])
    definitions = json.loads(secret_files()[loaded.removeprefix("/run/secrets/")])
    topology = load_topology()
    assert {user["name"] for user in definitions["users"]} == topology.users.keys()
    for user in definitions["users"]:
        raw = base64.b64decode(user["password_hash"])
        password = f"password of rabbitmq_{user['name']}"
        assert raw[4:] == hashlib.sha256(raw[:4] + password.encode()).digest()
    for permission in definitions["permissions"]:
        declared = topology.users[permission["user"]].permissions
        assert (permission["configure"], permission["write"], permission["read"]) == (
            declared.configure,
            declared.write,
            declared.read,
        )


def test_no_password_is_readable_in_the_definitions() -> None:
    assert "password of" not in secret_files()["rabbitmq_definitions.json"]
