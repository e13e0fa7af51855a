"""Exports: as long as they are, streamed page by page, so that no process holds one whole."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response, StreamingResponse

from bus import codec
from models.database import Database
from models.paging import Page
from models.queries import AuditEntry, AuditFilter, list_audit
from web.api.filters import AuditFilters
from web.api.operation import Call

__all__ = ["EXPORT_MEDIA", "AuditExportQuery", "export_audit"]

Format = Literal["csv", "ndjson", "json"]
_MEDIA: dict[Format, str] = {"csv": "text/csv", "ndjson": "application/x-ndjson", "json": "application/json"}
EXPORT_MEDIA = tuple(_MEDIA.values())
_PAGE = 200
_COLUMNS = (
    "at", "type", "phase", "actor_kind", "actor_id", "actor_name", "source", "subject", "reason", "before", "after",
    "detail", "id", "command_id", "correlation_id", "guild_id",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class AuditExportQuery(AuditFilters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lines of the audit trail as a file, newest first, all of them."""

    format: Annotated[
        Format, msgspec.Meta(description="What to write: a header and rows, lines of JSON, an array.")
    ] = "ndjson"


async def export_audit(call: Call[AuditExportQuery, None]) -> Response:
    """`csv` with a header, one JSON object a line (`ndjson`), or one array (`json`). It ends where the trail begins."""
    guild, format = call.admitted.guild, call.query.format
    pages = _pages(call.parts.database, int(guild.id), call.query.filter())
    # The first page is read before the response begins, so that trouble with the database is still a problem.
    first = await anext(pages)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="audit-{int(guild.id)}.{format}"',
    }
    return StreamingResponse(_WRITERS[format](first, pages), headers=headers, media_type=_MEDIA[format])


async def _pages(database: Database, guild_id: int, where: AuditFilter) -> AsyncIterator[Sequence[AuditEntry]]:
    cursor: str | None = None
    while True:
        page: Page[AuditEntry] = await list_audit(database, guild_id, where, cursor=cursor, limit=_PAGE)
        yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return


async def _as_csv(first: Sequence[AuditEntry], rest: AsyncIterator[Sequence[AuditEntry]]) -> AsyncIterator[bytes]:
    yield _csv([_COLUMNS])
    yield _csv(_row(entry) for entry in first)
    async for entries in rest:
        yield _csv(_row(entry) for entry in entries)


async def _as_lines(first: Sequence[AuditEntry], rest: AsyncIterator[Sequence[AuditEntry]]) -> AsyncIterator[bytes]:
    yield _lines(first)
    async for entries in rest:
        yield _lines(entries)


async def _as_array(first: Sequence[AuditEntry], rest: AsyncIterator[Sequence[AuditEntry]]) -> AsyncIterator[bytes]:
    yield b"[" + b",".join(codec.encode(entry) for entry in first)
    async for entries in rest:
        yield b"".join(b"," + codec.encode(entry) for entry in entries)
    yield b"]"


_WRITERS: dict[Format, Callable[..., AsyncIterator[bytes]]] = {
    "csv": _as_csv, "ndjson": _as_lines, "json": _as_array,
}  # fmt: skip


def _lines(entries: Sequence[AuditEntry]) -> bytes:
    return b"".join(codec.encode(entry) + b"\n" for entry in entries)


def _csv(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _row(entry: AuditEntry) -> list[str]:
    values = {**codec.to_builtins(entry), **{f"actor_{name}": value for name, value in _actor(entry).items()}}
    return [_cell(values[name]) for name in _COLUMNS]


def _actor(entry: AuditEntry) -> dict[str, str]:
    return {"kind": entry.actor.kind, "id": entry.actor.id, "name": entry.actor.name}


def _cell(value: Any) -> str:
    """A spreadsheet runs what begins like a formula: an apostrophe makes it a text (OWASP, "CSV injection")."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if text.startswith(_FORMULA) else text
