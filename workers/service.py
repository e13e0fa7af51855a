"""A worker process's life: start its parts, keep them going, stop them in order."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
from loguru import logger

from bus.breaker import CircuitBreaker
from bus.clock import Clock
from bus.ids import new_id
from bus.senders import Sender
from bus.topology import Topology
from bus.transport import Transport
from models import dead_letters, processes
from models.approval_store import ApprovalStore
from models.bulks import begin_children
from models.catalogue import Catalogue
from models.database import Database
from models.guild_rules import RulesInForce
from models.ledger import Ledger
from models.lifeline import Lifeline
from workers.approvals import Approvals
from workers.assembly import Lanes, assemble
from workers.config import Settings
from workers.cooldowns import Cooldowns
from workers.crash_loops import CrashLoops
from workers.dead_letters import DeadLetterReader
from workers.discord.pace import InvalidRequests, Pace
from workers.discord.rest import open_discord
from workers.examiner import Examiner
from workers.feeder import Feeder
from workers.gatekeeper import Gatekeeper
from workers.guilds import GuildTables
from workers.housekeeping import Housekeeping
from workers.keys import KeyTable
from workers.outages import Outage
from workers.ports import Handler, Ports
from workers.projections.event_counts import EventCounts
from workers.projections.guild_state import GuildState
from workers.projections.runner import ProjectionRunner
from workers.replies import Replies
from workers.steps import Observe, unobserved
from workers.sweeper import Sweeper
from workers.switchboard import Switchboard
from workers.until_done import UntilDone
from workers.webhook_caller import HttpWebhookCaller

__all__ = ["run"]

VERSION = "0.1.0"
_HEARTBEAT_SECONDS = 5.0
_LET_GO_SECONDS = 1.0


async def run(
    settings: Settings,
    *,
    transport: Transport,
    database: Database,
    topology: Topology,
    senders: Mapping[str, Sender],
    catalogue: Catalogue,
    handlers: Mapping[str, Handler],
    clock: Clock,
    stop: asyncio.Event,
    observe: Observe = unobserved,
) -> None:
    """Work until `stop` is set, then finish what is in hand within `settings.grace_seconds`.

    `transport` and `database` are connected by the caller, who closes them afterwards. Raises what a part raised
    that should have gone on for ever.
    """
    pace = Pace(clock)
    breaker = CircuitBreaker("Discord", clock)
    lifeline = Lifeline(database)
    ledger = Ledger(database, holder=lifeline.key)
    guilds = GuildTables(database, clock)
    async with (
        aiohttp.ClientSession() as session,
        open_discord(
            token=settings.discord_token.reveal(),
            api_url=settings.discord_api_url,
            breaker=breaker,
            pace=pace,
            invalid=InvalidRequests(clock),
        ) as discord,
    ):
        rules = RulesInForce(catalogue)
        switchboard = Switchboard(transport=transport, rules=rules, database=database)
        await switchboard.refresh()
        examiner = Examiner(
            clock=clock,
            rules=rules,
            presence=guilds,
            surroundings=guilds,
            access=guilds,
            keys=KeyTable(database, clock),
            discord=discord,
        )
        approval_store = ApprovalStore(database)
        approvals = Approvals(examiner=examiner, reader=approval_store, catalogue=catalogue)
        gatekeeper = Gatekeeper(clock=clock, examiner=examiner, approvals=approvals, cooldowns=Cooldowns(database))
        ports = Ports(
            catalogue=catalogue,
            clock=clock,
            discord=discord,
            webhooks=HttpWebhookCaller(session, allowed=settings.webhook_allow),
            guilds=guilds,
            approvers=approvals,
        )
        until_done = UntilDone(clock)
        lanes = assemble(
            lanes=settings.lanes,
            concurrency=settings.concurrency,
            transport=transport,
            database=database,
            ledger=ledger,
            topology=topology,
            senders=senders,
            catalogue=catalogue,
            handlers=handlers,
            gatekeeper=gatekeeper,
            ports=ports,
            until_done=until_done,
            clock=clock,
            observe=observe,
        )
        replies = Replies(
            transport=transport,
            discord=discord,
            delivered=ledger.delivered,
            until_done=until_done,
            clock=clock,
            ladder=topology.ladder,
            max_attempts=topology.max_attempts,
        )
        crash_loops = CrashLoops(
            transport=transport,
            ledger=ledger,
            catalogue=catalogue,
            topology=topology,
            senders=senders,
            clock=clock,
        )
        letters = DeadLetterReader(
            transport=transport,
            store=lambda letter: dead_letters.store(database, letter),
            second_chance=crash_loops.second_chance,
            until_done=until_done,
            clock=clock,
        )
        process_id = new_id(clock.now())
        projections = [
            ProjectionRunner(projection, transport=transport, database=database, owner=process_id)
            for projection in (GuildState(), EventCounts())
        ]
        presence = Presence(
            database,
            process_id,
            rules,
            switchboard.changed,
            pace,
            lambda: {
                "lanes": list(settings.lanes),
                "in hand": len(lanes.leases),
                "breakers": {"Discord": breaker.state},
            },
        )
        parts = Parts(lanes, replies, letters)
        waits = {lane: pool.longest_wait for lane, pool in zip(settings.lanes, lanes.pools, strict=True)}
        background: Sequence[Coroutine[None, None, None]] = (
            lifeline.keep(),
            lanes.leases.keep(),
            lanes.settler.run(),
            Sweeper(transport=transport, sweep=ledger.sweep, waits=waits).run(),
            Feeder(transport=transport, ready=lambda: begin_children(database, catalogue, clock.now())).run(),
            Feeder(transport=transport, ready=approval_store.take_decided).run(),
            Housekeeping(database=database, ledger=ledger, clock=clock).run(),
            switchboard.run(),
            *(projection.run() for projection in projections),
            presence.run(),
        )
        async with _in_background(background) as failed:
            receiving = [asyncio.create_task(part) for part in parts.receiving()]
            stopping = asyncio.create_task(stop.wait())
            logger.info("Worker {} takes {}", process_id, ", ".join(settings.lanes))
            try:
                ends: list[asyncio.Future[Any]] = [stopping, failed, *receiving]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                await parts.stop(settings.grace_seconds)
                done, _ = await asyncio.wait(receiving, timeout=_LET_GO_SECONDS)
                for ended in done:
                    ended.result()
            finally:
                for task in (stopping, *receiving):
                    task.cancel()
            if failed.done():
                failed.result()
        await presence.leave()


@dataclass(frozen=True, slots=True)
class Parts:
    """What takes deliveries, in the order in which it is stopped: commands first, for they cause the others."""

    lanes: Lanes
    replies: Replies
    letters: DeadLetterReader

    def receiving(self) -> list[Coroutine[None, None, None]]:
        return [*(pool.run() for pool in self.lanes.pools), self.replies.run(), self.letters.run()]

    async def stop(self, grace_seconds: float) -> None:
        await asyncio.gather(*(pool.stop(grace_seconds=grace_seconds) for pool in self.lanes.pools))
        await self.replies.stop(grace_seconds=max(0.5, grace_seconds / 4))
        await self.letters.stop()


class Presence:
    """This process in the table of live ones: others share Discord's limit with it, and see what it obeys (X10)."""

    def __init__(
        self,
        database: Database,
        id: UUID,
        rules: RulesInForce,
        changed: asyncio.Event,
        pace: Pace,
        details: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._database = database
        self._details = details
        self._id = id
        self._rules = rules
        self._changed = changed
        self._pace = pace
        self._outage = Outage("The heartbeat could not be written")

    async def run(self) -> None:
        """Every five seconds, and at once when other rules are obeyed."""
        while True:
            self._changed.clear()
            try:
                live = await processes.heartbeat(
                    self._database,
                    id=self._id,
                    kind="worker",
                    host=socket.gethostname(),
                    pid=os.getpid(),
                    version=VERSION,
                    control_version=self._rules.version,
                    details=self._details(),
                )
                self._pace.share_among(live)
                self._outage.over()
            except Exception as error:
                self._outage.failed(error)
            try:
                async with asyncio.timeout(_HEARTBEAT_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def leave(self) -> None:
        try:
            async with asyncio.timeout(1):
                await processes.farewell(self._database, self._id)
        except Exception as error:
            logger.debug("No farewell was written: {}", error)


@asynccontextmanager
async def _in_background(parts: Sequence[Coroutine[None, None, None]]) -> AsyncIterator[asyncio.Future[None]]:
    """Runs what goes on for ever; the future fails with the first part that ended."""
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ended(task: asyncio.Task[None]) -> None:
        if task.cancelled() or failed.done():
            return
        error = task.exception() or RuntimeError(f"{task.get_name()} ended although it should not")
        failed.set_exception(error)

    tasks = [asyncio.create_task(part) for part in parts]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield failed
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not failed.done():
            failed.cancel()
