"""Lists in pages: the same query and the same answer everywhere."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

import msgspec

__all__ = ["FIELDS", "SOME", "Cursor", "Limit", "Listing", "Paging", "Search", "name_of"]

T = TypeVar("T")

Search = Annotated[str, msgspec.Meta(max_length=100, description="A part of a name, or a whole id.")]
Limit = Annotated[int, msgspec.Meta(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    Annotated[str, msgspec.Meta(max_length=400)] | None,
    msgspec.Meta(description="`next` of the last answer, to go on from there. Opaque."),
]


SOME = msgspec.Meta(min_length=1)
FIELDS = msgspec.Meta(description="Only these fields of each.")


def name_of(kind: type[msgspec.Struct]) -> msgspec.Meta:
    """That a text is the name of a field of this struct."""
    names = kind.__struct_fields__
    return msgspec.Meta(pattern=f"^({'|'.join(names)})$", extra_json_schema={"enum": list(names)})


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query of a list that has no filters."""

    limit: Limit = 50
    cursor: Cursor = None


class Listing(msgspec.Struct, Generic[T], frozen=True):
    """Some items, and the cursor of the next ones: null on the last page."""

    items: list[T]
    next: str | None
