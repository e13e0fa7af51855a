from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot.autocomplete import BUILT_IN as SUGGESTIONS
from bot.autocomplete import Autocomplete, Query, setting_keys
from bus.ids import Snowflake
from models.catalogue import BUILT_IN, Catalogue
from models.guild_settings import SERVER_SETTINGS, settings_of
from tests.unit.bot.samples import interaction, option, sub

CATALOGUE = Catalogue(BUILT_IN)


class Discord:
    def __init__(self) -> None:
        self.choices: Sequence[tuple[str, str]] | None = None

    async def suggest(self, interaction_id: str, token: str, choices: Sequence[tuple[str, str]]) -> None:
        self.choices = choices


async def asked(text: str, suggestions: Any = SUGGESTIONS) -> Sequence[tuple[str, str]] | None:
    discord = Discord()
    completions = Autocomplete(catalogue=CATALOGUE, callbacks=discord, suggestions=suggestions)  # type: ignore[arg-type]
    typed = interaction("settings", [sub("set", option("key", text, focused=True))], type=4)
    await completions.take(typed)
    return discord.choices


async def test_with_nothing_typed_every_setting_is_suggested() -> None:
    found = [value for _, value in await asked("") or ()]
    assert set(found) == set(settings_of(CATALOGUE))
    assert set(found[: len(SERVER_SETTINGS)]) == set(SERVER_SETTINGS), "Discord shows the first 25"


async def test_keys_that_begin_with_the_text_come_first() -> None:
    found = await setting_keys(Query(CATALOGUE, Snowflake(1), "ANN", {}))
    assert found[0][1] == "announcement_channel"


@pytest.mark.parametrize("trouble", [RuntimeError("broken"), TimeoutError()])
async def test_whatever_goes_wrong_typing_goes_on(trouble: Exception) -> None:
    async def fail(query: Query) -> Sequence[tuple[str, str]]:
        raise trouble

    assert await asked("t", {("settings.set", "key"): fail}) == ()


async def test_an_option_without_suggestions_gets_none() -> None:
    assert await asked("t", {}) == ()


async def test_slow_suggestions_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(query: Query) -> Sequence[tuple[str, str]]:
        await asyncio.Event().wait()
        return ()

    monkeypatch.setattr("bot.autocomplete._ANSWER_SECONDS", 0.01)
    assert await asked("t", {("settings.set", "key"): slow}) == ()
