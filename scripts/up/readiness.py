"""Asking the platform itself, over HTTP, whether it is ready: as everybody else does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx
from loguru import logger

__all__ = ["not_ready_words", "wait_until_ready"]

_POLL_SECONDS = 0.1
_SAY_AFTER_SECONDS = 5.0


async def wait_until_ready(url: str, *, also: Callable[[], Sequence[str]]) -> None:
    """Until /readyz says so and `also` has no troubles; what takes its time is logged when it changes."""
    said, waited = "", 0.0
    async with httpx.AsyncClient(base_url=url, timeout=5.0, trust_env=False) as client:
        while troubles := [*await _web_troubles(client), *also()]:
            words = "; ".join(troubles)
            if waited >= _SAY_AFTER_SECONDS and words != said:
                logger.warning("not ready: {}", words)
                said = words
            await asyncio.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS


async def _web_troubles(client: httpx.AsyncClient) -> list[str]:
    try:
        answer = await client.get("/readyz")
    except httpx.HTTPError as error:
        return [f"no answer yet: {error!r}"]
    return [] if answer.is_success else [not_ready_words(answer)]


def not_ready_words(answer: httpx.Response) -> str:
    """`database: …; broker: …` of a 503 from /readyz."""
    try:
        dependencies = answer.json()["dependencies"]
        troubles = [
            f"{name}: {part.get('detail') or part.get('error', 'not ready')}"
            for name, part in dependencies.items()
            if not part["ok"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"/readyz answers {answer.status_code}"
    return "; ".join(troubles)
