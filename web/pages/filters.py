"""A page's filters, from its address: those of the API's list, read leniently."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from web.api.queries import read_query

__all__ = ["asked_for"]

Q = TypeVar("Q", bound=msgspec.Struct)


def asked_for(request: Request, kind: type[Q]) -> Q:
    """The query as a `kind`: a form sends empty fields too, and a page has parameters of its own.

    Raises Problem `request_invalid` for a filter that says nothing that can be looked for.
    """
    known = {name: text for name, text in request.query_params.items() if text and name in kind.__struct_fields__}
    return read_query(QueryParams(known), kind)
