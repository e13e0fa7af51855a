"""A worker process's settings, read once from the environment."""

from __future__ import annotations
