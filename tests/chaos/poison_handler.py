"""The poison's handler, in a module of its own: only workers import handlers."""

from __future__ import annotations

import os
import signal

from models.outcome import Outcome
from tests.chaos.poison import Poison
from workers.ports import Call, Handler

__all__ = ["HANDLERS"]


async def die(call: Call) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    return Outcome("never said")


HANDLERS = (Handler(Poison, die),)
