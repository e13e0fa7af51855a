"""Ports that answer at once, so that the figures are the platform's own; and a transport that keeps results back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from bus.errors import BusError
from bus.transport import Consumer, Depth, Message, StreamEntry, StreamOffset, Transport
from models.ranks import Ranks
from workers.ports import AuditEntry, Discord, WebhookCaller

__all__ = ["ACTOR_ID", "InstantDiscord", "InstantWebhooks", "ResultsKeptBack"]


ACTOR_ID = 600_000_000_000_000_001


class InstantDiscord:
    """`workers.ports.Discord`: every effect has happened by the time it is asked for."""

    async def ban(self, guild_id: int, user_id: int, *, delete_seconds: int, reason: str) -> None: ...
    async def unban(self, guild_id: int, user_id: int, *, reason: str) -> None: ...
    async def kick(self, guild_id: int, user_id: int, *, reason: str) -> None: ...
    async def time_out(self, guild_id: int, user_id: int, *, until: datetime, reason: str) -> None: ...
    async def add_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str) -> None: ...
    async def remove_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str) -> None: ...

    async def member(self, guild_id: int, user_id: int) -> dict[str, Any] | None:
        return {}

    async def permissions(self, guild_id: int, user_id: int) -> int | None:
        return 1 << 3

    async def is_banned(self, guild_id: int, user_id: int) -> bool:
        return False

    async def create_channel(
        self, guild_id: int, *, name: str, kind: str, category: int | None, topic: str, reason: str
    ) -> int:
        return 1

    async def post_message(self, channel_id: int, *, text: str, nonce: str) -> int:
        return 1

    async def direct_message(self, user_id: int, *, text: str, nonce: str) -> int:
        return 1

    async def audit_log(self, guild_id: int, *, action: int, since: datetime) -> Sequence[AuditEntry]:
        return ()

    async def guild_of_channel(self, channel_id: int) -> int | None:
        return None

    async def ranks(self, guild_id: int, user_ids: Sequence[int]) -> Ranks:
        return Ranks({user_id: 2 if user_id == ACTOR_ID else 1 for user_id in user_ids}, {})

    async def edit_reply(self, application_id: int, token: str, *, text: str) -> None: ...


class InstantWebhooks:
    """`workers.ports.WebhookCaller`."""

    async def post(self, url: str, body: Mapping[str, Any], *, headers: Mapping[str, str]) -> int:
        return 204


class ResultsKeptBack:
    """A transport that confirms results at once without sending them: what the same job costs without a feed."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    @property
    def user(self) -> str:
        return self._inner.user

    @property
    def connected(self) -> bool:
        return self._inner.connected

    async def start(self) -> None:
        await self._inner.start()

    async def close(self) -> None:
        await self._inner.close()

    async def publish(self, message: Message, *, timeout_seconds: float = 10.0) -> None:
        if message.exchange != "results":
            await self._inner.publish(message, timeout_seconds=timeout_seconds)

    async def publish_all(self, messages: Sequence[Message], *, timeout_seconds: float = 10.0) -> list[BusError | None]:
        if all(message.exchange == "results" for message in messages):
            return [None] * len(messages)
        return await self._inner.publish_all(messages, timeout_seconds=timeout_seconds)

    def consume(self, queue: str, *, prefetch: int) -> AbstractAsyncContextManager[Consumer]:
        return self._inner.consume(queue, prefetch=prefetch)

    def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        return self._inner.follow(stream, offset=offset, prefetch=prefetch)

    async def stream_ends(self, stream: str) -> tuple[int, int] | None:
        return await self._inner.stream_ends(stream)

    async def depths(self, queues: Sequence[str]) -> Mapping[str, Depth]:
        return await self._inner.depths(queues)

    def listen(self, exchange: str) -> AsyncIterator[bytes]:
        return self._inner.listen(exchange)


_DISCORD: Discord = InstantDiscord()  # the type checker tells where a port has grown
_WEBHOOKS: WebhookCaller = InstantWebhooks()
