"""A POST is carried out once under its Idempotency-Key: what it changes and what it answers are one transaction.

Commands have the ledger for that (`web.accept`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus import codec
from bus.ids import new_id
from models.database import Connection
from models.errors import KeyReused
from models.idempotency import first_use, keep_answer
from web.api.answers import json_response
from web.api.operation import JSON, Call
from web.changing import request_key

__all__ = ["Answer", "decided_once", "id_once", "once"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. `again` is the body for the same request later, where it is another: a secret is shown once."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    again: Any = None


class _Kept(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: msgspec.Raw


async def once(call: Call[Any, Any], act: Callable[[Connection, UUID], Awaitable[Answer]]) -> Response:
    """`act` changes what it changes on the connection, under an id that the key stands for from then on.

    What it raises takes everything back, the use of the key too. Raises KeyReused.
    """
    first: list[Answer] = []

    async def act_and_keep(connection: Connection, id: UUID) -> _Kept:
        first.append(answer := await act(connection, id))
        body = answer.body if answer.again is None else answer.again
        return _Kept(answer.status, dict(answer.headers), msgspec.Raw(codec.encode(body)))

    kept = await decided_once(call, _Kept, act_and_keep)
    if first:
        return json_response(first[0].body, first[0].status, first[0].headers)
    return Response(bytes(kept.body), kept.status, {"Cache-Control": "no-store", **kept.headers}, JSON)


async def decided_once(call: Call[Any, Any], kind: type[T], decide: Callable[[Connection, UUID], Awaitable[T]]) -> T:
    """What `decide` returned, a `kind`, the first time that this request was made. Raises KeyReused."""
    request = request_key(call)
    async with call.parts.database.transaction() as connection:
        id = new_id(call.parts.clock.now())
        earlier = await first_use(connection, request, id)
        if earlier is None:
            decided = await decide(connection, id)
            await keep_answer(connection, request, codec.encode(decided).decode())
            return decided
    if earlier.answer is None:
        raise KeyReused(request.key, earlier.id)
    return codec.decode(earlier.answer.encode(), kind)


async def id_once(call: Call[Any, Any], id: UUID) -> UUID:
    """`id`, or what it was when this request came first: what is done under it is done once. Raises KeyReused."""

    async def decide(_: Connection, __: UUID) -> UUID:
        return id

    return await decided_once(call, UUID, decide)
