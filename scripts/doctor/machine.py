"""Checks of this machine: Python, packages, RabbitMQ's programs, the data directory, the port."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

import click
from packaging.requirements import Requirement

from scripts.data_dir import DataDir
from scripts.doctor.finding import Finding
from scripts.rabbitmq_node import RabbitMQMissing, find_rabbitmq
from scripts.running import read_running
from scripts.up.listener import bind

__all__ = ["check_data_dir", "check_packages", "check_port", "check_python", "check_rabbitmq_server", "pins"]


def check_python() -> Finding:
    """An older one than 3.11 does not come this far."""
    return Finding("Python", "ok", ".".join(map(str, sys.version_info[:3])))


def pins(text: str) -> list[tuple[str, str]]:
    """(name, version) of what a requirements file pins for this Python and system."""
    lines = (line.rstrip(" \\") for line in text.splitlines() if line[:1].isalnum())
    wanted = (Requirement(line) for line in lines)
    return [(one.name, str(one.specifier)[2:]) for one in wanted if one.marker is None or one.marker.evaluate()]


def check_packages(
    requirements: Path, version_of: Callable[[str], str] = metadata.version, advice: str = "Run ./scripts/run once."
) -> Finding:
    """Whether what is installed is what requirements/runtime.txt pins."""
    if not requirements.is_file():
        return Finding("packages", "skipped", f"no {requirements.name} here, as in an image")
    wanted = pins(requirements.read_text())
    differing = list(_differing(wanted, version_of))
    if differing:
        return Finding("packages", "wrong", "; ".join(differing), advice)
    return Finding("packages", "ok", f"{len(wanted)} as pinned")


def _differing(wanted: Iterable[tuple[str, str]], version_of: Callable[[str], str]) -> Iterable[str]:
    for name, version in wanted:
        try:
            installed = version_of(name)
        except metadata.PackageNotFoundError:
            yield f"{name} {version} is not installed"
            continue
        if installed != version:
            yield f"{name} is {installed}, pinned is {version}"


def check_rabbitmq_server(*, needed: bool) -> Finding:
    """Only `up --rabbitmq` and the tests start one."""
    try:
        return Finding("rabbitmq-server", "ok", str(find_rabbitmq()))
    except RabbitMQMissing as error:
        return Finding("rabbitmq-server", "wrong" if needed else "skipped", str(error), str(error) if needed else "")


def check_data_dir(data_dir: DataDir) -> Finding:
    running = read_running(data_dir.lock_file)
    if running is not None:
        return Finding("data directory", "ok", f"{data_dir.path}, in use by {running}")
    if not data_dir.path.exists():
        return Finding("data directory", "ok", f"{data_dir.path} will be made by the first `guildbus up`")
    if not os.access(data_dir.path, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "data directory", "wrong", f"{data_dir.path} cannot be written", "Give it to this user, or name another."
        )
    return Finding("data directory", "ok", f"{data_dir.path}, not in use")


def check_port(host: str, port: int, data_dir: DataDir) -> Finding:
    """Whether `guildbus up` could have it; a platform of ours that runs there is fine."""
    running = read_running(data_dir.lock_file)
    if running is not None and running.address.endswith(f":{port}"):
        return Finding("port", "ok", f"{port}: the platform answers there")
    try:
        bind(host, port).close()
    except click.ClickException as error:
        return Finding("port", "wrong", error.message, "Choose another with --port.")
    return Finding("port", "ok", f"{port} is free")
