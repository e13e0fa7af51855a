"""One statement for what many commands want to know: questions asked in the same turn of the loop go together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

__all__ = ["Together"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Together(Generic[K, V]):
    """`answer` takes the distinct keys and leaves out of its answer what it does not know."""

    def __init__(self, answer: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._answer = answer
        self._asked: dict[K, None] = {}
        self._coming: asyncio.Task[Mapping[K, V]] | None = None

    async def ask(self, keys: Collection[K]) -> dict[K, V]:
        """Those of the keys that are known. Raises what `answer` raises, to everybody whose keys went with it."""
        if not keys:
            return {}
        self._asked.update(dict.fromkeys(keys))
        if self._coming is None:
            self._coming = asyncio.create_task(self._ask_all())
        # Shielded: one who stops waiting takes nothing from the others.
        known = await asyncio.shield(self._coming)
        return {key: known[key] for key in keys if key in known}

    async def _ask_all(self) -> Mapping[K, V]:
        await asyncio.sleep(0)  # whoever asks in this turn of the loop goes along
        keys, self._asked, self._coming = list(self._asked), {}, None
        return await self._answer(keys)
