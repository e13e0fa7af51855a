"""`…/webhooks`: where a guild's events are to be sent, signed. They are declared here; nothing sends them yet."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.named import WEBHOOKS
from models.paging import page_of
from models.tables.named import WebhookRow
from web.api.answers import json_response, listing
from web.api.operation import PREFIX, Call, Nothing
from web.api.presets import Name, NameQuery
from web.changing import change_of, request_key
from web.login.sealing import Sealer
from web.problems import Problem

__all__ = [
    "NewWebhook",
    "Webhook",
    "WebhookRequest",
    "create_webhook",
    "delete_webhook",
    "get_webhook",
    "list_webhooks",
    "update_webhook",
]

_EventType = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*)$", max_length=64)]


class WebhookRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where to send what: `types` are types of events (`member.join`, `command.*`); none means all."""

    name: Name
    url: Annotated[str, msgspec.Meta(min_length=12, max_length=500, pattern=r"^https://\S+$")]
    types: Annotated[list[_EventType], msgspec.Meta(max_length=50)] = []
    enabled: bool = True


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook; its ETag is its version."""

    id: UUID
    guild_id: Snowflake
    name: str
    url: str
    types: list[str]
    enabled: bool
    version: int
    updated_at: datetime
    updated_by: str


class NewWebhook(Webhook, frozen=True, kw_only=True):
    """A webhook with the secret that signs what it sends, shown this once: null where the request is repeated."""

    secret: str | None


async def list_webhooks(call: Call[NameQuery, None]) -> Response:
    rows = await WEBHOOKS.all(call.parts.database, guild_id=int(call.admitted.guild.id))
    query = call.query
    page = page_of(rows, lambda row: (row.name.lower(), str(row.id)), cursor=query.cursor, limit=query.limit)
    return listing(page, [_view(row) for row in page.items])


async def get_webhook(call: Call[Nothing, None]) -> Response:
    guild_id = int(call.admitted.guild.id)
    row = await WEBHOOKS.find(call.parts.database, call.ids["webhook_id"], guild_id=guild_id)
    if row is None:
        raise Problem("webhook_not_found")
    return _shown(row)


async def create_webhook(call: Call[Nothing, WebhookRequest]) -> Response:
    """201 with the secret."""
    _check_url(call.body.url)
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    sealed = Sealer(call.parts.settings.session_secret, b"webhook").seal({"secret": secret})
    made = await WEBHOOKS.create(
        call.parts.database,
        change_of(call),
        request_key(call),
        {**msgspec.structs.asdict(call.body), "secret": sealed},
        guild_id=int(call.admitted.guild.id),
    )
    if made is None:
        raise Problem("webhook_not_found", "This request made one, which was deleted since.")
    shown = NewWebhook(**msgspec.structs.asdict(_view(made.row)), secret=None if made.repeated else secret)
    where = f"{PREFIX}/guilds/{made.row.guild_id}/webhooks/{made.row.id}"
    return json_response(shown, 201, {"Location": where, "ETag": f'"{made.row.version}"'})


async def update_webhook(call: Call[Nothing, WebhookRequest]) -> Response:
    """All of it anew, but for the secret."""
    _check_url(call.body.url)
    row = await WEBHOOKS.update(
        call.parts.database,
        call.ids["webhook_id"],
        change_of(call),
        msgspec.structs.asdict(call.body),
        expected_version=call.expected_version,
        guild_id=int(call.admitted.guild.id),
    )
    if row is None:
        raise Problem("webhook_not_found")
    return _shown(row)


async def delete_webhook(call: Call[Nothing, None]) -> Response:
    guild_id = int(call.admitted.guild.id)
    if not await WEBHOOKS.delete(call.parts.database, call.ids["webhook_id"], change_of(call), guild_id=guild_id):
        raise Problem("webhook_not_found")
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _check_url(url: str) -> None:
    """Raises Problem `request_invalid` for what can be no address of somebody else's server.

    A name can point inside all the same: whatever sends has to look at what it resolves to.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise Problem("request_invalid", f"The url cannot be read: {error}.", field="url") from error
    if not host or parts.username is not None or parts.fragment:
        raise Problem("request_invalid", "The url names a server, without user, password or fragment.", field="url")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or _is_inside(host):
        raise Problem("request_invalid", "The url names a server on the internet.", field="url")


def _is_inside(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _view(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        guild_id=Snowflake(int(row.guild_id)),
        name=row.name,
        url=row.url,
        types=list(row.types),
        enabled=row.enabled,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def _shown(row: WebhookRow) -> Response:
    return json_response(_view(row), headers={"ETag": f'"{row.version}"'})
