"""The sandbox as the instrument uses it: playing the people, ordering faults, reading its book."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import aiohttp

from bus.ids import derived_id, snowflake_time
from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id

__all__ = ["GUILDS", "PLENTY", "SINK_ROUTE", "Discord"]

GUILDS = (GUILD_ONE, GUILD_TWO)
SINK_ROUTE = "POST /sandbox/webhook-sink/{name}"
PLENTY = 100_000
"""Requests a second, in place of Discord's own limits."""
# Discord's own limits are for a bot of its size; what is looked for here is loss, and a 429 is one of the faults.
_LIMITED = (
    "GET /guilds/{guild_id}/audit-logs",
    "GET /guilds/{guild_id}/members",
    "GET /guilds/{guild_id}/members/{user_id}",
    "DELETE /guilds/{guild_id}/members/{user_id}",
    "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "POST /guilds/{guild_id}/channels",
    "POST /channels/{channel_id}/messages",
    "PATCH /webhooks/{webhook_id}/{token}/messages/@original",
)
_TIMEOUT = aiohttp.ClientTimeout(total=20)


class Discord:
    """Its control API at `url`. `book` grows with each `read_book`: the sandbox itself forgets old rows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.api_path = "/sandbox/discord/api/v10"
        self.sink_url = f"{url}/sandbox/webhook-sink"
        self.book: list[dict[str, Any]] = []
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def close(self) -> None:
        await self._session.close()

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Raises RuntimeError with what the sandbox said."""
        async with self._session.request(method, f"{self.url}/sandbox/api{path}", json=body) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
            return None if answer.status == 204 else await answer.json()

    async def lift_limits(self) -> None:
        await self.call("POST", "/limits", {"global_per_second": PLENTY})
        for route in _LIMITED:
            await self.call("POST", "/limits", {"route": route, "limit": PLENTY})

    async def newcomers(self, guild_id: int, count: int) -> list[str]:
        """New members of the guild; their ids."""
        body = {"guild_id": str(guild_id), "action": "bulk_join", "count": count}
        return list((await self.call("POST", "/members", body))["user_ids"])

    async def use(self, guild_id: int, command: str, options: dict[str, Any]) -> tuple[str, UUID]:
        """The owner uses a slash command: the interaction's id, and the id that its command must get."""
        body = {
            "guild_id": str(guild_id), "user_id": str(person_id("owner")), "command": command, "options": options,
        }  # fmt: skip
        interaction = str((await self.call("POST", "/interactions", body))["id"])
        return interaction, derived_id(snowflake_time(int(interaction)), "interaction", interaction)

    async def interaction(self, interaction_id: str) -> dict[str, Any]:
        return dict(await self.call("GET", f"/interactions/{interaction_id}"))

    async def add_fault(self, route: str, kind: str, **fields: Any) -> str:
        return str((await self.call("POST", "/faults", {"route": route, "kind": kind, **fields}))["id"])

    async def faults_used(self) -> dict[str, int]:
        return {fault["id"]: fault["used"] for fault in await self.call("GET", "/faults")}

    async def remove_fault(self, fault_id: str) -> None:
        await self.call("DELETE", f"/faults/{fault_id}")

    async def gateway(self, action: str, **fields: Any) -> None:
        await self.call("POST", "/gateway", {"action": action, **fields})

    async def connected_shards(self) -> set[int]:
        return {row["shard"][0] for row in await self.call("GET", "/gateway") if row["connected"]}

    async def connections(self) -> int:
        """How many gateway sessions are connected; while one process takes over from another, two of a shard."""
        return sum(row["connected"] for row in await self.call("GET", "/gateway"))

    async def read_book(self) -> None:
        since = self.book[-1]["n"] if self.book else 0
        self.book += await self.call("GET", f"/effects?since={since}")
