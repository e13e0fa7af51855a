"""A person's own list of guilds, asked of Discord and believed for seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from loguru import logger

from bus.clock import Clock
from web.login.discord import DiscordLogin, OwnGuild
from web.login.sessions import Session, Sessions
from web.problems import Problem

__all__ = ["Answer", "OwnGuilds"]

_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Answer:
    """`guilds` is None where Discord cannot be asked; `login_needed` where only another login changes that."""

    guilds: tuple[OwnGuild, ...] | None
    login_needed: bool = False


_UNKNOWN = Answer(None)
_LOGIN_NEEDED = Answer(None, login_needed=True)


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    answer: Answer


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
        return (await self.asked(session)).guilds

    async def asked(self, session: Session) -> Answer:
        """As `of`, and why it is unknown."""
        lock = self._asking.setdefault(session.id, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(session.id)
                if kept is not None and self._clock.monotonic() - kept.at < self._believe_seconds:
                    return kept.answer
                answer = await self._ask(session)
                # A refusal is kept as well: Discord counts requests with a bad token against our address.
                if answer is not _UNKNOWN:
                    self._keep(session.id, answer)
                return answer
        finally:
            if not lock.locked():
                self._asking.pop(session.id, None)

    def forget(self, session: Session) -> None:
        self._kept.pop(session.id, None)

    async def _ask(self, session: Session) -> Answer:
        try:
            return await self._with_tokens(session)
        except Problem as problem:
            if problem.code == "not_authenticated":
                return _LOGIN_NEEDED
            logger.warning("a person's guilds are unknown: {}", problem)
            return _UNKNOWN

    async def _with_tokens(self, session: Session) -> Answer:
        """Raises Problem `not_authenticated` where Discord takes none of the tokens, as a login that was taken back."""
        if session.tokens is None:
            return _LOGIN_NEEDED
        try:
            return Answer(tuple(await self._login.guilds(session.tokens)))
        except Problem as problem:
            if problem.code != "not_authenticated":
                raise
        renewed = await self._login.refresh(session.tokens)
        if renewed is not None:
            await self._sessions.keep_tokens(session, renewed)
            return Answer(tuple(await self._login.guilds(renewed)))
        # A refresh token works once: another process can have used it a moment ago.
        stored = await self._sessions.find(session.id)
        if stored is None or stored.tokens is None or stored.tokens == session.tokens:
            return _LOGIN_NEEDED
        return Answer(tuple(await self._login.guilds(stored.tokens)))

    def _keep(self, session_id: str, answer: Answer) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[session_id] = _Kept(self._clock.monotonic(), answer)
