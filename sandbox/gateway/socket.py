"""The gateway protocol over one WebSocket: hello, identify or resume, heartbeats, requests, the end.

https://discord.com/developers/docs/events/gateway#connection-lifecycle
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.gateway.chunks import chunks
from sandbox.gateway.intents import Intent
from sandbox.gateway.peer import WebSocketPeer
from sandbox.gateway.ready import guild_create, guilds_of, ready
from sandbox.gateway.session import Session, frame
from sandbox.world import World

__all__ = ["serve"]

_HEARTBEAT, _IDENTIFY, _PRESENCE, _VOICE, _RESUME, _MEMBERS = 1, 2, 3, 4, 6, 8
_INVALID_SESSION, _HELLO, _ACK = 9, 10, 11
_IGNORED = frozenset({_PRESENCE, _VOICE, 31, 43})
_MAX_FRAME = 4096 * 4


class _Close(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def serve(world: World, socket: WebSocket) -> None:
    """Runs one connection until either side ends it."""
    await socket.accept()
    compress = socket.query_params.get("compress") == "zlib-stream"
    peer = WebSocketPeer(socket, compress=compress, queue=world.settings.send_queue)
    link = _Link(world, socket, peer)
    peer.send(frame(_HELLO, {"heartbeat_interval": world.settings.heartbeat_interval_ms, "_trace": ["sandbox"]}))
    tasks = [asyncio.create_task(work) for work in (link.read(), peer.write(), link.watch_heartbeat())]
    try:
        waited: list[asyncio.Future[Any]] = [*tasks, peer.ending]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        code: int | None = None
        reason = ""
        gone = False
        if peer.ending.done():
            code, reason = peer.ending.result()
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                if isinstance(error, _Close):
                    code, reason = error.code, error.reason
                elif isinstance(error, WebSocketDisconnect):
                    gone = True
                    link.left(error.code)
                elif not peer.ending.done():
                    gone = True
        link.detach()
        if not gone:
            # The other side may have gone at the same moment.
            with contextlib.suppress(RuntimeError, OSError):
                await peer.hang_up(code, reason)
    finally:
        link.detach()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Link:
    """What one connection knows: its session once it has one, and when it last heard a heartbeat."""

    def __init__(self, world: World, socket: WebSocket, peer: WebSocketPeer) -> None:
        self._world = world
        self._socket = socket
        self._peer = peer
        self._session: Session | None = None
        self._beat = asyncio.Event()

    def detach(self) -> None:
        # A session that was resumed elsewhere meanwhile has another peer by now.
        if self._session is not None and self._session.peer is self._peer:
            self._world.gateway.detach(self._session)

    def left(self, code: int) -> None:
        if code in (1000, 1001) and self._session is not None and self._session.peer is self._peer:
            # https://discord.com/developers/docs/events/gateway#initiating-a-disconnect: not resumable.
            self._world.gateway.forget(self._session)
            self.detach()

    async def read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code") or 1006)
            raw = message.get("text") or message.get("bytes") or b""
            if len(raw) > _MAX_FRAME:
                raise _Close(4002, "Payload too large.")
            try:
                packet = msgspec.json.decode(raw, type=dict[str, Any])
            except msgspec.DecodeError as error:
                raise _Close(4002, "Error while decoding payload.") from error
            self._handle(packet.get("op"), packet.get("d"))

    async def watch_heartbeat(self) -> None:
        """Half an interval of grace, then the connection counts as dead."""
        patience = self._world.settings.heartbeat_interval_ms / 1000 * 1.5
        while True:
            self._beat.clear()
            try:
                await asyncio.wait_for(self._beat.wait(), patience)
            except TimeoutError as error:
                raise _Close(4009, "Session timed out.") from error

    def _handle(self, op: Any, data: Any) -> None:
        if op == _HEARTBEAT:
            self._beat.set()
            self._peer.send(frame(_ACK))
        elif op == _IDENTIFY:
            if self._session is not None:
                raise _Close(4005, "Already authenticated.")
            self._identify(data if isinstance(data, dict) else {})
        elif op == _RESUME:
            self._resume(data if isinstance(data, dict) else {})
        elif self._session is None:
            raise _Close(4003, "Not authenticated.")
        elif op == _MEMBERS:
            for chunk in chunks(self._world, data if isinstance(data, dict) else {}, self._session.intents):
                self._push("GUILD_MEMBERS_CHUNK", chunk)
        elif op not in _IGNORED:
            raise _Close(4001, "Unknown opcode.")

    def _identify(self, data: dict[str, Any]) -> None:
        self._check_token(data)
        shard = data.get("shard") or [0, 1]
        intents = data.get("intents")
        settings = self._world.settings
        if not isinstance(intents, int) or intents < 0 or intents >= 1 << 26:
            raise _Close(4013, "Invalid intent(s).")
        if intents & settings.refused_intents:
            raise _Close(4014, "Disallowed intent(s).")
        if not _is_shard(shard, settings.max_shards):
            raise _Close(4010, "Invalid shard.")
        session = self._world.gateway.open(shard=(shard[0], shard[1]), intents=intents)
        self._attach(session)
        self._push("READY", ready(self._world, session))
        for guild in guilds_of(self._world, session):
            if guild.unavailable:
                self._push("GUILD_DELETE", {"id": str(guild.id), "unavailable": True})
            elif intents & Intent.GUILDS:
                self._push("GUILD_CREATE", guild_create(self._world, guild, intents))
        self._world.gateway.changed()

    def _resume(self, data: dict[str, Any]) -> None:
        self._check_token(data)
        session = self._world.gateway.sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        if session is None or not isinstance(sequence, int):
            self._peer.send(frame(_INVALID_SESSION, False))
            return
        if sequence > session.sequence:
            raise _Close(4007, "Invalid seq.")
        missed = session.replay(sequence)
        if missed is None:
            self._world.gateway.forget(session)
            self._peer.send(frame(_INVALID_SESSION, False))
            return
        if session.peer is not None:
            session.peer.end(4000, "resumed elsewhere")
        for payload in missed:
            self._peer.send(payload)
        self._attach(session)
        self._push("RESUMED", {"_trace": ["sandbox"]})
        self._world.gateway.changed()

    def _check_token(self, data: dict[str, Any]) -> None:
        token = str(data.get("token", "")).removeprefix("Bot ")
        if not secrets.compare_digest(token.encode(), self._world.settings.bot_token.encode()):
            raise _Close(4004, "Authentication failed.")

    def _attach(self, session: Session) -> None:
        session.peer = self._peer
        session.detached_at = None
        self._session = session

    def _push(self, event: str, data: dict[str, Any]) -> None:
        if self._session is not None:
            self._session.push(event, msgspec.Raw(msgspec.json.encode(data)))


def _is_shard(shard: Any, most: int) -> bool:
    if not isinstance(shard, list) or len(shard) != 2 or not all(isinstance(n, int) for n in shard):
        return False
    return bool(0 <= shard[0] < shard[1] <= most)
