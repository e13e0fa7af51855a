"""The first projection: guilds, roles, channels and members by name, as the gateway tells them."""

from __future__ import annotations

from collections.abc import Sequence

from bus.envelopes import Event
from models import guild_state
from models.database import Connection

__all__ = ["GuildState"]


class GuildState:
    """Applies guild events to the tables that the dashboard and the permission checks read."""

    name = "guild_state"

    async def apply(self, connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            await guild_state.apply(connection, event)
