"""What is counted, and how the lack of a package for counting together is told."""

from __future__ import annotations

import sys

import pytest

from models.config import ConfigError, SettingsReader
from models.rate_limits import RateLimit, Rates, rate_storage_url


async def test_no_limit_counts_nothing() -> None:
    rates, none = Rates(), RateLimit("guild", 0)
    assert all([(await rates.spend(none, "1")).allowed for _ in range(1000)])


@pytest.mark.parametrize("url", ["redis-of-sorts://:planted@localhost", "redis://:planted@localhost:port/0"])
def test_a_storage_that_cannot_be_used_is_a_setting_that_needs_attention(url: str) -> None:
    reader = SettingsReader({"RATE_STORAGE_URL": url})
    rate_storage_url(reader)
    with pytest.raises(ConfigError, match="RATE_STORAGE_URL") as refused:
        reader.finish()
    assert "planted" not in str(refused.value)


def test_without_its_package_the_setting_says_which_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    reader = SettingsReader({"RATE_STORAGE_URL": "redis://localhost"})
    rate_storage_url(reader)
    with pytest.raises(ConfigError, match=r"RATE_STORAGE_URL .*package `redis`, which is not installed"):
        reader.finish()
