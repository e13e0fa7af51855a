"""Keeps one shard connected: log in, connect, and after any loss do it again, with backoff."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from interactions import Client
from interactions.api.gateway.gateway import GatewayClient
from interactions.client.errors import LoginError
from loguru import logger

from bot.client import intents, make_client
from bot.gateway import Dispatches, GuardedState, Session
from bot.health import BotHealth
from bot.recovery import DiscordRefused, Verdict, backoff_seconds, judge
from bus.clock import Clock

__all__ = ["Pauses", "Supervisor"]

_LOGIN_SECONDS = 20.0
_CLOSE_SECONDS = 2.0
_STABLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Pauses:
    """Every wait of the supervisor, in seconds, so that tests need not wait."""

    chance: Callable[[], float]
    identify_seconds: Callable[[], float]
    scale: float = 1.0

    def before(self, attempt: int) -> float:
        return backoff_seconds(attempt, self.chance()) * self.scale


class Supervisor:
    """One shard of one process. `api_url` is only for messages: where Discord is looked for."""

    def __init__(
        self,
        *,
        token: str,
        api_url: str,
        dispatches: Dispatches,
        health: BotHealth,
        clock: Clock,
        pauses: Pauses,
    ) -> None:
        self._token = token
        self._api_url = api_url
        self._dispatches = dispatches
        self._health = health
        self._clock = clock
        self._pauses = pauses
        self._session = Session()
        self._state: GuardedState | None = None

    async def log_in(self) -> Client:
        """Log in, trying until Discord is there. Raises DiscordRefused for a token that it does not accept."""
        attempt = 0
        while True:
            client, state = make_client(
                shard_id=self._health.shard_id,
                total_shards=self._health.total_shards,
                privileged=self._health.privileged_intents,
            )
            try:
                async with asyncio.timeout(_LOGIN_SECONDS):
                    await client.login(self._token)
            except LoginError as error:
                await client.http.close()
                raise DiscordRefused(judge(error, privileged=False).reason) from error
            except Exception as error:
                await client.http.close()
                attempt += 1
                await self._wait(
                    attempt, f"Discord at {self._api_url} does not answer: {type(error).__name__}: {error}"
                )
            except BaseException:
                await client.http.close()
                raise
            else:
                state.guard(
                    session=self._session,
                    dispatches=self._dispatches,
                    clock=self._clock,
                    identify_pause_seconds=self._pauses.identify_seconds,
                )
                self._state = state
                return client

    async def hold(self, client: Client) -> None:
        """Stay connected until `close`. Raises DiscordRefused where trying again cannot help."""
        attempt = 0
        while True:
            began = self._clock.monotonic()
            verdict = await self._connection(client)
            if verdict.refused:
                raise DiscordRefused(verdict.reason)
            if self._clock.monotonic() - began > _STABLE_SECONDS:
                attempt = 0
            if verdict.without_privileged:
                self._drop_privileged(client)
            attempt += 1
            self._health.reconnects += 1
            await self._wait(attempt, f"{verdict.reason}; connecting again")

    async def ask_for_members(self, guild_id: str, nonce: str) -> None:
        """Send one request for a guild's whole member list; while disconnected it waits for nothing and is lost."""
        gateway = self._gateway()
        if gateway is not None:
            await gateway.request_member_chunks(guild_id, limit=0, nonce=nonce)

    def measure(self) -> None:
        """Write the gateway's latency into the health."""
        gateway = self._gateway()
        latency = math.inf if gateway is None else gateway.latency
        self._health.latency_ms = None if latency == math.inf else round(latency * 1000, 1)

    def leave(self) -> None:
        """End the session; `hold` then only waits to be cancelled."""
        if self._state is not None:
            self._state.leave()

    def _gateway(self) -> GatewayClient | None:
        """The present connection; the library has a sentinel of its own where there is none."""
        gateway = None if self._state is None else self._state.gateway
        return gateway if isinstance(gateway, GatewayClient) else None

    async def _connection(self, client: Client) -> Verdict:
        state = self._state
        if state is None:
            raise RuntimeError("log_in comes first")
        try:
            async with asyncio.timeout(_LOGIN_SECONDS):
                url = await client.http.get_gateway()
        except Exception as error:
            return Verdict(f"Discord at {self._api_url} does not answer: {type(error).__name__}: {error}"[:300])
        connection = asyncio.create_task(state.connect(url), name="gateway")
        try:
            await asyncio.shield(connection)
        except asyncio.CancelledError:
            # Cancelling the library in the middle of a read leaves a reader behind: ask it to close instead.
            state.leave()
            await asyncio.wait({connection}, timeout=_CLOSE_SECONDS)
            connection.cancel()
            await asyncio.gather(connection, return_exceptions=True)
            raise
        except Exception as error:
            return judge(error, privileged=self._health.privileged_intents)
        return judge(None, privileged=self._health.privileged_intents)

    def _drop_privileged(self, client: Client) -> None:
        self._health.privileged_intents = False
        self._health.privileged_intents_refused = True
        reduced = intents(privileged=False)
        client.intents = reduced
        if self._state is not None:
            self._state.intents = reduced
        logger.warning(
            "Discord does not grant the members intent: joins and leaves are not seen and members are looked up one "
            "by one; enable it in Discord's developer portal (Bot, Privileged Gateway Intents) or set "
            "INTENTS_PRIVILEGED=false"
        )

    async def _wait(self, attempt: int, trouble: str) -> None:
        pause = self._pauses.before(attempt)
        self._health.went_down(self._clock.now(), trouble)
        logger.warning("{} (try {} in {:.1f} s)", trouble, attempt + 1, pause)
        await asyncio.sleep(pause)
