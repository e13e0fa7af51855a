"""A setting, or the file that holds it (`NAME_FILE`, as Docker and Kubernetes mount secrets)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scripts.exits import Misconfigured

__all__ = ["read_setting"]


def read_setting(environ: Mapping[str, str], name: str) -> str | None:
    """None where neither is set or both are empty. Raises Misconfigured for a file that can't be read."""
    if value := environ.get(name, "").strip():
        return value
    file = environ.get(f"{name}_FILE", "").strip()
    if not file:
        return None
    try:
        return Path(file).read_text().strip() or None
    except OSError as error:
        raise Misconfigured(f"{name}_FILE names {file}, which cannot be read: {error.strerror}.") from error
