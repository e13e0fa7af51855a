"""A person's own list of guilds, asked of Discord and believed for seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from loguru import logger

from bus.clock import Clock
from web.login.discord import DiscordLogin, OwnGuild
from web.login.sessions import Session, Sessions
from web.problems import Problem

__all__ = ["OwnGuilds"]

_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    guilds: tuple[OwnGuild, ...]


class OwnGuilds:
    """Used where guild state does not know a member (the members intent is optional). Old answers are not used."""

    def __init__(self, *, login: DiscordLogin, sessions: Sessions, clock: Clock, believe_seconds: float) -> None:
        self._login = login
        self._sessions = sessions
        self._clock = clock
        self._believe_seconds = believe_seconds
        self._kept: dict[str, _Kept] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(self, session: Session) -> tuple[OwnGuild, ...] | None:
        """The guilds as Discord says now, or None where it cannot be asked: what is unknown gives nobody access."""
        lock = self._asking.setdefault(session.id, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(session.id)
                if kept is not None and self._clock.monotonic() - kept.at < self._believe_seconds:
                    return kept.guilds
                guilds = await self._ask(session)
                if guilds is not None:
                    self._keep(session.id, guilds)
                return guilds
        finally:
            if not lock.locked():
                self._asking.pop(session.id, None)

    def forget(self, session: Session) -> None:
        self._kept.pop(session.id, None)

    async def _ask(self, session: Session) -> tuple[OwnGuild, ...] | None:
        if session.tokens is None:
            return None
        try:
            return tuple(await self._login.guilds(session.tokens))
        except Problem as problem:
            if problem.code != "not_authenticated":
                logger.warning("a person's guilds are unknown: {}", problem)
                return None
        try:
            renewed = await self._login.refresh(session.tokens)
            if renewed is None:
                return None
            await self._sessions.keep_tokens(session, renewed)
            return tuple(await self._login.guilds(renewed))
        except Problem as problem:
            logger.warning("a person's guilds are unknown: {}", problem)
            return None

    def _keep(self, session_id: str, guilds: tuple[OwnGuild, ...]) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[session_id] = _Kept(self._clock.monotonic(), guilds)
