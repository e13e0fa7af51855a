"""interactions.py's gateway connection, with guards (docs/architecture.md, "Guards around interactions.py").

Subclasses, nothing patched. They hand each dispatch on before the library changes it, keep the session beyond one
connection so that the next one resumes it, and let errors out instead of ending the process quietly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

from interactions import Client
from interactions.api.gateway.gateway import GatewayClient
from interactions.api.gateway.state import ConnectionState
from interactions.client.const import __api_version__
from interactions.models.discord.enums import WebSocketOPCode
from loguru import logger

from bus.clock import Clock

__all__ = ["Dispatch", "Dispatches", "GuardedState", "Session"]

_NORMAL_CLOSURE = 1000
_KEEP_SESSION = 4000
"""Closing with 1000 or 1001 ends the session; any other code leaves it resumable.
https://discord.com/developers/docs/events/gateway#initiating-a-disconnect"""
_CLOSE_SECONDS = 1.0


@dataclass(slots=True)
class Session:
    """A gateway session, which outlives its connections. `heard_at` is when Discord was last heard in it."""

    id: str | None = None
    sequence: int | None = None
    resume_url: str | None = None
    heard_at: datetime | None = None

    def forget(self) -> None:
        """It cannot be resumed; `heard_at` stays, for it is where the gap begins."""
        self.id = self.sequence = self.resume_url = None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One gateway event, raw. `quiet_since` is set on a READY after an earlier session: when that was last heard."""

    event: str
    data: dict[str, Any]
    session_id: str
    sequence: int
    at: datetime
    quiet_since: datetime | None = None


class Dispatches(Protocol):
    """Whoever hears the gateway first."""

    def __call__(self, dispatch: Dispatch) -> bool:
        """Take what is needed at once, without waiting; True keeps it from the library."""
        ...


def _fields(gateway: GatewayClient) -> Any:
    """The library annotates its fields by what they begin as, which is None."""
    return gateway


class GuardedGateway(GatewayClient):
    """One connection. Identifies, or resumes the session that it was given."""

    def __init__(
        self,
        state: ConnectionState,
        shard: tuple[int, int],
        *,
        session: Session,
        dispatches: Dispatches,
        clock: Clock,
        identify_pause_seconds: Callable[[], float],
    ) -> None:
        super().__init__(state, shard)
        self._session = session
        self._dispatches = dispatches
        self._clock = clock
        self._identify_pause_seconds = identify_pause_seconds
        if session.id is not None and session.resume_url is not None:
            _fields(self).session_id = session.id
            _fields(self).sequence = session.sequence
            _fields(self).ws_resume_url = session.resume_url

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, traceback: TracebackType | None
    ) -> None:
        stopping = self._close_gateway.is_set() and exc_type is None and self._session.id is None
        self._close_gateway.set()
        self._kill_bee_gees.set()
        beating, socket = _fields(self)._keep_alive, _fields(self).ws
        _fields(self)._keep_alive = _fields(self).ws = None
        if beating is not None:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        if socket is not None:
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await socket.close(code=_NORMAL_CLOSURE if stopping else _KEEP_SESSION)
            except (TimeoutError, OSError) as error:
                logger.debug("the gateway did not close in time: {!r}", error)

    async def dispatch_event(self, data: Any, seq: Any, event: Any) -> None:
        # Up to the first await this runs in the order of arrival, and before anything of the library's sees the data:
        # its processors take keys away (DISCORD.md 8).
        if self._hear(event, data, seq):
            return
        await super().dispatch_event(data, seq, event)

    async def dispatch_opcode(self, data: Any, op: Any) -> None:
        if op == WebSocketOPCode.HEARTBEAT_ACK:
            self._session.heard_at = self._clock.now()
        if op == WebSocketOPCode.INVALIDATE_SESSION:
            if data is True:
                await self.reconnect(resume=True)
                return
            self._session.forget()
            # https://discord.com/developers/docs/events/gateway#resuming: wait 1 to 5 seconds, then identify.
            await asyncio.sleep(self._identify_pause_seconds())
        await super().dispatch_opcode(data, op)

    async def reconnect(self, *, resume: bool = False, code: int = 1012, url: str | None = None) -> None:
        if self._close_gateway.is_set():
            # A reader that was left behind by the end of this connection must not open another.
            raise ConnectionError("this gateway connection was closed")
        resume = resume and self._session.id is not None
        if not resume:
            self._session.forget()
        # The library resumes at the address for new sessions, where Discord asks for the one it gave in READY.
        await super().reconnect(resume=resume, code=code, url=url or (self._session.resume_url if resume else None))

    async def _identify(self) -> None:
        if self._session.id is not None:
            await self._resume_connection()
        else:
            await super()._identify()

    def _hear(self, event: str, data: dict[str, Any], sequence: int) -> bool:
        session, now = self._session, self._clock.now()
        quiet_since = session.heard_at if event == "READY" else None
        if event == "READY":
            session.id = data["session_id"]
            session.resume_url = f"{data['resume_gateway_url']}?encoding=json&v={__api_version__}&compress=zlib-stream"
        session.sequence, session.heard_at = sequence, now
        try:
            return self._dispatches(Dispatch(event, data, session.id or "", sequence, now, quiet_since))
        except Exception:
            logger.exception("a gateway event {} could not be taken", event)
            return False


class GuardedState(ConnectionState):
    """The library's connection state with our connection in it; errors reach the supervisor."""

    def guard(
        self,
        *,
        session: Session,
        dispatches: Dispatches,
        clock: Clock,
        identify_pause_seconds: Callable[[], float],
    ) -> None:
        """To be called once, before the first connection: the library makes its states with its own arguments."""
        self._session = session
        self._dispatches = dispatches
        self._clock = clock
        self._identify_pause_seconds = identify_pause_seconds

    def new_gateway(self, gateway_url: str) -> GuardedGateway:
        """A connection to be, which resumes the session if there is one; `gateway_url` is for a new session."""
        client: Client = self.client
        self.gateway_url = self._session.resume_url or gateway_url
        gateway = GuardedGateway(
            self,
            (self.shard_id, client.total_shards),
            session=self._session,
            dispatches=self._dispatches,
            clock=self._clock,
            identify_pause_seconds=self._identify_pause_seconds,
        )
        _fields(gateway).ws_url = gateway_url
        return gateway

    async def connect(self, gateway_url: str) -> None:
        """Hold one connection until it ends. Raises what ended it, among it WebSocketClosed with Discord's code."""
        self.gateway = gateway = self.new_gateway(gateway_url)
        try:
            async with gateway:
                await gateway.run()
        finally:
            self.clear_ready()

    def leave(self) -> None:
        """End the session for good, at once."""
        self._session.forget()
        if isinstance(self.gateway, GatewayClient):
            self.gateway.close()
