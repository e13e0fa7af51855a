"""`/api/v1/keys`: API keys, made and ended by people; a key's text is shown once, when it is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from loguru import logger
from starlette.requests import Request
from starlette.responses import Response

from bus.ids import Snowflake
from models import api_keys
from models.api_keys import SCOPES, ApiKey
from web.account import require_person
from web.api.answers import json_response
from web.api.bodies import read_body
from web.authentication import require_principal
from web.authorization import platform_standing, refusal_of
from web.login.sessions import Session
from web.parts import Parts, parts_of
from web.principal import Principal
from web.problems import Problem
from web.standing import standing_of

__all__ = ["KeyRequest", "create_key", "key_view", "list_keys", "revoke_key", "rotate_key"]

_MOST_KEYS = 25
_LONGEST_DAYS = 365
_OVERLAP = timedelta(days=1)


class KeyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that is wanted. `guild_ids` null is every server that its owner reaches.

    `owner` says whose it is: `me`, which may then never do more than I may, or `platform`, which operators make for
    services: kind `script`, and what its scopes say in every server.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    scopes: Annotated[list[str], msgspec.Meta(min_length=1, max_length=len(SCOPES))]
    guild_ids: Annotated[list[Snowflake], msgspec.Meta(min_length=1, max_length=100)] | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_DAYS)] = 90
    owner: Literal["me", "platform"] = "me"


class RotateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The successor's days; the old key goes on for one more day."""

    days: Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_DAYS)] = 90


async def list_keys(request: Request) -> Response:
    """One's own, newest first, ended ones too; `owner=platform` lists the platform's, for operators."""
    session = await require_person(request, "account.read")
    database = parts_of(request).database
    owner = request.query_params.get("owner", "me")
    if owner not in ("me", "platform"):
        raise Problem("request_invalid", "owner is me or platform.", field="owner")
    if owner == "me":
        found = await api_keys.list_keys_of(database, session.user_id)
    else:
        await _require_operator(request)
        found = [key for key in await api_keys.list_keys(database) if key.owner_id is None]
    return json_response({"items": [key_view(key) for key in found]})


async def create_key(request: Request) -> Response:
    """201 with the key's text in `key`: it is not kept and not shown again."""
    session = await require_person(request, "account.write")
    parts, principal = parts_of(request), await require_principal(request)
    asked = await read_body(request, KeyRequest)
    unknown = sorted(set(asked.scopes) - set(SCOPES))
    if unknown:
        raise Problem("request_invalid", f"There is no scope {unknown[0][:40]!r}: {', '.join(SCOPES)}.", field="scopes")
    if asked.owner == "platform":
        await _require_operator(request)
    else:
        await _refuse_too_many(parts, session)
    for guild_id in asked.guild_ids or ():
        if await standing_of(parts, principal, guild_id) is None:
            raise Problem("guild_not_found", f"You are not in the server {guild_id}.", field="guild_ids")
    key, text = await api_keys.create(
        parts.database,
        name=asked.name,
        scopes=asked.scopes,
        guild_ids=asked.guild_ids,
        kind="script" if asked.owner == "platform" else "api",
        owner_id=None if asked.owner == "platform" else session.user_id,
        created_by=principal.key,
        expires_at=parts.clock.now() + timedelta(days=asked.days),
    )
    logger.info("{} made the key {} ({})", principal.key, key.id, asked.owner)
    return json_response({**key_view(key), "key": text.reveal()}, 201, {"Location": f"/api/v1/keys/{key.id}"})


async def rotate_key(request: Request) -> Response:
    """201 with a successor's text; the old key goes on for a day, for who must first be told the new one."""
    principal, key = await _own_key(request)
    asked = await read_body(request, RotateRequest)
    parts = parts_of(request)
    rotated = await api_keys.rotate(
        parts.database,
        key.id,
        by=principal.key,
        overlap=_OVERLAP,
        expires_at=parts.clock.now() + timedelta(days=asked.days),
    )
    if rotated is None:
        raise Problem("key_ended")
    successor, text = rotated
    logger.info("{} rotated the key {}: {}", principal.key, key.id, successor.id)
    view = {**key_view(successor), "key": text.reveal()}
    return json_response(view, 201, {"Location": f"/api/v1/keys/{successor.id}"})


async def revoke_key(request: Request) -> Response:
    """204; its open streams end as well."""
    principal, key = await _own_key(request)
    parts = parts_of(request)
    if not await api_keys.revoke(parts.database, key.id):
        raise Problem("key_ended")
    for subscription in parts.hub:
        if subscription.viewer_id.endswith(f":{key.id}"):
            subscription.close("access_lost")
    logger.info("{} revoked the key {}", principal.key, key.id)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def key_view(key: ApiKey) -> dict[str, Any]:
    """Everything that is known of it; `prefix` is how its text begins (`gb_<prefix>_…`)."""
    return {
        "id": str(key.id),
        "name": key.name,
        "prefix": key.prefix,
        "kind": key.kind,
        "owner": "platform" if key.owner_id is None else "me",
        "scopes": list(key.scopes),
        "guild_ids": None if key.guild_ids is None else [str(int(guild_id)) for guild_id in key.guild_ids],
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }


async def _own_key(request: Request) -> tuple[Principal, ApiKey]:
    """The valid key of the path, if it is one's own, or the platform's and one is an operator."""
    session = await require_person(request, "account.write")
    principal = await require_principal(request)
    key = await _key_of_path(request)
    if key is None or (key.owner_id is None and not principal.operator):
        raise Problem("key_not_found")
    if key.owner_id is not None and key.owner_id != session.user_id:
        raise Problem("key_not_found")
    return principal, key


async def _key_of_path(request: Request) -> ApiKey | None:
    try:
        return await api_keys.find(parts_of(request).database, UUID(request.path_params["key_id"]))
    except ValueError as error:
        raise Problem("key_not_found", "A key's id is a UUID.") from error


async def _require_operator(request: Request) -> None:
    principal = await require_principal(request)
    refusal = refusal_of("platform_keys.write", principal, platform_standing(principal))
    if refusal is not None:
        raise Problem("not_permitted", "Only who runs the platform has to do with its keys.")


async def _refuse_too_many(parts: Parts, session: Session) -> None:
    now = parts.clock.now()
    valid = [
        key
        for key in await api_keys.list_keys_of(parts.database, session.user_id)
        if key.revoked_at is None and (key.expires_at is None or key.expires_at > now)
    ]
    if len(valid) >= _MOST_KEYS:
        raise Problem("too_many_keys", f"At most {_MOST_KEYS} keys at a time: revoke one that is not used.")
