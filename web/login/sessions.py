"""Sessions as the dashboard uses them: `models.sessions`, with the person's names and Discord's tokens unsealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bus.ids import Snowflake
from models import sessions, users
from models.database import Database
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

    def __init__(self, database: Database, sealer: Sealer, *, idle_seconds: float, lifetime_seconds: float) -> None:
        self._database = database
        self._sealer = sealer
        self._idle_seconds = idle_seconds
        self._lifetime_seconds = lifetime_seconds

    async def create(
        self, profile: Profile, tokens: dict[str, Any], *, user_agent: str, address: str, replaces: str | None
    ) -> str:
        """A new session's id, for the cookie. The one that the browser had before is ended: ids rotate at login."""
        if replaces:
            before = await self.find(replaces)
            if before is not None:
                await self.revoke(before)
        await users.logged_in(
            self._database,
            user_id=profile.id,
            username=profile.username,
            display_name=profile.display_name,
            avatar=profile.avatar,
            locale=profile.locale,
        )
        new = await sessions.create(
            self._database,
            profile.id,
            user_agent=user_agent,
            address=address,
            oauth={"sealed": self._sealer.seal(tokens)},
            lifetime_seconds=self._lifetime_seconds,
        )
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

    async def revoke(self, session: Session) -> None:
        """End it now, and forget Discord's tokens."""
        await sessions.revoke(self._database, session.user_id, sessions.hash_of(session.id))

    async def of_person(self, user_id: Snowflake) -> list[sessions.Session]:
        """A person's valid sessions, newest first."""
        return await sessions.list_sessions(self._database, user_id, idle_seconds=self._idle_seconds)

    async def end(self, session: sessions.Session) -> bool:
        """End one of the list; False where it ended in between."""
        return await sessions.revoke(self._database, session.user_id, session.id_hash)

    async def end_all(self, user_id: Snowflake) -> int:
        """End every session of a person; returns how many there were."""
        return await sessions.revoke_all(self._database, user_id)
