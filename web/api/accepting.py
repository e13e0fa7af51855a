"""What a client's headers ask for: media types, and answers that it has already (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from web.problems import Problem

__all__ = ["accepts", "matches_etag", "version_in"]


def accepts(header: str | None, offered: Iterable[str]) -> bool:
    """Whether `Accept` takes one of the offered media types (section 12.5.1); without one, anything will do."""
    if header is None or not header.strip():
        return True
    weights = dict(_weighted(part) for part in header.lower().split(","))
    return any(_weight_of(media, weights) > 0 for media in offered)


def matches_etag(header: str | None, etag: str) -> bool:
    """Whether `If-None-Match` names the ETag, compared weakly (section 13.1.2)."""
    if header is None:
        return False
    named = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in named or etag.removeprefix("W/") in named


def version_in(header: str | None) -> int:
    """The version that `If-Match` names (section 13.1.1), where the ETag is the version.

    Raises Problem `version_needed` without one, `version_conflict` for what was never an ETag of ours.
    """
    if header is None or not header.strip():
        raise Problem("version_needed", 'Send If-Match with the ETag of what you have read, such as "7".')
    found = re.fullmatch(r'\s*"(\d{1,9})"\s*', header)
    if found is None:
        raise Problem("version_conflict", f'If-Match is one ETag as it was read, such as "7", not {header[:40]!r}.')
    return int(found[1])


def _weight_of(media: str, weights: dict[str, float]) -> float:
    """The most specific range decides."""
    for wanted in (media, media.partition("/")[0] + "/*", "*/*"):
        if wanted in weights:
            return weights[wanted]
    return 0.0


def _weighted(part: str) -> tuple[str, float]:
    """A media range and its weight; a weight that is none counts as 1."""
    media, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media, float(parameter[2:])
            except ValueError:
                break
    return media, 1.0
