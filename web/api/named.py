"""Endpoints of named things: presets, templates and webhooks are listed, read, made, changed and deleted alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from starlette.responses import Response
from tortoise import Model

from models.database import Connection
from models.named import NamedThings
from models.paging import page_of
from web.api.answers import json_response, listing
from web.api.lists import Cursor, Limit
from web.api.operation import Call, Nothing
from web.changing import change_of
from web.once import Answer, once
from web.problems import Problem

__all__ = ["Name", "NameQuery", "NamedResource", "Shown", "headers_of"]

Row = TypeVar("Row", bound=Model)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"\S")]


class NameQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Named things by name: by default all of them."""

    limit: Limit = 200
    cursor: Cursor = None


class Shown(Protocol):
    """What is answered of a row; its ETag is its version, for `If-Match` of a change."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...


class NamedResource(Generic[Row]):
    """One kind of named things, of the guild of the path, or of the platform where there is none.

    `kind` names it in problems (`preset_not_found`) and in the path (`preset_id`); `view` is what is shown of a row,
    `values` what a request's body says, or a Problem.
    """

    def __init__(
        self,
        things: NamedThings[Row],
        kind: str,
        *,
        view: Callable[[Row], Shown],
        values: Callable[[Call[Any, Any]], Mapping[str, Any]],
    ) -> None:
        self._things = things
        self._kind = kind
        self._view = view
        self._values = values

    async def list(self, call: Call[NameQuery, None]) -> Response:
        shown = [self._view(row) for row in await self._things.all(call.parts.database, **_scope(call))]
        query = call.query
        return listing(
            page_of(shown, lambda one: (one.name.lower(), str(one.id)), cursor=query.cursor, limit=query.limit)
        )

    async def get(self, call: Call[Nothing, None]) -> Response:
        return self._answer(await self.find(call.parts.database.client, call))

    async def create(self, call: Call[Nothing, Any]) -> Response:
        values = self._values(call)

        async def act(connection: Connection, id: UUID) -> Answer:
            shown = self._view(await self.insert(connection, id, call, values))
            return Answer(shown, 201, headers_of(call, shown))

        return await once(call, act)

    async def update(self, call: Call[Nothing, Any]) -> Response:
        """All of it anew; 412 where somebody else changed it in between."""
        row = await self._things.update(
            call.parts.database,
            self._id(call),
            change_of(call),
            self._values(call),
            expected_version=call.expected_version,
            **_scope(call),
        )
        if row is None:
            raise self._missing()
        return self._answer(row)

    async def delete(self, call: Call[Nothing, None]) -> Response:
        if not await self._things.delete(call.parts.database, self._id(call), change_of(call), **_scope(call)):
            raise self._missing()
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def find(self, connection: Connection, call: Call[Any, Any]) -> Row:
        """The one of the path. Raises its Problem where there is none."""
        row = await self._things.find(connection, self._id(call), **_scope(call))
        if row is None:
            raise self._missing()
        return row

    async def insert(self, connection: Connection, id: UUID, call: Call[Any, Any], values: Mapping[str, Any]) -> Row:
        return await self._things.create(connection, id, change_of(call), values, **_scope(call))

    def _answer(self, row: Row) -> Response:
        shown = self._view(row)
        return json_response(shown, headers={"ETag": f'"{shown.version}"'})

    def _id(self, call: Call[Any, Any]) -> UUID:
        id: UUID = call.ids[f"{self._kind}_id"]
        return id

    def _missing(self) -> Problem:
        return Problem(f"{self._kind}_not_found")


def headers_of(call: Call[Any, Any], made: Shown) -> dict[str, str]:
    """Where to look at what a POST to its list made, and its version."""
    return {"Location": f"{call.request.scope['path']}/{made.id}", "ETag": f'"{made.version}"'}


def _scope(call: Call[Any, Any]) -> dict[str, int]:
    return {} if call.place is None else {"guild_id": int(call.place.guild.id)}
