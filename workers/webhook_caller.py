"""POSTs to addresses outside Discord: only to the allowed ones, never following a redirect elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bus import codec
from workers.failures import PermanentFailure, RetryableFailure

__all__ = ["HttpWebhookCaller", "is_allowed"]

_TOTAL_SECONDS = 6.0


def is_allowed(url: str, prefixes: Sequence[str]) -> bool:
    """Whether an address lies under one of the allowed ones: same scheme, host and port, path below theirs."""
    try:
        asked = urlsplit(url)
        asked_origin = (asked.scheme, asked.hostname, asked.port)
    except ValueError:
        return False
    if asked.username or asked.password or ".." in asked.path.split("/") or "\\" in url or "%2e" in url.lower():
        return False
    for prefix in prefixes:
        allowed = urlsplit(prefix)
        below = asked.path == allowed.path or asked.path.startswith(allowed.path.rstrip("/") + "/")
        if (allowed.scheme, allowed.hostname, allowed.port) == asked_origin and below:
            return True
    return False


class HttpWebhookCaller:
    """`workers.ports.WebhookCaller` on aiohttp."""

    def __init__(self, session: aiohttp.ClientSession, *, allowed: Sequence[str]) -> None:
        self._session = session
        self._allowed = tuple(allowed)

    async def post(self, url: str, body: Mapping[str, Any], *, headers: Mapping[str, str]) -> int:
        """The answer's status, below 400.

        Raises PermanentFailure for an address that is not allowed or an answer of 4xx, RetryableFailure for 5xx and
        for lost connections (ambiguous, unless no connection was made).
        """
        if not is_allowed(url, self._allowed):
            raise PermanentFailure(
                "That address is not among the allowed ones; an operator allows it with WEBHOOK_ALLOW.",
                code="address_not_allowed",
            )
        try:
            async with self._session.post(
                url,
                data=codec.encode(dict(body)),
                headers={"Content-Type": "application/json", **headers},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=_TOTAL_SECONDS),
            ) as answer:
                status = answer.status
        except aiohttp.ClientConnectorError as error:
            raise RetryableFailure("The address cannot be reached.", code="webhook_unreachable") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RetryableFailure("The address gave no answer.", code="webhook_no_answer", ambiguous=True) from error
        if status >= 500:
            raise RetryableFailure(f"The address answered {status}.", code=f"webhook_{status}", ambiguous=True)
        if status >= 300:
            raise PermanentFailure(f"The address answered {status}.", code=f"webhook_{status}")
        return status
