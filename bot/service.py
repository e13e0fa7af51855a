"""The bot as one coroutine: what `python -m bot` runs, and the all-in-one process beside the others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
from loguru import logger

from bot.autocomplete import Autocomplete
from bot.callbacks import Callbacks
from bot.client import point_at
from bot.config import Settings
from bot.gateway_events import GatewayEvents, Takers, gap_events
from bot.health import BotHealth
from bot.intake import Intake, PublishCommand
from bot.outbox import Outbox
from bot.ports import Ports
from bot.pulse import Pulse
from bot.slash import slash_commands, slash_payloads
from bot.snapshots import MemberLists
from bot.supervisor import Pauses, Supervisor
from bot.syncing import keep_commands_synced
from bus import codec
from bus.clock import Clock
from bus.envelopes import Command, Event
from bus.transport import Message, Transport
from models.catalogue import Catalogue
from models.guild_rules import RulesInForce

__all__ = ["DEFAULT_PAUSES", "broker_publish", "run"]

_FLUSH_SECONDS = 2.0
_HELPER_PAUSE_SECONDS = 1.0
_END_SECONDS = 0.5
_CALLBACK_CONNECTIONS = 200

DEFAULT_PAUSES = Pauses(chance=random.random, identify_seconds=lambda: random.uniform(1, 5))  # noqa: S311 (jitter)


def broker_publish(transport: Transport) -> PublishCommand:
    """Publish a command to the broker and wait for its confirm. Raises the transport's errors."""

    async def publish(command: Command) -> None:
        await transport.publish(Message("commands", f"{command.lane}.{command.type}", codec.encode(command)))

    return publish


async def run(
    settings: Settings,
    *,
    transport: Transport,
    catalogue: Catalogue,
    clock: Clock,
    ports: Ports,
    stop: asyncio.Event,
    health: BotHealth | None = None,
    pauses: Pauses = DEFAULT_PAUSES,
) -> None:
    """Serve one shard until `stop` is set or the task is cancelled; then leave within about four seconds.

    Waits for Discord where it is down. The transport must be started, and is not closed here. Raises DiscordRefused
    where a person must change something first (the token, the shards).
    """
    health = health if health is not None else BotHealth()
    health.shard_id, health.total_shards = settings.shard_id, settings.total_shards
    health.privileged_intents = settings.intents_privileged
    point_at(settings.discord_api_url)
    connector = aiohttp.TCPConnector(limit=_CALLBACK_CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as http:
        await _Bot(settings, transport, catalogue, clock, ports, health, pauses, http).run(stop)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel, twice where once was not enough, and wait no longer than a second.

    A cancellation that meets aiormq in the middle of a call to the broker can be swallowed; the close of the
    transport, which follows, ends what is left.
    """
    left = set(tasks)
    for _ in range(2):
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_END_SECONDS)
        if not left:
            return
    logger.debug("{} parts of the bot hold on to the broker", len(left))


class _Bot:
    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        catalogue: Catalogue,
        clock: Clock,
        ports: Ports,
        health: BotHealth,
        pauses: Pauses,
        http: aiohttp.ClientSession,
    ) -> None:
        self._settings, self._catalogue, self._ports, self._health = settings, catalogue, ports, health
        self._pauses = pauses
        callbacks = Callbacks(settings.discord_api_url, http, clock)
        intake = Intake(
            catalogue=catalogue,
            callbacks=callbacks,
            publish=ports.publish or broker_publish(transport),
            clock=clock,
            rules=ports.rules or RulesInForce(catalogue),
            rate_refusal=ports.rate_refusal,
        )
        completions = Autocomplete(catalogue=catalogue, callbacks=callbacks, suggestions=ports.suggestions)
        self._members = MemberLists()
        self._outbox = Outbox(transport, clock, health, overflowed=self._overflowed, chance=pauses.chance)
        self._events = GatewayEvents(
            outbox=self._outbox,
            members=self._members,
            health=health,
            takers=Takers(slash=intake.take, autocomplete=completions.take),
        )
        self._supervisor = Supervisor(
            token=settings.discord_token.reveal(),
            api_url=settings.discord_api_url,
            dispatches=self._events,
            health=health,
            clock=clock,
            pauses=pauses,
        )
        self._pulse = Pulse(
            transport=transport,
            beat=ports.beat,
            control_version=ports.control_version,
            health=health,
            measure=self._supervisor.measure,
        )

    async def run(self, stop: asyncio.Event) -> None:
        shard = asyncio.create_task(self._shard(), name="shard")
        helpers = [
            self._helper(self._outbox.run),
            self._helper(partial(self._members.run, self._supervisor.ask_for_members)),
            self._helper(self._pulse.run),
            self._helper(self._pulse.listen),
        ]
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            await asyncio.wait({shard, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            shard.cancel()
            outcome = (await asyncio.gather(shard, return_exceptions=True))[0]
            await self._events.finish(_FLUSH_SECONDS)
            await self._outbox.drained(_FLUSH_SECONDS)
            await _end(helpers)
        if isinstance(outcome, Exception):
            raise outcome

    async def _shard(self) -> None:
        client = await self._supervisor.log_in()
        expected = self._settings.discord_application_id
        if expected is not None and expected != int(client.app.id):
            logger.warning("DISCORD_APPLICATION_ID is {}, but DISCORD_TOKEN is of {}", expected, client.app.id)
        syncing: asyncio.Task[None] | None = None
        if self._settings.sync_commands and self._settings.shard_id == 0:
            wanted = slash_payloads(slash_commands(self._catalogue))
            syncing = self._helper(
                partial(
                    keep_commands_synced,
                    client.http,
                    int(client.app.id),
                    wanted,
                    turn=self._ports.registration_turn,
                    health=self._health,
                    pauses=self._pauses,
                )
            )
        try:
            await self._supervisor.hold(client)
        finally:
            if syncing is not None:
                syncing.cancel()
                await asyncio.gather(syncing, return_exceptions=True)
            await client.http.close()
            self._health.connected = False

    def _overflowed(self, since: datetime, until: datetime) -> list[Event]:
        shard = self._health.shard_id
        return gap_events(set(self._events.guilds), since=since, until=until, shard=shard, cause="overflow")

    @staticmethod
    def _helper(work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """A task that begins anew when it fails, for none of these may be missing quietly."""

        async def guarded() -> None:
            while True:
                try:
                    return await work()
                except Exception:
                    logger.exception("a part of the bot failed and begins anew")
                    await asyncio.sleep(_HELPER_PAUSE_SECONDS)

        return asyncio.create_task(guarded())
