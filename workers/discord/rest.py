"""The `Discord` port on hikari's REST client: nothing is lost, nothing is retried behind our back.

hikari keeps the rate-limit buckets and types the errors; its own retries are off, because the ladder decides, and
waits over two seconds come back as errors, so that the lease is not held meanwhile (docs/architecture.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import unquote

import aiohttp
import hikari
from hikari.impl import EntityFactoryImpl, HTTPSettings, ProxySettings, RESTClientImpl

from bus.breaker import CircuitBreaker
from bus.errors import CircuitOpen
from models.access import permissions_from_row
from models.checks import OWNER_RANK
from models.ranks import Ranks
from workers.discord.buckets import CancellableBuckets
from workers.discord.pace import InvalidRequests, Pace
from workers.discord.sending import Request, noting_what_is_sent, sending
from workers.discord.translation import translate
from workers.failures import AttemptFailed, PermanentFailure, RetryableFailure, Wait
from workers.ports import AuditEntry

__all__ = ["CALL_SECONDS", "HikariDiscord", "open_discord"]

_REQUEST_SECONDS = 4.0
_CONNECT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 2.0
CALL_SECONDS = _LONGEST_WAIT_SECONDS + _REQUEST_SECONDS
# To ask a circuit costs Discord nothing: what waits comes back soon after it closes, not a rung of a minute later.
_CIRCUIT_WAIT_SECONDS = 12.0
# Of a hundred entries each. At a kick or a channel a second, what can be waited for on the ladder.
_MOST_PAGES = 20
# Discord's clock, which its ids tell, and the one that dates our commands.
_CLOCKS_APART = timedelta(minutes=1)
_CHANNEL_KINDS = {"text": 0, "voice": 2, "category": 4}


@asynccontextmanager
async def open_discord(
    *, token: str, api_url: str, breaker: CircuitBreaker, pace: Pace, invalid: InvalidRequests
) -> AsyncIterator[HikariDiscord]:
    """The port for a bot token, on Discord's own API or another implementation at `api_url` (".../api/v10")."""
    limits = aiohttp.ClientTimeout(total=_REQUEST_SECONDS, sock_connect=_CONNECT_SECONDS)
    async with (
        aiohttp.ClientSession(
            # As hikari's own: no request on a connection that just died. Without a limit, for what waits here for a
            # connection would count as sent.
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=limits,
            trace_configs=[noting_what_is_sent()],
        ) as session,
        RESTClientImpl(
            token=token,
            token_type=hikari.TokenType.BOT,
            rest_url=api_url.rstrip("/"),
            client_session=session,
            client_session_owner=False,
            max_retries=0,
            bucket_manager=CancellableBuckets(_LONGEST_WAIT_SECONDS),
            cache=None,
            executor=None,
            http_settings=HTTPSettings(),
            proxy_settings=ProxySettings(),
            # hikari's models keep who made them, for methods of their own, which nothing here calls.
            entity_factory=EntityFactoryImpl(cast("hikari.RESTAware", None)),
        ) as client,
    ):
        yield HikariDiscord(client, breaker=breaker, pace=pace, invalid=invalid)


