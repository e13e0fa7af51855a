"""nchan (https://nchan.io), the peer for live updates: Debian's nginx with its module, one worker process.

Published to over HTTP and read as an EventSource, as its manual shows. It has one channel, without the audiences,
rights, ring and state that guildbus looks at for each session.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.live_clients import Feed
from bench.processes import ROOT, Program, free_port

__all__ = ["Nchan", "nchan", "need_nchan"]

_MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
_READY_SECONDS = 10.0
_INSTALL_SECONDS = 300
_PUBLISHERS = 8
_CONFIGURATION = """
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  nchan_shared_memory_size 128M;
  server {{
    listen 127.0.0.1:{port};
    keepalive_requests 1000000;
    location = /publish {{ nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 1000; }}
    location = /events {{
      nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest;
    }}
  }}
}}
"""
"""1,000 messages are kept, as many as a session of guildbus may have waiting."""


@dataclass(frozen=True, slots=True)
class Nchan:
    program: Program
    feed: Feed
    session: aiohttp.ClientSession

    async def publish(self, bodies: Sequence[bytes]) -> None:
        """Returns when nchan has taken all. Raises aiohttp.ClientError where it does not."""
        waiting = iter(bodies)

        async def some() -> None:
            for body in waiting:
                async with self.session.post(f"http://127.0.0.1:{self.feed.port}/publish", data=body) as answer:
                    answer.raise_for_status()

        await asyncio.gather(*(some() for _ in range(min(_PUBLISHERS, len(bodies)))))


def need_nchan() -> None:
    """Install it where it is missing and may be installed. Raises SystemExit(2) after saying what is missing."""
    if _MODULE.is_file():
        return
    install = (
        ". scripts/_environment.sh; . scripts/_system_packages.sh; "
        f'need {_MODULE} libnginx-mod-nchan "or leave nchan out (--without-nchan)"'
    )
    if subprocess.run(["bash", "-c", install], cwd=ROOT, timeout=_INSTALL_SECONDS, check=False).returncode:
        raise SystemExit(2)


@asynccontextmanager
async def nchan(folder: Path) -> AsyncIterator[Nchan]:
    """nginx on a free port, with all its files in `folder`."""
    port = free_port()
    configuration = _configured(folder, port)
    command = ("nginx", "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log"))
    program = Program(command, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, folder / "output.log")
    try:
        async with aiohttp.ClientSession() as session:
            await _answers(program, port)
            yield Nchan(program, Feed(port, "/events", ": hi"), session)
    finally:
        await program.stop()


def _configured(folder: Path, port: int) -> Path:
    folder.mkdir(exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(module=_MODULE, port=port))
    return configuration


async def _answers(program: Program, port: int) -> None:
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            if not program.running:
                raise RuntimeError(f"nginx ended: {program.last_words()}")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
