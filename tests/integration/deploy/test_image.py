"""The image: several stages, pinned requirements, not root, and all that the rooms import."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
IGNORED = (ROOT / "deploy/Dockerfile.dockerignore").read_text()
COPIED = re.findall(r"^COPY (?!--from)(\S+) (\S+)$", DOCKERFILE, re.MULTILINE)


def test_it_has_stages_and_ends_as_an_ordinary_user() -> None:
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.MULTILINE)) == 2
    users = re.findall(r"^USER (\d+)", DOCKERFILE, re.MULTILINE)
    assert users
    assert int(users[-1]) > 0


def test_requirements_are_installed_by_their_hashes() -> None:
    assert "--require-hashes" in DOCKERFILE


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    for source, _ in COPIED:
        assert (ROOT / source).exists()
        assert f"!{source.rstrip('/')}" in IGNORED.splitlines()


def test_the_rooms_are_in_it_and_the_sandbox_is_not() -> None:
    sources = {source for source, _ in COPIED}
    assert {"bus", "models", "bot", "web", "workers", "scripts", "topology.yaml"} <= sources
    assert "sandbox" not in sources
