"""How this process's shard is doing, for health checks, the heartbeat row and the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["BotHealth"]


@dataclass(slots=True)
class BotHealth:
    """Written by the parts of the bot, read by anybody. `latency_ms` is the last heartbeat's round trip."""

    shard_id: int = 0
    total_shards: int = 1
    connected: bool = False
    since: datetime | None = None
    latency_ms: float | None = None
    guilds: int = 0
    privileged_intents: bool = True
    privileged_intents_refused: bool = False
    reconnects: int = 0
    resumes: int = 0
    gaps: int = 0
    trouble: str = ""
    commands_synced: bool = False
    commands_trouble: str = ""
    control_version: int = 0
    events_waiting: int = 0
    events_published: int = 0
    events_dropped: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    def went_up(self, now: datetime) -> None:
        """The gateway has said READY or RESUMED."""
        self.connected, self.since, self.trouble = True, now, ""

    def went_down(self, now: datetime, trouble: str) -> None:
        """The gateway is gone; `trouble` is a sentence."""
        if self.connected or self.since is None:
            self.since = now
        self.connected, self.trouble, self.latency_ms = False, trouble, None

    def report(self) -> dict[str, Any]:
        """As JSON-able values, under the names of the fields; `shard` is `[id, total]`."""
        return {
            "shard": [self.shard_id, self.total_shards],
            "connected": self.connected,
            "since": None if self.since is None else self.since.isoformat(),
            "latency_ms": self.latency_ms,
            "guilds": self.guilds,
            "intents": {"privileged": self.privileged_intents, "refused": self.privileged_intents_refused},
            "reconnects": self.reconnects,
            "resumes": self.resumes,
            "gaps": self.gaps,
            "trouble": self.trouble,
            "commands": {"synced": self.commands_synced, "trouble": self.commands_trouble},
            "control_version": self.control_version,
            "events": {
                "waiting": self.events_waiting,
                "published": self.events_published,
                "dropped": self.events_dropped,
            },
            **self.extra,
        }
