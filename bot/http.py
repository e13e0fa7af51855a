"""The library's HTTP client, with guards (docs/architecture.md, "Guards around interactions.py").

What the bot itself answers goes through `bot.callbacks`; this is for whatever a plugin sends through the library.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, ClientWSTimeout, FormData
from interactions.api.http.http_client import HTTPClient
from interactions.api.http.route import Route
from interactions.client.errors import HTTPException, NotFound
from interactions.client.utils.input_utils import response_decode

__all__ = ["GuardedHTTPClient"]

_CLOSE_SECONDS = 5.0


class GuardedHTTPClient(HTTPClient):
    """Sends interaction callbacks and webhooks past the global limit, without Authorization, and never logs them.

    Discord exempts them from the limit, and their token is their authorisation; the library's own log line of a
    failed request holds the address, and with it the token.
    """

    @property
    def _session(self) -> ClientSession:
        session: ClientSession = self._HTTPClient__session  # type: ignore[attr-defined]  # private to the library
        return session

    async def request(
        self,
        route: Route,
        payload: Any = None,
        files: Any = None,
        reason: str | None = None,
        params: Any = None,
        **kwargs: Any,
    ) -> Any:
        if route.webhook_token is None:
            return await super().request(route, payload, files, reason, params, **kwargs)
        processed = self._process_payload(payload, files)
        body: dict[str, Any] = {"data": processed} if isinstance(processed, FormData) else {"json": processed}
        headers = {"User-Agent": self.user_agent}
        async with self._session.request(route.method, route.url, headers=headers, params=params, **body) as response:
            result = await response_decode(response)
            if response.status < 300:
                return result
            kind = NotFound if response.status == 404 else HTTPException
            raise kind(response, response_data=result, route=route)

    async def websocket_connect(self, url: str) -> ClientWebSocketResponse:
        # As the library's own, which hands aiohttp a number where it now wants to know which timeout that is.
        return await self._session.ws_connect(
            url,
            timeout=ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            max_msg_size=0,
            autoclose=False,
            headers={"User-Agent": self.user_agent},
            compress=0,
        )
