"""Every fault that the instrument injects. One table."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from random import Random

from tests.chaos.discord import PLENTY
from tests.chaos.faults import broker, clocks, database, deliveries, discord, live, network, processes
from tests.chaos.faults.fault import Fault

__all__ = ["FAULTS", "deck"]

FAULTS: tuple[Fault, ...] = (
    Fault("worker killed", processes.killed("workers"), share=3, doubts=True),
    Fault("web killed", processes.killed("web"), share=2),
    Fault("bot killed", processes.killed("bot"), share=2),
    Fault("worker restarted", processes.restarted("workers"), doubts=True),
    Fault("web restarted", processes.restarted("web")),
    Fault("bot replaced", processes.restarted("bot")),
    Fault("deploy of everything", processes.deployed, doubts=True),
    Fault("broker node restarted", broker.node_restarted),
    Fault("broker node killed", broker.node_killed),
    Fault("queue leader's node killed", broker.leader_restarted),
    Fault("whole cluster restarted", broker.cluster_restarted, seconds=1.0),
    Fault("queue full", broker.queue_full, seconds=3.0),
    Fault("memory alarm", broker.memory_alarm, seconds=3.0),
    Fault("broker connections cut", network.cut("broker"), share=3),
    Fault("broker connections slow", network.slow("broker"), seconds=4.0),
    Fault("broker connections silent", network.silent("broker"), seconds=3.0),
    Fault("PostgreSQL restarted", database.postgres_restarted, seconds=1.0, share=2, doubts=True),
    Fault("PostgreSQL connections ended", database.connections_ended, share=2, doubts=True),
    Fault("PostgreSQL process killed", database.backend_killed, doubts=True),
    Fault("PostgreSQL unreachable", network.unreachable("store"), seconds=3.0, doubts=True),
    Fault("PostgreSQL connections cut", network.cut("store"), share=2, doubts=True),
    Fault("PostgreSQL connections slow", network.slow("store"), seconds=4.0, doubts=True),
    Fault("Discord answers 429", discord.in_rest("rate_limit", retry_after=1.0, limit=PLENTY), seconds=3.0),
    Fault("Discord answers 503", discord.in_rest("status", status=503), seconds=3.0),
    Fault("Discord times out", discord.in_rest("latency", latency_ms=12_000, times=4), seconds=3.0, doubts=True),
    Fault("Discord's answers are lost", discord.in_rest("lost_answer"), seconds=3.0, share=2, doubts=True),
    Fault("Discord hangs up", discord.in_rest("drop"), seconds=3.0),
    Fault("Discord connections cut", network.cut("rest"), share=2, doubts=True),
    Fault("a webhook's answer is lost", discord.at_the_webhook("lost_answer"), seconds=3.0, share=2, doubts=True),
    Fault("gateway connections dropped", discord.at_the_gateway("drop")),
    Fault("gateway sessions invalid", discord.at_the_gateway("invalidate", resumable=False)),
    Fault("deliveries again, out of order", deliveries.delivered_again, share=3),
    Fault("poison", deliveries.poisoned, doubts=True),
    Fault("worker's clock off by an hour", clocks.stepped("workers"), seconds=4.0, doubts=True),
    Fault("web's clock off by an hour", clocks.stepped("web"), seconds=4.0),
    Fault("bot's clock off by an hour", clocks.stepped("bot"), seconds=4.0),
    Fault("sessions stop reading", live.stopped_reading, seconds=8.0),
    Fault("a session vanishes", live.vanished, share=2),
    Fault("all sessions vanish", live.all_vanished, share=2),
)


def deck(dice: Random, only: Collection[str] = ()) -> Iterator[Fault]:
    """Faults without end, shuffled: of each (or of each that is named) as many in a round as its share says."""
    cards = [fault for fault in FAULTS if not only or fault.name in only for _ in range(fault.share)]
    while True:
        dice.shuffle(cards)
        yield from cards
