"""Single settings, read as the rooms read theirs (`NAME`, or `NAME_FILE` with its path)."""

from __future__ import annotations

from collections.abc import Mapping

from models.config import SettingsReader

__all__ = ["read_setting"]


def read_setting(environ: Mapping[str, str], name: str) -> str | None:
    """None where it is not set or empty. Raises ConfigError for a file that cannot be read."""
    reader = SettingsReader(environ)
    value = reader.optional_text(name)
    reader.finish()
    return value
