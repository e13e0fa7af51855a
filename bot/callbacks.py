"""Answers to interactions, past the library's HTTP client (docs/architecture.md, "Guards around interactions.py").

The library sends them through its own global limit of 45 requests per second, from which Discord exempts them: a
burst of 150 misses the three seconds. The token in the path is the whole authorisation, so no header goes along.
https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import Any

import aiohttp
import msgspec
from loguru import logger

from bus.clock import Clock
from bus.ids import Snowflake

__all__ = ["FIRST_ANSWER_SECONDS", "Answered", "Callbacks"]

FIRST_ANSWER_SECONDS = 3.0
"""https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction"""
_EDIT_SECONDS = 20.0
_ALREADY_ACKNOWLEDGED = 40060
_EPHEMERAL = 1 << 6
_PAUSES_SECONDS = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0)
_NO_MENTIONS: dict[str, list[str]] = {"parse": []}


class Answered(Enum):
    """What became of an answer."""

    TAKEN = "taken"
    UNKNOWN_INTERACTION = "unknown interaction"
    """Discord knows the interaction no more: too late, or its token is used up."""
    FAILED = "failed"


class Callbacks:
    """Discord's interaction callbacks and interaction webhooks, below `base` (`https://discord.com/api/v10`).

    Never logs an address: the path holds the interaction's token.
    """

    def __init__(self, base: str, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._base = base.rstrip("/")
        self._session = session
        self._clock = clock

    async def defer(self, interaction_id: Snowflake, token: str, *, private: bool) -> Answered:
        """ "… is thinking": buys fifteen minutes for the answer."""
        body = {"type": 5, "data": {"flags": _EPHEMERAL if private else 0}}
        return await self._first_answer(interaction_id, token, body)

    async def tell(self, interaction_id: Snowflake, token: str, text: str) -> Answered:
        """Answer at once, for the asker's eyes alone."""
        data = {"content": text, "flags": _EPHEMERAL, "allowed_mentions": _NO_MENTIONS}
        return await self._first_answer(interaction_id, token, {"type": 4, "data": data})

    async def suggest(self, interaction_id: Snowflake, token: str, choices: Sequence[tuple[str, str]]) -> Answered:
        """Completions for the option that is being typed: at most 25 of (name, value)."""
        rows = [{"name": name, "value": value} for name, value in choices[:25]]
        return await self._first_answer(interaction_id, token, {"type": 8, "data": {"choices": rows}})

    async def edit(self, application_id: Snowflake, token: str, text: str) -> Answered:
        """Put `text` in the place of "… is thinking"."""
        path = f"/webhooks/{application_id}/{token}/messages/@original"
        body = {"content": text, "allowed_mentions": _NO_MENTIONS}
        return await self._send("PATCH", path, body, within_seconds=_EDIT_SECONDS)

    async def _first_answer(self, interaction_id: Snowflake, token: str, body: dict[str, Any]) -> Answered:
        path = f"/interactions/{interaction_id}/{token}/callback"
        return await self._send("POST", path, body, within_seconds=FIRST_ANSWER_SECONDS)

    async def _send(self, method: str, path: str, body: dict[str, Any], *, within_seconds: float) -> Answered:
        """Repeats what may be repeated: a first answer that got through twice is 40060, an edit is absolute."""
        deadline = self._clock.monotonic() + within_seconds
        trouble = ""
        for pause in (*_PAUSES_SECONDS, None):
            left = deadline - self._clock.monotonic()
            if left <= 0:
                break
            wait = pause
            try:
                async with asyncio.timeout(left):
                    status, answer = await self._once(method, path, body)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                # Not the error's own words: aiohttp's hold the address.
                trouble = type(error).__name__
            else:
                if status < 300 or answer.get("code") == _ALREADY_ACKNOWLEDGED:
                    return Answered.TAKEN
                if status == 404:
                    return Answered.UNKNOWN_INTERACTION
                trouble = f"{status} {answer.get('code', '')} {answer.get('message', '')}".strip()
                if status < 500 and status != 429:
                    break
                if status == 429:
                    wait = float(answer.get("retry_after", 1.0))
            if wait is None or wait > deadline - self._clock.monotonic():
                break
            await asyncio.sleep(wait)
        logger.warning("an answer to an interaction did not reach Discord: {}", trouble or "no time left")
        return Answered.FAILED

    async def _once(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        async with self._session.request(method, self._base + path, json=body) as response:
            if response.status == 204:
                return 204, {}
            text = await response.read()
        try:
            answer = msgspec.json.decode(text)
        except msgspec.DecodeError:
            answer = None
        return response.status, answer if isinstance(answer, dict) else {}
