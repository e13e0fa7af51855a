"""People of the sandbox who use slash commands, and what they see of the answers."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import Any

import aiohttp

from sandbox.seed import GUILD_ONE, PEOPLE, person_id
from sandbox.settings import PREFIX

__all__ = ["People"]

_COMMAND = "ping"
_MEMBERS = tuple(person_id(key) for key, *_ in PEOPLE[:4])
_READY_SECONDS = 60.0
_WAIT_SECONDS = 30.0


class People:
    """Members of the sandbox's first guild, through its control API at `port`. They take turns in using `/ping`."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self._api = f"http://127.0.0.1:{port}{PREFIX}/api"
        self._session = session
        self._turn = 0

    async def use(self) -> str:
        """One use of the command; returns the interaction's id. Raises aiohttp.ClientError where it cannot be sent."""
        self._turn += 1
        body = {"guild_id": GUILD_ONE, "user_id": _MEMBERS[self._turn % len(_MEMBERS)], "command": _COMMAND}
        async with self._session.post(f"{self._api}/interactions", json=body) as answer:
            answer.raise_for_status()
            return str((await answer.json())["id"])

    async def deferred_ms(self, interaction: str) -> float:
        """By the sandbox's clock, from its event to the first answer. Raises TimeoutError where none came in 3 s."""
        callbacks = (await self._until(interaction, "deferred"))["callbacks"]
        if not callbacks:
            raise TimeoutError(f"interaction {interaction} was not deferred in time")
        return float(callbacks[0]["after_ms"])

    async def answered_ms(self, interaction: str) -> float:
        """From the event until a client of the sandbox has read the final answer. Raises TimeoutError."""
        seen = await self._until(interaction, "answered")
        if seen["reply"] is None:
            raise TimeoutError(f"interaction {interaction} was not answered in {_WAIT_SECONDS:.0f} s")
        return (time.time() - datetime.fromisoformat(seen["created_at"]).timestamp()) * 1000

    async def until_answered(self) -> None:
        """Once the bot has registered its commands and a worker is there. Raises TimeoutError."""
        async with asyncio.timeout(_READY_SECONDS):
            while True:
                try:
                    await self.answered_ms(await self.use())
                except (aiohttp.ClientError, TimeoutError):
                    await asyncio.sleep(0.2)
                else:
                    return

    async def _until(self, interaction: str, state: str) -> dict[str, Any]:
        query = {"wait": state, "timeout": str(_WAIT_SECONDS)}
        async with self._session.get(f"{self._api}/interactions/{interaction}", params=query) as answer:
            answer.raise_for_status()
            seen: dict[str, Any] = await answer.json()
        return seen
