"""The sandbox as Discord, in a process of its own: `python -m bench.ours.discord PORT`.

It keeps more messages of a channel than for people: an answer of a backlog must find its own.
"""

from __future__ import annotations

import sys

import uvloop

from sandbox.server import bind, make_server
from sandbox.settings import SandboxSettings
from sandbox.world import World

__all__: list[str] = []

_MESSAGES_KEPT = 50_000


if __name__ == "__main__":
    listener = bind("127.0.0.1", int(sys.argv[1]))
    world = World(SandboxSettings(messages_kept=_MESSAGES_KEPT))
    uvloop.run(make_server(world, listener).serve(sockets=[listener]))
