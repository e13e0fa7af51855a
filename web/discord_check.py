"""Whether Discord answers, asked at most every few seconds, for people who look at a probe."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx

from bus.clock import Clock

__all__ = ["DiscordCheck"]

_TOO_MANY_REQUESTS = 429


class DiscordCheck:
    """`GET /gateway` takes no token and costs nothing. https://discord.com/developers/docs/events/gateway#get-gateway"""

    def __init__(
        self,
        api_url: str,
        clock: Clock,
        *,
        believe_seconds: float = 5.0,
        limit_seconds: float = 2.0,
        http_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = f"{api_url.rstrip('/')}/gateway"
        self._address = _without_password(api_url)
        self._clock = clock
        self._believe_seconds = believe_seconds
        self._limit_seconds = limit_seconds
        self._http_transport = http_transport
        self._lock = asyncio.Lock()
        self._until = float("-inf")
        self._error: str | None = None

    async def report(self) -> dict[str, Any]:
        """`ok`, and where it is not: the address, and in `error` why."""
        async with self._lock:
            if self._clock.monotonic() >= self._until:
                self._error = await self._trouble()
                self._until = self._clock.monotonic() + self._believe_seconds
            error = self._error
        return {"ok": True} if error is None else {"ok": False, "address": self._address, "error": error}

    async def _trouble(self) -> str | None:
        try:
            async with (
                asyncio.timeout(self._limit_seconds),
                httpx.AsyncClient(timeout=None, transport=self._http_transport) as client,  # noqa: S113 (the limit is around it)
            ):
                answer = await client.get(self._url)
        except TimeoutError:
            return f"no answer within {self._limit_seconds:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"cannot be reached ({type(error).__name__})"
        # Who limits us is there.
        good = answer.is_success or answer.status_code == _TOO_MANY_REQUESTS
        return None if good else f"answers {answer.status_code}"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
