"""Messages that come twice, in another order, or kill whoever reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bus import codec
from bus.clock import SystemClock
from bus.transport import Message
from models.catalogue import Catalogue
from models.ledger import Ledger
from scripts.direct import build_command, publish_directly
from tests.chaos.books import Accepted
from tests.chaos.platform import Platform
from tests.chaos.poison import SPECS

__all__ = ["delivered_again", "poisoned"]

_PUBLISH_SECONDS = 5.0


@asynccontextmanager
async def delivered_again(p: Platform) -> AsyncIterator[None]:
    """What scripts published last, all of it once more, the newest first and some of it three times."""
    assert p.load is not None
    commands = list(reversed(p.load.recent))
    commands += p.dice.sample(commands, len(commands) // 2)
    messages = [Message("commands", f"{one.lane}.{one.type}", codec.encode(one)) for one in commands]
    await p.load.ways.script.publish_all(messages, timeout_seconds=_PUBLISH_SECONDS)
    yield


@asynccontextmanager
async def poisoned(p: Platform) -> AsyncIterator[None]:
    """A command whose handler takes the whole process down, each time."""
    assert p.load is not None
    clock, ways = SystemClock(), p.load.ways
    command = build_command(
        Catalogue(SPECS), "chaos.poison", {}, guild_id=None, dry_run=False, clock=clock, who="chaos"
    )
    await publish_directly(command, ledger=Ledger(ways.database), transport=ways.script)
    p.load.promise(Accepted(command.id, command.type, "script", poison=True))
    yield
