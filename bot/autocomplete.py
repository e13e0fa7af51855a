"""Completions while somebody types an option."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from loguru import logger

from bot.callbacks import Callbacks
from bot.commands import find_spec
from bot.interaction import Interaction, focused_option, leaf_options
from bus.ids import Snowflake
from models.catalogue import Catalogue
from models.guild_settings import settings_of

__all__ = ["BUILT_IN", "Autocomplete", "Query", "Suggest", "setting_keys"]

_ANSWER_SECONDS = 2.0
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Query:
    """What is being typed where: `others` are the options that are filled in already."""

    catalogue: Catalogue
    guild_id: Snowflake
    text: str
    others: Mapping[str, object]


Suggest = Callable[[Query], Awaitable[Sequence[tuple[str, str]]]]
"""The completions as (shown name, value), best first; the first 25 are sent."""


async def setting_keys(query: Query) -> list[tuple[str, str]]:
    """The settings with the text in key or description: keys that begin with it first, the server's first."""
    typed = query.text.strip().lower()
    settings = settings_of(query.catalogue).values()
    found = [setting for setting in settings if typed in setting.key or typed in setting.description.lower()]
    found.sort(key=lambda setting: (not setting.key.startswith(typed), setting.command is not None, setting.key))
    return [(f"{setting.key}: {setting.description}"[:_MAX_NAME], setting.key) for setting in found]


BUILT_IN: Mapping[tuple[str, str], Suggest] = {("settings.set", "key"): setting_keys}
"""By command type and option."""


class Autocomplete:
    """Answers completions; with nothing to suggest, or too late, an empty list, so that typing goes on."""

    def __init__(
        self, *, catalogue: Catalogue, callbacks: Callbacks, suggestions: Mapping[tuple[str, str], Suggest]
    ) -> None:
        self._catalogue = catalogue
        self._callbacks = callbacks
        self._suggestions = suggestions

    async def take(self, interaction: Interaction) -> None:
        """Handle one request for completions."""
        choices = await self._choices(interaction)
        await self._callbacks.suggest(interaction.id, interaction.token, choices)

    async def _choices(self, interaction: Interaction) -> Sequence[tuple[str, str]]:
        spec = find_spec(self._catalogue, interaction)
        focused = focused_option(interaction.data)
        if spec is None or focused is None or interaction.guild_id is None:
            return ()
        suggest = self._suggestions.get((spec.type, focused.name))
        if suggest is None:
            return ()
        others = {row.name: row.value for row in leaf_options(interaction.data) if not row.focused}
        query = Query(self._catalogue, interaction.guild_id, str(focused.value or ""), others)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await suggest(query)
        except Exception as error:
            logger.warning("no completions for {} {}: {!r}", spec.type, focused.name, error)
            return ()
