"""Server-Sent Events as bytes, made once for all sessions. https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

from dataclasses import dataclass

from bus import codec
from bus.envelopes import Audience, Event
from bus.errors import InvalidMessage
from bus.transport import StreamEntry
from models.events import EVENT_TYPES
from web.live.position import PARTITION

__all__ = ["HEARTBEAT", "LiveEvent", "named_event", "read_entry"]

HEARTBEAT = b": heartbeat\n\n"


@dataclass(frozen=True, slots=True, eq=False)
class LiveEvent:
    """One event of the feed. `frame` is what goes over the wire.

    In Unix seconds: `at` is when it was published, `happened` what the event itself says. That is before any of its
    copies was published.
    """

    offset: int
    at: float
    happened: float
    id: int
    guild_id: int | None
    audience: Audience
    actor_id: str | None
    frame: bytes
    data_at: int
    type: str = ""

    @property
    def data(self) -> bytes:
        """The event as JSON, cut out of the frame."""
        return self.frame[self.data_at : -2]


def read_entry(entry: StreamEntry, epoch: str) -> LiveEvent | None:
    """The stream's entry as sessions get it; None where it is not for the feed.

    Raises InvalidMessage for an entry that is no event.
    """
    body = codec.decompress(entry.body, entry.content_encoding)
    event = codec.decode(body, Event)
    kind = EVENT_TYPES.get(event.type)
    if kind is not None and not kind.feed:
        return None
    if b"\n" in body or b"\r" in body:
        # A line break would end the `data:` field; ours never hold one, another publisher's may.
        body = codec.encode(event)
    head = f"id: {epoch}.{PARTITION}.{entry.offset}\ndata: ".encode()
    return LiveEvent(
        offset=entry.offset,
        at=entry.timestamp.timestamp(),
        happened=event.timestamp.timestamp(),
        id=event.id.int,
        guild_id=None if event.guild_id is None else int(event.guild_id),
        audience=event.audience,
        actor_id=event.actor_id,
        frame=head + body + b"\n\n",
        data_at=len(head),
        type=event.type,
    )


def named_event(name: str, data: bytes, *, id: str = "") -> bytes:
    """A frame with an event name. Without an id the browser keeps the last one that it saw."""
    if b"\n" in data or b"\r" in data:
        raise InvalidMessage("the data of a server-sent event is one line of JSON")
    head = f"id: {id}\nevent: {name}\ndata: " if id else f"event: {name}\ndata: "
    return head.encode() + data + b"\n\n"
