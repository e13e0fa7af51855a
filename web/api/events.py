"""`GET /api/v1/guilds/{guild_id}/events`: the live feed of a guild as Server-Sent Events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import uuid4

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.permissions import Level
from web.api.operation import Call
from web.authorization import refusal_of
from web.guild_lookup import guild_summary
from web.live.opening import error_frame
from web.live.position import parse_position
from web.live.response import StreamResponse
from web.live.session import LiveSession
from web.live.subscription import Subscription
from web.page_state import page_state
from web.parts import Parts
from web.principal import Principal
from web.problems import Problem
from web.renewal import still_valid
from web.standing import Admitted, standing_of

__all__ = ["EventsQuery", "stream_events"]


class EventsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where to go on."""

    last_event_id: Annotated[
        str, msgspec.Meta(max_length=200, description="The last id received, where the header cannot be sent.")
    ] = ""


async def stream_events(call: Call[EventsQuery, None]) -> Response:
    """`Last-Event-ID` as a header (browsers send it on reconnect) or as `last_event_id` in the query resumes."""
    parts, principal, admitted = call.parts, call.principal, call.admitted
    viewer_id = _viewer_id(principal)
    if parts.hub.streams_of(viewer_id) >= parts.settings.streams_per_principal:
        raise Problem(
            "too_many_streams",
            f"At most {parts.settings.streams_per_principal} streams at once.",
            headers={"Retry-After": "10"},
        )
    if parts.hub.stopping or not parts.follower.loaded.is_set():
        reason = "The process is stopping." if parts.hub.stopping else "The live stream is not loaded yet."
        return StreamResponse(
            _only(error_frame("unavailable", reason)),
            subscription=None,
        )
    subscription = Subscription(
        client_id=uuid4().hex,
        guild_id=int(admitted.guild.id),
        level=admitted.standing.level,
        viewer_id=viewer_id,
        most=parts.settings.stream_queue,
        session_id=principal.session_id,
    )
    asked = call.request.headers.get("last-event-id") or call.query.last_event_id
    session = _session(asked, parts, admitted, subscription)
    return StreamResponse(session.frames(), subscription=subscription)


def _session(asked: str, parts: Parts, admitted: Admitted, subscription: Subscription) -> LiveSession:
    principal, guild_id = admitted.principal, admitted.guild.id
    last_seen = parse_position(asked) if asked else None

    async def still_allowed() -> Level | None:
        return await _level_now(parts, principal, guild_id)

    return LiveSession(
        ring=parts.ring,
        hub=parts.hub,
        recheck=parts.recheck,
        clock=parts.clock,
        subscription=subscription,
        still_allowed=still_allowed,
        load_state=lambda: page_state(parts, admitted),
        last_seen=last_seen,
        unreadable_id=bool(asked) and last_seen is None,
        catch_up_seconds=parts.settings.catch_up_seconds,
    )


async def _level_now(parts: Parts, principal: Principal, guild_id: Snowflake) -> Level | None:
    """The same questions as at the opening: does the session or key hold, the guild exist, the table allow it."""
    renewed = await still_valid(parts, principal)
    if renewed is None or await guild_summary(parts.database, guild_id) is None:
        return None
    standing = await standing_of(parts, renewed, guild_id)
    if standing is None or refusal_of("events.read", renewed, standing) is not None:
        return None
    return standing.level


def _viewer_id(principal: Principal) -> str:
    """A person is known by the id that events carry; a key is nobody's actor id."""
    return principal.id if principal.kind == "user" else principal.key


async def _only(frame: bytes) -> AsyncIterator[bytes]:
    yield frame
