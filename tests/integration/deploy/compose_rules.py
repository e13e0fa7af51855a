"""What the Compose specification allows, as far as docker-compose.yml uses it: any other key is a mistake.

Source: https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["problems"]

_TOP = {"name": str, "services": dict, "networks": dict, "volumes": dict, "secrets": dict}
_SERVICE: dict[str, type | tuple[type, ...]] = {
    "image": str,
    "build": dict,
    "command": list,
    "user": str,
    "init": bool,
    "hostname": str,
    "restart": str,
    "networks": list,
    "ports": list,
    "volumes": list,
    "tmpfs": list,
    "environment": dict,
    "secrets": list,
    "depends_on": dict,
    "healthcheck": dict,
    "stop_grace_period": str,
    "shm_size": str,
    "read_only": bool,
    "cap_drop": list,
    "security_opt": list,
    "logging": dict,
    "deploy": dict,
}
_NESTED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "build": {"context": str, "dockerfile": str},
    "healthcheck": {"test": list, "interval": str, "timeout": str, "retries": int, "start_period": str},
    "logging": {"driver": str, "options": dict},
    "deploy": {"resources": dict, "replicas": int},
}
_RESOURCES = {"limits": {"cpus": str, "memory": str, "pids": int}, "reservations": {"cpus": str, "memory": str}}
_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")


def problems(compose: Mapping[str, Any]) -> Iterator[str]:
    """What is unknown, of the wrong type, or names something that is not there."""
    named = {key: value for key, value in compose.items() if not key.startswith("x-")}
    yield from _typed(named, _TOP, "")
    for name, service in compose["services"].items():
        yield from _typed(service, _SERVICE, name)
        for key, allowed in _NESTED.items():
            yield from _typed(service.get(key, {}), allowed, f"{name}.{key}")
        for kind, amounts in service["deploy"]["resources"].items():
            yield from _typed(amounts, _RESOURCES.get(kind, {}), f"{name}.deploy.resources.{kind}")
        yield from _references(name, service, compose)


def _typed(given: Mapping[str, Any], allowed: Mapping[str, Any], where: str) -> Iterator[str]:
    for key, value in given.items():
        if key not in allowed:
            yield f"{where}.{key} is not known"
        elif not isinstance(value, allowed[key]):
            yield f"{where}.{key} is {type(value).__name__}, not {allowed[key]}"


def _references(name: str, service: Mapping[str, Any], compose: Mapping[str, Any]) -> Iterator[str]:
    for network in service.get("networks", []):
        if network not in compose["networks"]:
            yield f"{name} is in network {network}, which is not declared"
    for secret in service.get("secrets", []):
        source = secret if isinstance(secret, str) else secret["source"]
        if source not in compose["secrets"]:
            yield f"{name} mounts the secret {source}, which is not declared"
    for mount in service.get("volumes", []):
        source = mount.partition(":")[0]
        if not source.startswith("./") and source not in compose["volumes"]:
            yield f"{name} mounts the volume {source}, which is not declared"
    for other, need in service.get("depends_on", {}).items():
        if other not in compose["services"]:
            yield f"{name} depends on {other}, which is not there"
        elif need["condition"] not in _CONDITIONS:
            yield f"{name} waits for {need['condition']}, which is no condition"
        elif need["condition"] == "service_healthy" and "healthcheck" not in compose["services"][other]:
            yield f"{name} waits for the health of {other}, which is never checked"
