"""What must be true before the rooms can work: tables, queues, epochs. Waits for what is down, saying what it is."""

from __future__ import annotations

from loguru import logger

from bus import topology_apply
from bus.errors import AccessRefused, BrokerUnavailable
from bus.topology import Stream
from models import migrate, streams
from models.database import Database
from models.database_url import shown_address as shown_database
from models.errors import DatabaseUnavailable
from scripts.backoff import until_it_works
from scripts.shown import shown_address
from scripts.up.broker import Broker

__all__ = ["prepare_broker", "prepare_database"]


async def prepare_database(url: str, database: Database) -> None:
    """Migrate as the URL's own user, then open the pool."""
    applied = await until_it_works(
        lambda: migrate.upgrade(url), on=(DatabaseUnavailable,), what=f"the database at {shown_database(url)}"
    )
    for name in applied:
        logger.info("applied migration {}", name)
    await database.connect()


async def prepare_broker(broker: Broker, database: Database) -> None:
    """Bring the broker to what topology.yaml says; streams that are new get a new epoch."""
    await broker.started()
    everything = {name for name, queue in broker.topology.queues.items() if isinstance(queue, Stream)}
    for name in await _apply(broker) if broker.admin_url else everything:
        await streams.renew(database, name)


async def _apply(broker: Broker) -> frozenset[str]:
    """The names of the streams that were made."""
    try:
        applied = await until_it_works(
            lambda: topology_apply.apply(broker.admin_url, broker.topology),
            on=(BrokerUnavailable,),
            what=f"the broker at {shown_address(broker.admin_url)}",
        )
    except AccessRefused as error:
        # Somebody else may have applied it, with more rights than this user has; the rooms say what they miss.
        logger.warning("the topology was not applied: {}", error)
        return frozenset()
    for change in applied.changes:
        logger.debug("topology: {}", change)
        if change.kind == "differs":
            logger.warning("the broker differs from topology.yaml: {}; see `guildbus topology plan`", change)
    return applied.streams_created
