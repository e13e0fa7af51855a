"""The first frames of a stream: `connected`, then either what was missed or a new start."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bus import codec
from models.events import may_see
from web.live.encoding import LiveEvent, named_event
from web.live.position import Position
from web.live.ring import Ring
from web.live.subscription import Subscription

__all__ = ["connected_frame", "error_frame", "initial_frame", "missed_frames", "recent_data", "reset_frame"]

_RECENT = 50


def connected_frame(subscription: Subscription, now: datetime, *, resumed: bool) -> bytes:
    """F1. It has no id: the browser keeps the last one that it saw."""
    return named_event(
        "connected",
        codec.encode(
            {
                "client_id": subscription.client_id,
                "guild_id": str(subscription.guild_id),
                "time": now,
                "level": subscription.level,
                "resumed": resumed,
            }
        ),
    )


def initial_frame(state: dict[str, Any], recent: bytes, position: Position) -> bytes:
    """The page's state, under the position that was read before it: what came in between follows, maybe twice."""
    head = codec.encode({"offset": str(position), "state": state})
    return named_event("initial", head[:-1] + b',"recent":' + recent + b"}", id=str(position))


def reset_frame(reason: str) -> bytes:
    """F6: what the client knows cannot be continued. `initial` follows, with everything anew."""
    return named_event("reset", codec.encode({"reason": reason}))


def error_frame(code: str, detail: str) -> bytes:
    """F5."""
    return named_event("error", codec.encode({"code": code, "detail": detail}))


def missed_frames(ring: Ring, subscription: Subscription, after: int) -> list[bytes]:
    """What this session may see and has not seen."""
    events = ring.after(after, subscription.guild_id)
    return [event.frame for event in events if _visible(event, subscription)]


def recent_data(ring: Ring, subscription: Subscription) -> bytes:
    """The newest events that this session may see, newest first, as a JSON array of what was encoded once."""
    found: list[bytes] = []
    for event in ring.newest(subscription.guild_id):
        if len(found) == _RECENT:
            break
        if _visible(event, subscription):
            found.append(event.data)
    return b"[" + b",".join(found) + b"]"


def _visible(event: LiveEvent, subscription: Subscription) -> bool:
    return may_see(
        audience=event.audience,
        actor_id=event.actor_id,
        viewer_id=subscription.viewer_id,
        level=subscription.level,
    )
