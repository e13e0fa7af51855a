"""`…/webhooks`: where a guild's events are to be sent, signed. They are declared here; nothing sends them yet."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.database import Connection
from models.named import WEBHOOKS
from models.tables.named import WebhookRow
from web.api.named import Name, NamedResource, headers_of
from web.api.operation import Call, Nothing
from web.login.sealing import Sealer
from web.once import Answer, once
from web.problems import Problem

__all__ = ["RESOURCE", "NewWebhook", "Webhook", "WebhookRequest", "create_webhook"]

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


async def create_webhook(call: Call[Nothing, WebhookRequest]) -> Response:
    """201 with the secret."""
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    sealed = Sealer(call.parts.settings.session_secret, b"webhook").seal({"secret": secret})
    values = {**_values(call), "secret": sealed}

    async def act(connection: Connection, id: UUID) -> Answer:
        webhook = _view(await RESOURCE.insert(connection, id, call, values))
        made = NewWebhook(**msgspec.structs.asdict(webhook), secret=secret)
        return Answer(made, 201, headers_of(call, made), again=msgspec.structs.replace(made, secret=None))

    return await once(call, act)


def _values(call: Call[Any, WebhookRequest]) -> dict[str, Any]:
    """All but the secret, which stays what it is."""
    _check_url(call.body.url)
    return msgspec.structs.asdict(call.body)


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


RESOURCE = NamedResource(WEBHOOKS, "webhook", view=_view, values=_values)
