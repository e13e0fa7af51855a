"""Discord's own rules for this application's commands in a guild, asked of Discord and believed for seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
from loguru import logger

from bus import codec
from bus.clock import Clock
from bus.ids import Snowflake
from models.command_overrides import Override, Overrides

__all__ = ["DiscordOverrides"]

_SCOPE = "applications.commands.update"
_KINDS: Mapping[int, Any] = {1: "role", 2: "user", 3: "channel"}
_RENEW_SECONDS = 60.0
_MOST_KEPT = 1000


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float


class _Command(msgspec.Struct, frozen=True):
    id: Snowflake
    name: str


class _Rule(msgspec.Struct, frozen=True):
    id: Snowflake
    type: int
    permission: bool


class _Rules(msgspec.Struct, frozen=True):
    """`id` is a command's, or the application's for all of them."""

    id: Snowflake
    permissions: list[_Rule]


class DiscordOverrides:
    """With the application's own token (client credentials), which these addresses take like the bot's.

    https://discord.com/developers/docs/interactions/application-commands#endpoints
    """

    def __init__(
        self,
        *,
        application_id: int,
        client_secret: str,
        api_url: str,
        clock: Clock,
        believe_seconds: float = 5.0,
        limit_seconds: float = 3.0,
        http_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._application_id = application_id
        self._client_secret = client_secret
        self._api_url = api_url.rstrip("/")
        self._clock = clock
        self._believe_seconds = believe_seconds
        self._limit_seconds = limit_seconds
        self._http_transport = http_transport
        # One for all: reading the certificates of all authorities takes 20 ms, in which nobody else is served.
        self._tls = httpx.create_ssl_context()
        self._lock = asyncio.Lock()
        self._token = ""
        self._token_until = float("-inf")
        self._silent_until = float("-inf")
        self._kept: dict[int, tuple[float, Mapping[str, Overrides]]] = {}

    async def of(self, guild_id: int) -> Mapping[str, Overrides] | None:
        """By the name of a top-level command, "" for all others; None where Discord does not say."""
        async with self._lock:
            kept = self._kept.get(guild_id)
            if kept is not None and self._clock.monotonic() - kept[0] < self._believe_seconds:
                return kept[1]
            if self._clock.monotonic() < self._silent_until:
                return None
            try:
                async with asyncio.timeout(self._limit_seconds), self._client() as client:
                    found = await self._ask(client, guild_id)
            except (TimeoutError, httpx.HTTPError, msgspec.MsgspecError) as error:
                logger.warning("Discord's rules for commands are unknown: {}: {}", type(error).__name__, error)
                self._silent_until = self._clock.monotonic() + self._believe_seconds
                return None
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[guild_id] = (self._clock.monotonic(), found)
            return found

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._api_url, verify=self._tls, transport=self._http_transport)

    async def _ask(self, client: httpx.AsyncClient, guild_id: int) -> Mapping[str, Overrides]:
        own = f"/applications/{self._application_id}"
        everywhere, here, rules = (
            await self._read(client, f"{own}/commands", list[_Command]),
            await self._read(client, f"{own}/guilds/{guild_id}/commands", list[_Command]),
            await self._read(client, f"{own}/guilds/{guild_id}/commands/permissions", list[_Rules]),
        )
        by_id = {int(one.id): tuple(_override(rule) for rule in one.permissions) for one in rules}
        shared = by_id.get(self._application_id, ())
        named = {one.name: Overrides(by_id.get(int(one.id), ()), shared) for one in (*everywhere, *here)}
        return {**named, "": Overrides((), shared)}

    async def _read(self, client: httpx.AsyncClient, path: str, kind: Any) -> Any:
        answer = await client.get(path, headers={"Authorization": f"Bearer {await self._bearer(client)}"})
        if answer.status_code == 401:
            self._token_until = float("-inf")
        answer.raise_for_status()
        return codec.convert(answer.json(), kind)

    async def _bearer(self, client: httpx.AsyncClient) -> str:
        now = self._clock.monotonic()
        if now >= self._token_until:
            answer = await client.post(
                "/oauth2/token",
                data={"grant_type": "client_credentials", "scope": _SCOPE},
                auth=(str(self._application_id), self._client_secret),
            )
            answer.raise_for_status()
            token = codec.convert(answer.json(), _Token)
            self._token, self._token_until = token.access_token, now + token.expires_in - _RENEW_SECONDS
        return self._token


def _override(rule: _Rule) -> Override:
    return Override(int(rule.id), _KINDS.get(rule.type, "role"), rule.permission)
