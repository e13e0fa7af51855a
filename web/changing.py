"""What endpoints that change something need: who changes it, from where, and under which key."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from bus import codec
from models.audit_notes import Change
from models.idempotency import RequestKey
from web.api.operation import Call
from web.authentication import address_of
from web.middleware.request_id import request_id_of

__all__ = ["change_of", "request_key"]


def change_of(call: Call[Any, Any]) -> Change:
    principal = call.principal
    return Change(
        principal.actor,
        principal.source,
        call.parts.clock.now(),
        request_id_of(call.request.scope),
        address_of(call.request),
    )


def request_key(call: Call[Any, Any]) -> RequestKey:
    """The Idempotency-Key, for this operation and body: to another address it is another request."""
    asked = [call.request.scope["path"], codec.to_builtins(call.body)]
    digest = hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).digest()
    guild_id = 0 if call.place is None else int(call.place.guild.id)
    return RequestKey(call.principal.key, guild_id, call.idempotency_key, digest)
