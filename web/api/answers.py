"""JSON answers: through the bus's codec, so that a snowflake is a string everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from starlette.responses import Response

from bus import codec
from models.paging import Page
from web.api.lists import Listing
from web.api.operation import JSON

__all__ = ["json_response", "listing"]

T = TypeVar("T")


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Not to be kept by anybody: what it says depends on who asks, and changes."""
    return Response(codec.encode(body), status, {"Cache-Control": "no-store", **(headers or {})}, JSON)


def listing(page: Page[Any], items: Sequence[T] | None = None, fields: Sequence[str] | None = None) -> Response:
    """A page of a list; `items` in place of the page's own where they are shown differently.

    Of each item only `fields`, where they are named.
    """
    shown: Sequence[Any] = page.items if items is None else items
    if fields is not None:
        shown = [{name: getattr(item, name) for name in fields} for item in shown]
    return json_response(Listing(list(shown), page.next_cursor))
