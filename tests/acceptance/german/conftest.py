"""A platform of its own: what other tests type as reasons and names is in no language."""

from __future__ import annotations

from tests.acceptance.dashboard.conftest import browser, lived_in, platform

__all__ = ["browser", "lived_in", "platform"]
