"""OAuth2 tokens. https://discord.com/developers/docs/topics/oauth2#authorization-code-grant"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

from sandbox import payloads
from sandbox.clock import iso
from sandbox.errors import UNAUTHORIZED
from sandbox.oauth.grants import Refused, Token
from sandbox.rest.call import Answer, Call
from sandbox.world import World

__all__ = ["issue_token", "revoke_token", "who_am_i"]


def _client_is_known(world: World, call: Call) -> bool:
    """Credentials as HTTP Basic or in the form, as Discord takes both."""
    kind, _, encoded = call.authorization.partition(" ")
    if kind == "Basic":
        try:
            client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
    else:
        client, secret = call.form.get("client_id", ""), call.form.get("client_secret", "")
    settings = world.settings
    right = secrets.compare_digest(secret.encode(), settings.client_secret.encode())
    return right and client == str(settings.application_id)


def _shown(token: Token, seconds: int) -> dict[str, Any]:
    shown = {
        "token_type": "Bearer",
        "access_token": token.access,
        "expires_in": seconds,
        "scope": " ".join(token.scopes),
    }
    return shown | ({"refresh_token": token.refresh} if token.refresh else {})


def issue_token(world: World, call: Call) -> Answer:
    """Form encoded: `grant_type` authorization_code (`code`, `redirect_uri`, `code_verifier`), refresh_token, or
    client_credentials (`scope`), which gives the application itself a token without a refresh token."""
    if not _client_is_known(world, call):
        return Answer(status=401, body={"error": "invalid_client"})
    form = call.form
    try:
        if form.get("grant_type") == "authorization_code":
            token = world.grants.redeem(
                form.get("code", ""), redirect_uri=form.get("redirect_uri", ""), verifier=form.get("code_verifier")
            )
        elif form.get("grant_type") == "refresh_token":
            token = world.grants.refresh(form.get("refresh_token", ""))
        elif form.get("grant_type") == "client_credentials":
            scopes = tuple(form.get("scope", "").split())
            token = world.grants.issue_to_client(world.settings.application_id, scopes)
        else:
            raise Refused("unsupported_grant_type", "Grant type None is not supported")
    except Refused as error:
        return Answer(status=400, body={"error": error.error, "error_description": error.description})
    seconds = int(token.expires_at() - world.now())
    return Answer(body=_shown(token, seconds), headers={"Cache-Control": "no-store"})


def revoke_token(world: World, call: Call) -> Answer:
    if not _client_is_known(world, call):
        return Answer(status=401, body={"error": "invalid_client"})
    world.grants.revoke(call.form.get("token", ""))
    return Answer(body={})


def who_am_i(world: World, call: Call) -> Answer:
    """`GET /oauth2/@me`, with a bearer token."""
    kind, _, access = call.authorization.partition(" ")
    token = world.grants.bearer(access) if kind == "Bearer" else None
    if token is None:
        raise UNAUTHORIZED.error()
    application = {
        "id": str(world.settings.application_id),
        "name": world.settings.application_name,
        "icon": None,
        "description": "A bot in the sandbox.",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": world.settings.public_key,
    }
    body: dict[str, Any] = {"application": application, "scopes": list(token.scopes)}
    body["expires"] = iso(token.expires_at())
    if "identify" in token.scopes:
        body["user"] = payloads.user(world.user(token.user_id))
    return Answer(body=body)
