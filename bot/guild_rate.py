"""How many commands a minute the people of one server may start, with slash commands as on the dashboard (E3)."""

from __future__ import annotations

from bus.ids import Snowflake
from models.rate_limits import Rates, guild_limit

__all__ = ["GuildRate"]


class GuildRate:
    """`per_minute` 0 is no limit. With the same `rates` (or the same Redis) as the web it is one limit."""

    def __init__(self, rates: Rates, per_minute: int) -> None:
        self._rates = rates
        self._limit = guild_limit(per_minute)

    async def refusal(self, guild_id: Snowflake) -> str | None:
        """None where one more may be started, which is then counted; else what to tell who asked."""
        spent = await self._rates.spend(self._limit, str(int(guild_id)))
        if spent.allowed:
            return None
        return (
            f"The people of this server started {self._limit.amount} commands within a minute, which is the most. "
            f"Nothing was done. Please try again in {spent.reset_seconds} seconds."
        )
