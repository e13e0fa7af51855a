"""Puts one worker's parts together: a pipeline per lane, and what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.clock import Clock
from bus.senders import Sender
from bus.topology import Topology
from bus.transport import Transport
from models.catalogue import Catalogue
from models.database import Database
from models.ledger import Ledger
from workers.gatekeeper import Gatekeeper
from workers.guild_slots import GuildSlots
from workers.leases import LEASE_SECONDS, Leases
from workers.pipeline import Pipeline
from workers.pool import Pool
from workers.ports import Handler, Ports
from workers.runner import Runner
from workers.settler import Settler
from workers.solitude import Solitude
from workers.steps import Observe
from workers.transactions import Transactions
from workers.until_done import UntilDone

__all__ = ["Lanes", "assemble"]


@dataclass(frozen=True, slots=True)
class Lanes:
    """One pool a lane; they share the leases and the settler, but no slots: bulk work never takes a slash
    command's place (FEATURES.md X11)."""

    pools: Sequence[Pool]
    settler: Settler
    leases: Leases


def assemble(
    *,
    lanes: Sequence[str],
    concurrency: int,
    transport: Transport,
    database: Database,
    ledger: Ledger,
    topology: Topology,
    senders: Mapping[str, Sender],
    catalogue: Catalogue,
    handlers: Mapping[str, Handler],
    gatekeeper: Gatekeeper,
    ports: Ports,
    until_done: UntilDone,
    clock: Clock,
    observe: Observe,
) -> Lanes:
    """`concurrency` is how many handlers run at once in each lane; a quarter of them for one guild."""
    leases = Leases(lambda holds: ledger.renew(holds, LEASE_SECONDS), clock)
    settler = Settler(
        transport=transport, settle=ledger.settle, leases=leases, until_done=until_done, clock=clock, observe=observe
    )
    solitude = Solitude()
    runner = Runner(ports=ports, ladder=topology.ladder, max_attempts=topology.max_attempts, observe=observe)
    transactions = Transactions(database=database, ledger=ledger, runner=runner, clock=clock)

    def pool(lane: str) -> Pool:
        pipeline = Pipeline(
            transport=transport,
            ledger=ledger,
            gatekeeper=gatekeeper,
            runner=runner,
            transactions=transactions,
            settler=settler,
            leases=leases,
            slots=GuildSlots(total=concurrency, per_guild=max(1, concurrency // 4)),
            ladder=topology.ladder,
            until_done=until_done,
            clock=clock,
            observe=observe,
        )
        return Pool(
            queue=f"commands.{lane}",
            prefetch=4 * concurrency,
            transport=transport,
            pipeline=pipeline,
            catalogue=catalogue,
            handlers=handlers,
            senders=senders,
            solitude=solitude,
            clock=clock,
            short_level=topology.ladder[0].name,
        )

    return Lanes([pool(lane) for lane in lanes], settler, leases)
