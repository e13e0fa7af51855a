"""Sessions as the dashboard uses them: `models.sessions`, with the person's names and Discord's tokens unsealed.

When one begins and ends is on record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bus.clock import Clock
from bus.envelopes import Actor
from bus.ids import Snowflake
from models import sessions, users
from models.audit_notes import Change, write_note
from models.database import Connection, Database
from models.tables.people import SessionRow
from web.login.discord import Profile
from web.login.sealing import Sealer

__all__ = ["Session", "Sessions"]


@dataclass(frozen=True, slots=True)
class Session:
    """A valid session and whose it is. `tokens` are Discord's, None where they can no longer be read."""

    id: str = field(repr=False)
    user_id: Snowflake
    username: str
    display_name: str
    avatar: str | None
    tokens: dict[str, Any] | None = field(repr=False)


class Sessions:
    """`idle_seconds` without a request, or `lifetime_seconds` after the login, end a session."""

    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, *, idle_seconds: float, lifetime_seconds: float
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._lifetime_seconds = lifetime_seconds

    async def create(
        self, profile: Profile, tokens: dict[str, Any], *, user_agent: str, address: str, replaces: str | None
    ) -> str:
        """A new session's id, for the cookie. The one that the browser had before is ended: ids rotate at login."""
        before = await self.find(replaces) if replaces else None
        change = self._by(profile.id, profile.display_name or profile.username, address)
        async with self._database.transaction() as connection:
            if before is not None:
                ended = sessions.hash_of(before.id)
                await sessions.revoke(connection, before.user_id, ended)
                await _note(connection, change, "end", ended)
            await users.logged_in(
                connection,
                user_id=profile.id,
                username=profile.username,
                display_name=profile.display_name,
                avatar=profile.avatar,
                locale=profile.locale,
            )
            new = await sessions.create(
                connection,
                profile.id,
                user_agent=user_agent,
                address=address,
                oauth={"sealed": self._sealer.seal(tokens)},
                lifetime_seconds=self._lifetime_seconds,
            )
            await _note(connection, change, "begin", new.id_hash)
        return new.session_id

    async def find(self, session_id: str) -> Session | None:
        """The session while it is valid; None for one that is unknown, expired, idle or revoked."""
        row = await sessions.find(self._database, session_id, idle_seconds=self._idle_seconds)
        user = None if row is None else await users.find_user(self._database, row.user_id)
        if row is None or user is None:
            return None
        sealed = (row.oauth or {}).get("sealed")
        return Session(
            id=session_id,
            user_id=row.user_id,
            username=user.username,
            display_name=user.display_name or user.username,
            avatar=user.avatar,
            tokens=self._sealer.open(sealed) if sealed else None,
        )

    async def keep_tokens(self, session: Session, tokens: dict[str, Any]) -> None:
        """Discord renewed the tokens."""
        rows = SessionRow.filter(id_hash=sessions.hash_of(session.id), revoked_at=None).using_db(self._database.client)
        await rows.update(oauth={"sealed": self._sealer.seal(tokens)})

    async def revoke(self, session: Session, *, address: str) -> None:
        """End it now, and forget Discord's tokens."""
        await self._end(session, sessions.hash_of(session.id), address)

    async def of_person(self, user_id: Snowflake) -> list[sessions.Session]:
        """A person's valid sessions, newest first."""
        return await sessions.list_sessions(self._database, user_id, idle_seconds=self._idle_seconds)

    async def end(self, session: sessions.Session, *, by: Session, address: str) -> bool:
        """End one of the list; False where it ended in between."""
        return await self._end(by, session.id_hash, address)

    async def end_all(self, by: Session, *, address: str) -> int:
        """End every session of a person; returns how many there were."""
        async with self._database.transaction() as connection:
            ended = await sessions.revoke_all(connection, by.user_id)
            change = self._by(by.user_id, by.display_name, address)
            await write_note(connection, change, type="session.end_all", guild_id=None, detail={"ended": ended})
        return ended

    async def _end(self, by: Session, id_hash: bytes, address: str) -> bool:
        async with self._database.transaction() as connection:
            ended = await sessions.revoke(connection, by.user_id, id_hash)
            if ended:
                await _note(connection, self._by(by.user_id, by.display_name, address), "end", id_hash)
        return ended

    def _by(self, user_id: Snowflake, name: str, address: str) -> Change:
        actor = Actor("user", str(int(user_id)), name[:100])
        return Change(actor, "dashboard", self._clock.now(), address=address)


async def _note(connection: Connection, change: Change, what: str, id_hash: bytes) -> None:
    named = {"session": sessions.public_id(id_hash)}
    await write_note(connection, change, type=f"session.{what}", guild_id=None, detail=named)
