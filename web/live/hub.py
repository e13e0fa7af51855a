"""Which sessions get an event: by guild, then by what their level and their person may see."""

from __future__ import annotations

from collections.abc import Iterator

from models.events import may_see
from models.permissions import LEVELS, Level
from web.live.encoding import LiveEvent
from web.live.subscription import CloseReason, Subscription

__all__ = ["Hub"]


class _Room:
    """The open streams of one guild."""

    __slots__ = ("by_level", "by_viewer")

    def __init__(self) -> None:
        self.by_level: dict[Level, set[Subscription]] = {level: set() for level in LEVELS}
        self.by_viewer: dict[str, set[Subscription]] = {}


class Hub:
    """All open streams of this process. `publish` decides once per level, not once per session."""

    def __init__(self) -> None:
        self._rooms: dict[int, _Room] = {}
        self._all: set[Subscription] = set()
        self._stopping = False

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(tuple(self._all))

    @property
    def stopping(self) -> bool:
        return self._stopping

    def streams_of(self, viewer_id: str) -> int:
        return sum(1 for subscription in self._all if subscription.viewer_id == viewer_id)

    def add(self, subscription: Subscription) -> None:
        room = self._rooms.setdefault(subscription.guild_id, _Room())
        room.by_level[subscription.level].add(subscription)
        room.by_viewer.setdefault(subscription.viewer_id, set()).add(subscription)
        self._all.add(subscription)
        if self._stopping:
            subscription.close("stopping")

    def remove(self, subscription: Subscription) -> None:
        """Forget it; a guild without streams leaves nothing behind."""
        if subscription not in self._all:
            return
        self._all.discard(subscription)
        room = self._rooms[subscription.guild_id]
        room.by_level[subscription.level].discard(subscription)
        own = room.by_viewer[subscription.viewer_id]
        own.discard(subscription)
        if not own:
            del room.by_viewer[subscription.viewer_id]
        if not room.by_viewer:
            del self._rooms[subscription.guild_id]

    def publish(self, event: LiveEvent) -> None:
        """Hand the event's frame to every session that may see it."""
        room = None if event.guild_id is None else self._rooms.get(event.guild_id)
        if room is None:
            return
        actor, frame = event.actor_id, event.frame
        own = room.by_viewer.get(actor, ()) if actor is not None else ()
        for level, subscriptions in room.by_level.items():
            if may_see(audience=event.audience, actor_id=None, viewer_id="", level=level):
                for subscription in subscriptions:
                    subscription.push(frame)
            else:
                for subscription in own:
                    if subscription.level == level:
                        subscription.push(frame)

    def audiences(self) -> dict[int, tuple[frozenset[str], frozenset[str]]]:
        """By guild: the people who have a stream open (keys are no people), and the ids of all streams."""
        return {
            guild_id: (
                frozenset(viewer for viewer in room.by_viewer if viewer.isdigit()),
                frozenset(one.client_id for streams in room.by_viewer.values() for one in streams),
            )
            for guild_id, room in self._rooms.items()
        }

    def tell(self, guild_id: int, frame: bytes) -> None:
        """Hand a frame that is no event to every session of a guild."""
        room = self._rooms.get(guild_id)
        for subscriptions in () if room is None else tuple(room.by_level.values()):
            for subscription in tuple(subscriptions):
                subscription.push(frame)

    def tell_everybody(self, frame: bytes) -> None:
        """As `tell`, in every guild."""
        for subscription in tuple(self._all):
            subscription.push(frame)

    def close_session(self, session_id: str) -> None:
        """Its person logged out: other processes learn it at their next check."""
        for subscription in tuple(self._all):
            if subscription.session_id == session_id:
                subscription.close("logged_out")

    def close_all(self, reason: CloseReason) -> None:
        for subscription in tuple(self._all):
            subscription.close(reason)

    def stop(self) -> None:
        """The process is going down: close every stream, and each that still comes."""
        self._stopping = True
        self.close_all("stopping")
