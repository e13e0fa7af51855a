"""Addresses of the next page of a list, with the filters kept."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request

__all__ = ["next_page"]


def next_page(request: Request, cursor: str | None) -> str | None:
    """None on the last page."""
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor" and value]
    return f"{request.scope['path']}?{urlencode([*kept, ('cursor', cursor)])}"
