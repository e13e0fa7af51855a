"""The last hour of the feed, kept in this process, so that a session can be continued here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from web.live.encoding import LiveEvent
from web.live.position import PARTITION, Position
from web.live.recent_ids import RecentIds

__all__ = ["Ring"]


class Ring:
    """Everything of the feed after `floor` up to `head`, by guild, each event once; from `reach` on while older history
    is still being read.

    Bounded by the entries' own timestamps (`keep_seconds`; retention by age works on whole segments, so old
    entries stay readable in the stream) and by `most_bytes` of frames.
    """

    def __init__(self, *, keep_seconds: float, most_bytes: int) -> None:
        self._keep_seconds = keep_seconds
        self._most_bytes = most_bytes
        self._guilds: dict[int | None, deque[LiveEvent]] = {}
        self._order: deque[LiveEvent] = deque()
        self._bytes = 0
        self._recent = RecentIds()
        self.epoch = ""
        self.reach = -1
        self.floor = -1
        self.head = -1

    def __len__(self) -> int:
        return len(self._order)

    @property
    def position(self) -> Position:
        """Where a session that starts now stands."""
        return Position(self.epoch, PARTITION, self.head)

    def restart(self, epoch: str, *, floor: int, reach: int | None = None) -> None:
        """Forget everything: the next entry is the one after `floor`, of the stream `epoch`.

        `reach` below `floor` promises a history of what came after it, to be put before this later.
        """
        self._guilds.clear()
        self._order.clear()
        self._bytes = 0
        self._recent = RecentIds()
        self.epoch, self.floor, self.head = epoch, floor, floor
        self.reach = floor if reach is None else reach

    def begin_after(self, offset: int) -> None:
        """Leave an entry to the history: nothing was kept yet."""
        self.floor = self.head = offset

    def history(self, *, floor: int) -> Ring:
        """An empty ring for what lies between `floor` and this one's, to be filled and put before this one."""
        history = Ring(keep_seconds=self._keep_seconds, most_bytes=self._most_bytes)
        history.restart(self.epoch, floor=floor)
        self.reach = floor
        return history

    def go_without_history(self) -> None:
        """Promise nothing from before what is here."""
        self.reach = self.floor

    def put_before(self, history: Ring) -> None:
        """Keep a history too. Where this one had to drop something of its own since, there is no room for it."""
        if history.head == self.floor:
            for event in reversed(history._order):
                self._order.appendleft(event)
                self._guilds.setdefault(event.guild_id, deque()).appendleft(event)
            self._bytes += history._bytes
            self.floor = history.floor
        self.reach = self.floor
        history._recent.add_all(self._recent)
        self._recent = history._recent

    def advance(self, offset: int) -> None:
        """An entry that is not for the feed was read."""
        self.head = offset

    def append(self, event: LiveEvent) -> bool:
        """Keep it, unless it was published before; returns whether it is new."""
        if not self._recent.add(event.id):
            self.advance(event.offset)
            return False
        self._order.append(event)
        self._guilds.setdefault(event.guild_id, deque()).append(event)
        self._bytes += len(event.frame)
        self.head = event.offset
        self.drop_old(event.at)
        return True

    def drop_old(self, now: float) -> None:
        """Drop what is older than the time kept, at `now` in Unix seconds, or too much."""
        oldest = now - self._keep_seconds
        while self._order and (self._order[0].at < oldest or self._bytes > self._most_bytes):
            dropped = self._order.popleft()
            self._bytes -= len(dropped.frame)
            self.floor = self.reach = dropped.offset
            # Both hold the same entries in the same order: a guild's oldest is the first of its own.
            own = self._guilds[dropped.guild_id]
            own.popleft()
            if not own:
                del self._guilds[dropped.guild_id]

    def after(self, offset: int, guild_id: int) -> list[LiveEvent]:
        """A guild's events after `offset`, oldest first."""
        found: list[LiveEvent] = []
        for event in self._newest_first(guild_id):
            if event.offset <= offset:
                break
            found.append(event)
        found.reverse()
        return found

    def newest(self, guild_id: int) -> Iterator[LiveEvent]:
        """A guild's events, newest first."""
        return self._newest_first(guild_id)

    def _newest_first(self, guild_id: int) -> Iterator[LiveEvent]:
        return reversed(self._guilds.get(guild_id, ()))
