"""`python -m sandbox --host 127.0.0.1 --port 8090 --state FILE` runs the sandbox alone."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path

import msgspec

from sandbox.server import bind, make_server
from sandbox.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local stand-in for Discord.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="a JSON file in which the world survives a restart")
    chosen = parser.parse_args()
    try:
        world = World(state_path=chosen.state)
    except msgspec.DecodeError as error:
        sys.stderr.write(f"{chosen.state} is not a saved sandbox: {error}\n")
        return 2
    try:
        listener = bind(chosen.host, chosen.port)
    except OSError as error:
        sys.stderr.write(f"Can't listen on {chosen.host}:{chosen.port}: {error.strerror}\n")
        return 2
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(make_server(world, listener).serve(sockets=[listener]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
