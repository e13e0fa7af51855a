"""How a server uses the bot: charts, each with its table, over a range that the reader chooses."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from bus.errors import InvalidMessage
from models import analytics
from models.analytics import Bucket, Span
from models.database import Database
from web.api.analytics import KEPT_SECONDS
from web.pages.session import admit_page, page_context
from web.parts import parts_of
from web.preferences import preferences_of
from web.problems import Problem

__all__ = ["RANGES", "analytics_page", "range_that_holds"]

RANGES: dict[str, tuple[str, timedelta, Bucket]] = {
    "day": ("24 hours", timedelta(days=1), "hour"),
    "week": ("7 days", timedelta(days=7), "hour"),
    "month": ("30 days", timedelta(days=30), "day"),
    "quarter": ("90 days", timedelta(days=90), "day"),
    "year": ("A year", timedelta(days=365), "week"),
}
"""By their name in the address: words, length, and how finely they are divided."""

_FINEST = ((timedelta(days=8), "hour"), (timedelta(days=120), "day"))


async def analytics_page(request: Request) -> Response:
    admitted = await admit_page(request, "analytics.read")
    parts, asked, guild_id = parts_of(request), request.query_params, int(admitted.guild.id)
    zone = preferences_of(request).zone or "UTC"
    now, name = parts.clock.now(), asked.get("range", "")
    if name not in RANGES and not (asked.get("from") or asked.get("to")):
        name = await parts.kept.get(
            ("analytics range", guild_id, zone), KEPT_SECONDS, lambda: _range_of(parts.database, guild_id, zone, now)
        )
    chosen, span = _span(name, asked.get("from"), asked.get("to"), zone, now)
    type_ = asked.get("type") or None
    asked_for = (guild_id, chosen or (asked.get("from"), asked.get("to")), zone, type_)
    figures = await parts.kept.get(
        ("analytics page", asked_for), KEPT_SECONDS, lambda: _figures(parts.database, guild_id, span, type_)
    )
    context = {
        **page_context(admitted, section="analytics"),
        "ranges": {name: words for name, (words, _, _) in RANGES.items()},
        "range": chosen,
        "span": span,
        "days": (span.since.astimezone(ZoneInfo(zone)).date(), span.until.astimezone(ZoneInfo(zone)).date()),
        "zone": zone,
        "type": type_,
        **figures,
    }
    return parts.pages.render(request, "analytics.html", context)


def range_that_holds(first: datetime | None, now: datetime) -> str:
    """The shortest, of a month at most, that holds the first thing that happened; the month where nothing did."""
    if first is None:
        return "month"
    return next((name for name in ("day", "week") if now - first <= RANGES[name][1]), "month")


async def _range_of(database: Database, guild_id: int, zone: str, now: datetime) -> str:
    """What a server's page opens with: one that is new has no month to show."""
    activity = await analytics.guild_activity(database, guild_id, Span(now - RANGES["month"][1], now, "day", zone))
    return range_that_holds(next((one.at for one in activity if one.commands or one.events), None), now)


async def _figures(database: Database, guild_id: int, span: Span, type: str | None) -> dict[str, Any]:
    used = await analytics.command_use(database, guild_id, span)
    activity = await analytics.guild_activity(database, guild_id, span)
    return {
        "used": used,
        "total": sum(one.total for one in used),
        "people": max((bucket.people for bucket in activity), default=0),
        "over_time": await analytics.command_use_over_time(database, guild_id, span, type=type),
        "activity": activity,
        "events": await analytics.event_use(database, guild_id, span),
        "events_over_time": await analytics.event_use_over_time(database, guild_id, span),
    }


def _span(name: str, first: str | None, last: str | None, zone: str, now: datetime) -> tuple[str, Span]:
    """A range by its name, or from one day to another in the reader's zone. Raises Problem `request_invalid`."""
    if first or last:
        span = _between(first, last, zone, now)
        try:
            span.check()
        except InvalidMessage as error:
            raise Problem("request_invalid", str(error), field="from") from error
        return "", span
    _, length, bucket = RANGES[name]
    return name, Span(now - length, now, bucket, zone)


def _between(first: str | None, last: str | None, zone: str, now: datetime) -> Span:
    where = ZoneInfo(zone)
    try:
        end = date.fromisoformat(last) if last else now.astimezone(where).date()
        begin = date.fromisoformat(first) if first else end - timedelta(days=29)
        since = datetime.combine(begin, time(), where)
        until = datetime.combine(end + timedelta(days=1), time(), where)
    except (ValueError, OverflowError) as error:
        raise Problem("request_invalid", "A day is written as 2026-01-31.", field="from") from error
    bucket = next((bucket for longest, bucket in _FINEST if until - since <= longest), "week")
    return Span(since.astimezone(UTC), until.astimezone(UTC), bucket, zone)  # type: ignore[arg-type]
