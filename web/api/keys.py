"""`/api/v1/keys`: API keys, made and ended by people; a key's text is shown once, when it is made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from loguru import logger
from starlette.responses import Response

from bus.ids import Snowflake
from models import api_keys, key_changes
from models.api_keys import SCOPES
from models.config import Secret
from models.database import Connection
from models.key_records import ApiKey
from models.paging import page_of
from web.account import own_session
from web.api.answers import listing
from web.api.lists import Paging
from web.api.operation import PREFIX, Call, Nothing
from web.authorization import platform_standing, refusal_of
from web.changing import change_of
from web.login.sessions import Session
from web.once import Answer, once
from web.principal import Principal
from web.problems import Problem
from web.standing import standing_of

__all__ = [
    "Key",
    "KeyRequest",
    "KeysQuery",
    "NewKey",
    "RotateRequest",
    "create_key",
    "key_view",
    "list_keys",
    "revoke_key",
    "rotate_key",
]

_MOST_KEYS = 25
_LONGEST_DAYS = 365
_OVERLAP = timedelta(days=1)

Owner = Literal["me", "platform"]


class KeyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that is wanted. `guild_ids` null is every server that its owner reaches.

    `owner` says whose it is: `me`, which may then never do more than I may, or `platform`, which operators make for
    services: kind `script`, and what its scopes say in every server.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    scopes: Annotated[list[str], msgspec.Meta(min_length=1, max_length=len(SCOPES))]
    guild_ids: Annotated[list[Snowflake], msgspec.Meta(min_length=1, max_length=100)] | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_DAYS)] = 90
    owner: Owner = "me"


class RotateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The successor's days; the old key goes on for one more day."""

    days: Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_DAYS)] = 90


class KeysQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Keys, newest first, ended ones too."""

    owner: Annotated[Owner, msgspec.Meta(description="One's own, or the platform's (for operators).")] = "me"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of a key; `prefix` is how its text begins (`gb_<prefix>_…`)."""

    id: UUID
    name: str
    prefix: str
    kind: Literal["api", "script"]
    owner: Owner
    scopes: list[str]
    guild_ids: list[Snowflake] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKey(Key, frozen=True, kw_only=True):
    """A key with its text in `key`, which is kept nowhere: null where the request is repeated."""

    key: str | None


async def list_keys(call: Call[KeysQuery, None]) -> Response:
    session, query = await own_session(call.request), call.query
    database = call.parts.database
    if query.owner == "me":
        found = await api_keys.list_keys_of(database, session.user_id)
    else:
        _require_operator(call.principal)
        found = [key for key in await api_keys.list_keys(database) if key.owner_id is None]
    page = page_of(found, _newest_first, cursor=query.cursor, limit=query.limit)
    return listing(page, [key_view(key) for key in page.items])


async def create_key(call: Call[Nothing, KeyRequest]) -> Response:
    """201 with the key's text. Where that answer was lost, the same request tells which key to revoke."""
    session, parts, principal, asked = await own_session(call.request), call.parts, call.principal, call.body
    unknown = sorted(set(asked.scopes) - set(SCOPES))
    if unknown:
        raise Problem("request_invalid", f"There is no scope {unknown[0][:40]!r}: {', '.join(SCOPES)}.", field="scopes")
    if asked.owner == "platform":
        _require_operator(principal)
    for guild_id in asked.guild_ids or ():
        if await standing_of(parts, principal, guild_id) is None:
            raise Problem("guild_not_found", f"You are not in the server {guild_id}.", field="guild_ids")

    async def act(connection: Connection, id: UUID) -> Answer:
        if asked.owner == "me":
            await _refuse_too_many(connection, session.user_id)
        key, text = await key_changes.issue(
            connection,
            change_of(call),
            id=id,
            name=asked.name,
            scopes=asked.scopes,
            guild_ids=asked.guild_ids,
            kind="script" if asked.owner == "platform" else "api",
            owner_id=None if asked.owner == "platform" else session.user_id,
            expires_at=parts.clock.now() + timedelta(days=asked.days),
        )
        logger.info("{} made the key {} ({})", principal.key, key.id, asked.owner)
        return _made(key, text)

    return await once(call, act)


async def rotate_key(call: Call[Nothing, RotateRequest]) -> Response:
    """201 with a successor's text; the old key goes on for a day, for who must first be told the new one."""
    session, parts, principal, asked = await own_session(call.request), call.parts, call.principal, call.body

    async def act(connection: Connection, id: UUID) -> Answer:
        key = await _own_key(connection, call, session)
        expires_at = parts.clock.now() + timedelta(days=asked.days)
        rotated = await key_changes.rotate(
            connection, change_of(call), key.id, id=id, overlap=_OVERLAP, expires_at=expires_at
        )
        if rotated is None:
            raise Problem("key_ended")
        successor, text = rotated
        logger.info("{} rotated the key {}: {}", principal.key, key.id, successor.id)
        return _made(successor, text)

    return await once(call, act)


async def revoke_key(call: Call[Nothing, None]) -> Response:
    """204; its open streams end as well."""
    session, parts, principal = await own_session(call.request), call.parts, call.principal
    async with parts.database.transaction() as connection:
        key = await _own_key(connection, call, session)
        if not await key_changes.withdraw(connection, change_of(call), key.id):
            raise Problem("key_ended")
    for subscription in parts.hub:
        if subscription.viewer_id.endswith(f":{key.id}"):
            subscription.close("access_lost")
    logger.info("{} revoked the key {}", principal.key, key.id)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def key_view(key: ApiKey) -> Key:
    return Key(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        kind=key.kind,
        owner="platform" if key.owner_id is None else "me",
        scopes=list(key.scopes),
        guild_ids=None if key.guild_ids is None else list(key.guild_ids),
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
    )


def _made(key: ApiKey, text: Secret) -> Answer:
    made = NewKey(**msgspec.structs.asdict(key_view(key)), key=text.reveal())
    again = msgspec.structs.replace(made, key=None)
    return Answer(made, 201, {"Location": f"{PREFIX}/keys/{key.id}"}, again)


def _newest_first(key: ApiKey) -> tuple[int, str]:
    return -(key.id.int >> 80), str(key.id)


async def _own_key(connection: Connection, call: Call[Any, Any], session: Session) -> ApiKey:
    """The key of the path, if it is one's own, or the platform's and one is an operator."""
    key = await api_keys.find_in(connection, call.ids["key_id"])
    if key is None or (key.owner_id is None and not call.principal.operator):
        raise Problem("key_not_found")
    if key.owner_id is not None and key.owner_id != session.user_id:
        raise Problem("key_not_found")
    return key


def _require_operator(principal: Principal) -> None:
    refusal = refusal_of("platform_keys.write", principal, platform_standing(principal))
    if refusal is not None:
        raise Problem("not_permitted", "Only who runs the platform has to do with its keys.")


async def _refuse_too_many(connection: Connection, user_id: Snowflake) -> None:
    if await api_keys.valid_keys_of(connection, user_id) >= _MOST_KEYS:
        raise Problem("too_many_keys", f"At most {_MOST_KEYS} keys at a time: revoke one that is not used.")
