"""Authorization codes and tokens. A code works once, for 60 seconds; using it again takes back what it gave."""

from __future__ import annotations

import secrets

from msgspec import Struct

from sandbox.clock import Clock
from sandbox.oauth.pkce import verifies

__all__ = ["CODE_SECONDS", "TOKEN_SECONDS", "Code", "Grants", "Refused", "Token"]

CODE_SECONDS = 60.0
TOKEN_SECONDS = 604_800


class Refused(Exception):
    """`error` is one of RFC 6749's: invalid_grant, invalid_request …"""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class Code(Struct, kw_only=True):
    code: str
    user_id: int
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None
    issued_at: float
    family: str
    used: bool = False


class Token(Struct, kw_only=True):
    access: str
    refresh: str
    user_id: int
    scopes: tuple[str, ...]
    issued_at: float
    family: str
    """All tokens that came from one code."""

    def expires_at(self) -> float:
        return self.issued_at + TOKEN_SECONDS


class Grants:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}

    def issue_code(self, *, user_id: int, scopes: tuple[str, ...], redirect_uri: str, challenge: str | None) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = Code(
            code=code, user_id=user_id, scopes=scopes, redirect_uri=redirect_uri, challenge=challenge,
            issued_at=self._clock.now(), family=secrets.token_hex(8),
        )  # fmt: skip
        return code

    def redeem(self, code: str, *, redirect_uri: str, verifier: str | None) -> Token:
        row = self._codes.get(code)
        if row is None:
            raise Refused("invalid_grant", 'Invalid "code" in request.')
        if row.used:
            # Somebody has a copy of the code: nothing that came from it can be trusted (RFC 6749, 4.1.2).
            self._drop_family(row.family)
            raise Refused("invalid_grant", 'Invalid "code" in request.')
        if self._clock.now() - row.issued_at > CODE_SECONDS:
            raise Refused("invalid_grant", 'Invalid "code" in request.')
        if redirect_uri != row.redirect_uri:
            raise Refused("invalid_grant", 'Invalid "redirect_uri" in request.')
        row.used = True
        if not verifies(verifier, row.challenge):
            raise Refused("invalid_grant", 'Invalid "code_verifier" in request.')
        return self._issue(row.user_id, row.scopes, row.family)

    def refresh(self, refresh_token: str) -> Token:
        for token in self._tokens.values():
            if token.refresh and secrets.compare_digest(token.refresh, refresh_token):
                del self._tokens[token.access]
                return self._issue(token.user_id, token.scopes, token.family)
        raise Refused("invalid_grant", 'Invalid "refresh_token" in request.')

    def issue_to_client(self, application_id: int, scopes: tuple[str, ...]) -> Token:
        """https://discord.com/developers/docs/topics/oauth2#client-credentials-grant"""
        if not scopes:
            raise Refused("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        token = self._issue(application_id, scopes, secrets.token_hex(8))
        token.refresh = ""
        return token

    def revoke(self, token: str) -> None:
        """Takes an access or a refresh token; an unknown one is no error (RFC 7009)."""
        for row in list(self._tokens.values()):
            if token and token in (row.access, row.refresh):
                del self._tokens[row.access]

    def bearer(self, access: str) -> Token | None:
        token = self._tokens.get(access)
        return token if token is not None and token.expires_at() > self._clock.now() else None

    def clear(self) -> None:
        self._codes.clear()
        self._tokens.clear()

    def _issue(self, user_id: int, scopes: tuple[str, ...], family: str) -> Token:
        token = Token(
            access=secrets.token_urlsafe(22), refresh=secrets.token_urlsafe(22), user_id=user_id, scopes=scopes,
            issued_at=self._clock.now(), family=family,
        )  # fmt: skip
        self._tokens[token.access] = token
        return token

    def _drop_family(self, family: str) -> None:
        self._tokens = {key: row for key, row in self._tokens.items() if row.family != family}