class HikariDiscord:
    """`workers.ports.Discord` on an acquired hikari client."""

    def __init__(
        self, client: hikari.api.RESTClient, *, breaker: CircuitBreaker, pace: Pace, invalid: InvalidRequests
    ) -> None:
        self._rest = client
        self._breaker = breaker
        self._pace = pace
        self._invalid = invalid

    async def ban(self, guild_id: int, user_id: int, *, delete_seconds: int, reason: str) -> None:
        async with self._call():
            await self._rest.ban_user(guild_id, user_id, delete_message_seconds=delete_seconds, reason=reason)

    async def unban(self, guild_id: int, user_id: int, *, reason: str) -> None:
        try:
            async with self._call():
                await self._rest.unban_user(guild_id, user_id, reason=reason)
        except PermanentFailure as failure:
            if failure.code != "discord_10026":  # not banned: done before
                raise

    async def kick(self, guild_id: int, user_id: int, *, reason: str) -> None:
        async with self._call():
            await self._rest.kick_user(guild_id, user_id, reason=reason)

    async def time_out(self, guild_id: int, user_id: int, *, until: datetime, reason: str) -> None:
        async with self._call():
            await self._rest.edit_member(guild_id, user_id, communication_disabled_until=until, reason=reason)

    async def add_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str) -> None:
        async with self._call():
            await self._rest.add_role_to_member(guild_id, user_id, role_id, reason=reason)

    async def remove_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str) -> None:
        async with self._call():
            await self._rest.remove_role_from_member(guild_id, user_id, role_id, reason=reason)

    async def member(self, guild_id: int, user_id: int) -> dict[str, Any] | None:
        try:
            async with self._look():
                member = await self._rest.fetch_member(guild_id, user_id)
        except PermanentFailure as failure:
            if failure.code in ("discord_10007", "discord_10013"):
                return None
            raise
        until = member.communication_disabled_until()
        return {
            "id": str(int(member.id)),
            "roles": [str(int(role)) for role in member.role_ids],
            "communication_disabled_until": until.isoformat() if until else None,
        }

    async def permissions(self, guild_id: int, user_id: int) -> int | None:
        """The member's guild-wide bits by Discord's present answer, or None for somebody who is no member."""
        try:
            async with self._look():
                member = await self._rest.fetch_member(guild_id, user_id)
            async with self._look():
                guild = await self._rest.fetch_guild(guild_id)
        except PermanentFailure as failure:
            if failure.code in ("discord_10007", "discord_10013", "discord_10004"):
                return None
            raise
        held = 0
        for role in guild.roles.values():
            if role.id in member.role_ids:
                held |= int(role.permissions)
        timeout = member.communication_disabled_until()
        return permissions_from_row(
            {
                "is_owner": guild.owner_id == user_id,
                "everyone": int(guild.roles[guild.id].permissions) if guild.id in guild.roles else 0,
                "held": held,
                "timed_out": timeout is not None and timeout > datetime.now(UTC),
            }
        )

    async def guild_of_channel(self, channel_id: int) -> int | None:
        """The guild that a channel belongs to, 0 for one in no guild; None for one that is gone or hidden."""
        try:
            async with self._look():
                channel = await self._rest.fetch_channel(channel_id)
        except PermanentFailure as failure:
            if failure.code in ("discord_10003", "discord_50001"):
                return None
            raise
        return int(channel.guild_id) if isinstance(channel, hikari.GuildChannel) else 0

    async def ranks(self, guild_id: int, user_ids: Sequence[int]) -> Ranks:
        async with self._look():
            guild = await self._rest.fetch_guild(guild_id)
        roles = {int(role.id): role.position for role in guild.roles.values()}
        members: dict[int, int] = {}
        for user_id in user_ids:
            known = await self.member(guild_id, user_id)
            if known is not None:
                members[user_id] = max((roles.get(int(role), 0) for role in known["roles"]), default=0)
        if int(guild.owner_id) in user_ids:
            members[int(guild.owner_id)] = OWNER_RANK
        return Ranks(members, roles)

    async def is_banned(self, guild_id: int, user_id: int) -> bool:
        try:
            async with self._look():
                await self._rest.fetch_ban(guild_id, user_id)
        except PermanentFailure as failure:
            if failure.code == "discord_10026":
                return False
            raise
        return True

    async def create_channel(
        self, guild_id: int, *, name: str, kind: str, category: int | None, topic: str, reason: str
    ) -> int:
        parent = hikari.UNDEFINED if category is None else category
        async with self._call():
            match kind:
                case "voice":
                    made: hikari.GuildChannel = await self._rest.create_guild_voice_channel(
                        guild_id, name, category=parent, reason=reason
                    )
                case "category":
                    made = await self._rest.create_guild_category(guild_id, name, reason=reason)
                case _:
                    made = await self._rest.create_guild_text_channel(
                        guild_id, name, topic=topic or hikari.UNDEFINED, category=parent, reason=reason
                    )
        return int(made.id)

    async def post_message(self, channel_id: int, *, text: str, nonce: str) -> int:
        async with self._call():
            message = await self._rest.create_message(channel_id, text, nonce=nonce, user_mentions=True)
        return int(message.id)

    async def direct_message(self, user_id: int, *, text: str, nonce: str) -> int:
        async with self._look():  # a second one is the same channel
            channel = await self._rest.create_dm_channel(user_id)
        return await self.post_message(int(channel.id), text=text, nonce=nonce)

    async def audit_log(self, guild_id: int, *, action: int, since: datetime) -> Sequence[AuditEntry]:
        """The entries of one kind since a time, newest first.

        Raises PermanentFailure where there are more than can be read: what is not among them may have happened.
        """
        entries: list[AuditEntry] = []
        pages = self._rest.fetch_audit_log(guild_id, event_type=action)
        for _ in range(_MOST_PAGES):
            async with self._look():
                page = await anext(pages, None)
            if page is None:
                return entries
            for entry in page.entries.values():
                target = int(entry.target_id) if entry.target_id is not None else None
                entries.append(AuditEntry(action=action, target_id=target, reason=unquote(entry.reason or "")))
            if page.entries and min(entry.created_at for entry in page.entries.values()) < since - _CLOCKS_APART:
                return entries
        raise PermanentFailure(
            f"More than {len(entries)} things of this kind happened since.", code="audit_log_too_long"
        )

    async def edit_reply(self, application_id: int, token: str, *, text: str) -> None:
        """Edit the deferred answer; interaction webhooks count towards no global limit, so no turn is awaited."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._rest.edit_interaction_response(
                    application_id, token, text, mentions_everyone=False, user_mentions=False, role_mentions=False
                )
        except Exception as error:
            raise translate(error) from error

    @asynccontextmanager
    async def _look(self) -> AsyncIterator[None]:
        """A call that changes nothing: whatever becomes of it, no effect is in doubt."""
        try:
            async with self._call():
                yield
        except RetryableFailure as failure:
            failure.ambiguous = False
            raise

    @asynccontextmanager
    async def _call(self) -> AsyncIterator[None]:
        self._invalid.check()
        try:
            self._breaker.check()
        except CircuitOpen as error:
            seconds = min(error.retry_after_seconds, _CIRCUIT_WAIT_SECONDS)
            raise Wait(str(error), retry_after_seconds=seconds, code="circuit_open") from error
        request: Request | None = None
        try:
            await self._pace.turn()
            async with sending(turn_seconds=_LONGEST_WAIT_SECONDS, answer_seconds=_REQUEST_SECONDS) as request:
                yield
        except Exception as error:
            sent = request is not None and request.sent
            failure = error if isinstance(error, AttemptFailed) else _failure(error, sent=sent)
            self._account(error, failure, sent=sent)
            if failure is error:
                raise  # from itself, it would be its own cause
            raise failure from error
        self._breaker.succeeded()

    def _account(self, error: Exception, failure: AttemptFailed, *, sent: bool) -> None:
        """Only trouble on Discord's side opens the circuit; a refusal proves that it is there, as a slow answer does.
        What never left says nothing of Discord."""
        if isinstance(failure, RetryableFailure):
            self._breaker.failed()
        elif sent:
            self._breaker.succeeded()
        else:
            self._breaker.unused()
        if isinstance(error, hikari.UnauthorizedError | hikari.ForbiddenError | hikari.RateLimitTooLongError):
            self._invalid.count()


def _failure(error: Exception, *, sent: bool) -> AttemptFailed:
    if isinstance(error, TimeoutError) and not sent:
        # hikari lets no more through than Discord's limit has room for: whom a slow answer keeps waiting has not asked
        # Discord anything, which therefore has not failed.
        waited = "too many calls like this one wait for Discord's answers"
        return Wait(waited, retry_after_seconds=_LONGEST_WAIT_SECONDS, code="busy")
    failure = translate(error)
    if not sent:
        failure.ambiguous = False
    return failure
