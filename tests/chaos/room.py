"""`python -m tests.chaos.room bot|web|workers|sandbox …`: a process of the platform, as its own `__main__` runs it.

Three things are added from outside: it dies with whoever started it, its clock can be stepped (CHAOS_CLOCK), and the
bot notes which commands the broker has confirmed (CHAOS_CONFIRMED), which is when an interaction counts as accepted.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
from pathlib import Path

from bot import service
from bot.intake import PublishCommand
from bus.envelopes import Command
from bus.transport import Transport
from tests.chaos.clocks import SteppedClock

_PR_SET_PDEATHSIG = 1


def main() -> int:
    room = sys.argv.pop(1)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    module = importlib.import_module(f"{room}.__main__")
    if room == "sandbox":
        return int(module.main())
    if "CHAOS_CONFIRMED" in os.environ:
        _note_confirms(Path(os.environ["CHAOS_CONFIRMED"]))
    return int(module.main(SteppedClock(Path(os.environ["CHAOS_CLOCK"]))))


def _note_confirms(file: Path) -> None:
    """Each confirmed command's id as a line, written after the confirm: a kill between notes one too few at most."""
    broker_publish = service.broker_publish
    book = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def noting(transport: Transport) -> PublishCommand:
        publish = broker_publish(transport)

        async def note(command: Command) -> None:
            await publish(command)
            os.write(book, f"{command.id}\n".encode())

        return note

    service.broker_publish = noting


if __name__ == "__main__":
    sys.exit(main())
