"""`…/analytics`: what was used, how it ended, how long it took, and what happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from models import analytics
from models.analytics import (
    ActivityBucket,
    Bucket,
    CommandBucket,
    CommandUse,
    EventBucket,
    EventUse,
    Span,
)
from web.api.answers import json_response
from web.api.operation import Call
from web.parts import Parts
from web.problems import Problem

__all__ = [
    "KEPT_SECONDS",
    "Activity",
    "CommandAnalytics",
    "CommandAnalyticsQuery",
    "EventAnalytics",
    "SpanQuery",
    "command_analytics",
    "event_analytics",
    "guild_activity",
    "span_of",
]

KEPT_SECONDS = 5.0
"""How old a figure of a range that has not ended may be."""
_DEFAULT_DAYS = {"hour": 2, "day": 30, "week": 182}
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class SpanQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A range and how finely it is divided; without `since`, 2 days of hours, 30 of days, or 26 weeks."""

    since: Annotated[_Moment | None, msgspec.Meta(description="From this moment on.")] = None
    until: Annotated[_Moment | None, msgspec.Meta(description="Before this moment; without it, now.")] = None
    bucket: Annotated[Bucket, msgspec.Meta(description="How finely the range is divided.")] = "day"
    timezone: Annotated[
        Annotated[str, msgspec.Meta(max_length=64)],
        msgspec.Meta(description="Whose days these are: a name as `Europe/Lisbon`."),
    ] = "UTC"


class CommandAnalyticsQuery(SpanQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As any range, of one command where it is named."""

    type: Annotated[
        Annotated[str, msgspec.Meta(max_length=64)] | None, msgspec.Meta(description="Of this type alone.")
    ] = None


class CommandAnalytics(msgspec.Struct, frozen=True, kw_only=True):
    """Commands that were issued in the range: by type, the most frequent first, and over time."""

    since: datetime
    until: datetime
    total: int
    by_type: list[CommandUse]
    over_time: list[CommandBucket]


class EventAnalytics(msgspec.Struct, frozen=True, kw_only=True):
    """Events that came in the range: by type, the most frequent first, and over time."""

    since: datetime
    until: datetime
    total: int
    by_type: list[EventUse]
    over_time: list[EventBucket]


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """What went on in a server."""

    since: datetime
    until: datetime
    over_time: list[ActivityBucket]


async def command_analytics(call: Call[CommandAnalyticsQuery, None]) -> Response:
    database, guild_id, query = call.parts.database, int(call.admitted.guild.id), call.query
    span = span_of(call.parts, query)

    async def find() -> CommandAnalytics:
        by_type = await analytics.command_use(database, guild_id, span, type=query.type)
        over_time = await analytics.command_use_over_time(database, guild_id, span, type=query.type)
        total = sum(bucket.total for bucket in over_time)
        return CommandAnalytics(since=span.since, until=span.until, total=total, by_type=by_type, over_time=over_time)

    return await _kept(call.parts, ("commands", guild_id, query), find)


async def event_analytics(call: Call[SpanQuery, None]) -> Response:
    database, guild_id = call.parts.database, int(call.admitted.guild.id)
    span = span_of(call.parts, call.query)

    async def find() -> EventAnalytics:
        by_type = await analytics.event_use(database, guild_id, span)
        over_time = await analytics.event_use_over_time(database, guild_id, span)
        total = sum(one.total for one in by_type)
        return EventAnalytics(since=span.since, until=span.until, total=total, by_type=by_type, over_time=over_time)

    return await _kept(call.parts, ("events", guild_id, call.query), find)


async def guild_activity(call: Call[SpanQuery, None]) -> Response:
    database, guild_id = call.parts.database, int(call.admitted.guild.id)
    span = span_of(call.parts, call.query)

    async def find() -> Activity:
        over_time = await analytics.guild_activity(database, guild_id, span)
        return Activity(since=span.since, until=span.until, over_time=over_time)

    return await _kept(call.parts, ("activity", guild_id, call.query), find)


async def _kept(parts: Parts, key: Hashable, find: Callable[[], Awaitable[msgspec.Struct]]) -> Response:
    """Weeks of a busy server are thousands of rows to sort: a range without an end is told as of some seconds ago."""
    return json_response(await parts.kept.get(("analytics", key), KEPT_SECONDS, find))


def span_of(parts: Parts, query: SpanQuery) -> Span:
    """Raises Problem `request_invalid` for a time zone that does not exist."""
    try:
        ZoneInfo(query.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise Problem("request_invalid", "timezone is a name such as Europe/Lisbon.", field="timezone") from error
    until = query.until or parts.clock.now()
    try:
        since = query.since or until - timedelta(days=_DEFAULT_DAYS[query.bucket])
    except OverflowError as error:
        raise Problem("request_invalid", "until lies too far back.", field="until") from error
    return Span(since=since, until=until, bucket=query.bucket, timezone=query.timezone)
