"""The first projection: guilds, roles, channels and members by name, as the gateway tells them."""

from __future__ import annotations

from collections.abc import Sequence

from loguru import logger

from bus.envelopes import Event
from bus.errors import InvalidMessage
from models import guild_state
from models.database import Connection

__all__ = ["GuildState"]


class GuildState:
    """Applies guild events to the tables that the dashboard and the permission checks read."""

    name = "guild_state"
    stream = "gateway"

    async def apply(self, connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            try:
                await guild_state.apply_event(connection, event)
            except InvalidMessage as error:
                logger.error("Event {} ({}) does not fit its type: {}", event.id, event.type, error)
