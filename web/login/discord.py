"""Discord's OAuth2, by Authlib. https://discord.com/developers/docs/topics/oauth2"""

from __future__ import annotations

import warnings
from typing import Any

import httpx
import msgspec
from authlib.deprecate import AuthlibDeprecationWarning

from bus import codec
from bus.ids import Snowflake
from web.problems import Problem

with warnings.catch_warnings():
    # Authlib announces a later move to httpx2; the pinned versions work together.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

__all__ = ["SCOPES", "DiscordLogin", "OwnGuild", "Profile"]

SCOPES = "identify guilds"
_TIMEOUT_SECONDS = 10.0


class Profile(msgspec.Struct, frozen=True):
    """Who logged in, as `GET /users/@me` says."""

    id: Snowflake
    username: str
    global_name: str | None = None
    avatar: str | None = None
    locale: str | None = None

    @property
    def display_name(self) -> str:
        return self.global_name or self.username


class OwnGuild(msgspec.Struct, frozen=True):
    """A guild of the person's own list; `permissions` is their bit set in decimal."""

    id: Snowflake
    name: str
    icon: str | None = None
    owner: bool = False
    permissions: str = "0"


class DiscordLogin:
    """The authorization code grant with PKCE (S256), and what a person's token is used for."""

    def __init__(
        self, *, application_id: int, client_secret: str, api_url: str, authorize_url: str, redirect_uri: str
    ) -> None:
        self._application_id = str(application_id)
        self._client_secret = client_secret
        self._api_url = api_url.rstrip("/")
        self._authorize_url = authorize_url
        self._redirect_uri = redirect_uri
        # One for all: reading the certificates of all authorities takes 20 ms, in which nobody else is served.
        self._tls = httpx.create_ssl_context()

    def authorize_url(self, *, state: str, code_verifier: str) -> str:
        """Where the browser is sent to log in."""
        client = self._client()
        url, _ = client.create_authorization_url(self._authorize_url, state=state, code_verifier=code_verifier)
        return str(url)

    async def exchange(self, *, code: str, code_verifier: str) -> dict[str, Any]:
        """The tokens for a code. Raises Problem `login_failed` or `discord_unavailable`."""
        async with self._client() as client:
            try:
                token = await client.fetch_token(
                    f"{self._api_url}/oauth2/token", code=code, code_verifier=code_verifier
                )
            except OAuthError as error:
                raise Problem("login_failed", f"Discord refused the login: {error.error}.") from error
            except (httpx.HTTPError, ValueError) as error:
                raise Problem("discord_unavailable", "Discord did not answer the login.") from error
        return dict(token)

    async def refresh(self, tokens: dict[str, Any]) -> dict[str, Any] | None:
        """New tokens for old, or None where Discord no longer takes the refresh token."""
        async with self._client() as client:
            try:
                token = await client.refresh_token(
                    f"{self._api_url}/oauth2/token", refresh_token=tokens.get("refresh_token")
                )
            except OAuthError:
                return None
            except (httpx.HTTPError, ValueError) as error:
                raise Problem("discord_unavailable", "Discord did not renew the login.") from error
        return dict(token)

    async def profile(self, tokens: dict[str, Any]) -> Profile:
        """Who the tokens belong to."""
        return codec.convert(await self._read(tokens, "/users/@me"), Profile)

    async def guilds(self, tokens: dict[str, Any]) -> list[OwnGuild]:
        """All guilds that the person is in (Discord lists up to 200, which is also the most that one can join)."""
        return codec.convert(await self._read(tokens, "/users/@me/guilds"), list[OwnGuild])

    async def revoke(self, tokens: dict[str, Any]) -> None:
        """Give the tokens back at logout; Discord out of reach is no reason to stay logged in."""
        async with self._client() as client:
            try:
                await client.revoke_token(f"{self._api_url}/oauth2/token/revoke", token=tokens.get("access_token"))
            except (httpx.HTTPError, OAuthError):
                return

    async def _read(self, tokens: dict[str, Any], path: str) -> Any:
        headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        async with httpx.AsyncClient(verify=self._tls, timeout=_TIMEOUT_SECONDS) as client:
            try:
                answer = await client.get(self._api_url + path, headers=headers)
                if answer.status_code == 401:
                    raise Problem("not_authenticated", "Discord no longer takes this login; log in again.")
                answer.raise_for_status()
                return answer.json()
            except (httpx.HTTPError, ValueError) as error:
                raise Problem("discord_unavailable", "Discord did not answer in a way that could be read.") from error

    def _client(self) -> Any:
        return AsyncOAuth2Client(
            client_id=self._application_id,
            client_secret=self._client_secret,
            scope=SCOPES,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 (a method's name)
            verify=self._tls,
            timeout=_TIMEOUT_SECONDS,
        )
