"""Whole member lists, asked for by op 8 and answered in chunks.

https://discord.com/developers/docs/events/gateway-events#request-guild-members
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from loguru import logger

from bot.mapping import Raw, member_data
from models.events import MembersSnapshot

__all__ = ["MEMBERS_PER_PART", "MemberLists", "parts_of"]

MEMBERS_PER_PART = 500
_PARTS_PER_CHUNK = 2
"""A chunk has up to 1,000 members."""

AskForMembers = Callable[[str, str], Awaitable[None]]
"""(guild id, nonce): sends one op 8."""


@dataclass(slots=True)
class _Asked:
    guild_id: str
    snapshot_id: UUID
    seen: set[int] = field(default_factory=set)


class MemberLists:
    """Which lists were asked for and how much of each has come."""

    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}
        self._queue: asyncio.Queue[str] = asyncio.Queue()

    def want(self, guild_id: str, snapshot_id: UUID) -> None:
        """Ask for a guild's members; an older request for the same guild is forgotten."""
        self.forget(guild_id)
        nonce = snapshot_id.hex
        self._asked[nonce] = _Asked(guild_id, snapshot_id)
        self._queue.put_nowait(nonce)

    def forget(self, guild_id: str) -> None:
        """The guild is gone, or its list is out of date."""
        for nonce in [nonce for nonce, asked in self._asked.items() if asked.guild_id == guild_id]:
            del self._asked[nonce]

    def ask_again(self) -> None:
        """After a resume: a request that was on its way when the connection broke is never answered."""
        for nonce in self._asked:
            self._queue.put_nowait(nonce)

    def take(self, chunk: Raw) -> list[MembersSnapshot] | None:
        """A chunk's members in parts; None for a chunk that somebody else asked for."""
        asked = self._asked.get(str(chunk.get("nonce")))
        if asked is None:
            return None
        index, count = int(chunk["chunk_index"]), int(chunk["chunk_count"])
        asked.seen.add(index)
        complete = len(asked.seen) == count
        if complete:
            del self._asked[asked.snapshot_id.hex]
        return parts_of(chunk["members"], snapshot_id=asked.snapshot_id, chunk=index, complete=complete)

    async def run(self, ask: AskForMembers) -> None:
        """Send the requests one after the other, at the pace that the library allows, until cancelled."""
        while True:
            nonce = await self._queue.get()
            if nonce not in self._asked:
                continue
            try:
                await ask(self._asked[nonce].guild_id, nonce)
            except Exception as error:
                # The connection broke: `ask_again` follows a resume, and a new session brings new guilds.
                logger.debug("a member list could not be asked for: {!r}", error)


def parts_of(members: list[dict[str, Any]], *, snapshot_id: UUID, chunk: int, complete: bool) -> list[MembersSnapshot]:
    """The members in parts of 500; with `complete` the last part says that there are no others."""
    pages = [members[at : at + MEMBERS_PER_PART] for at in range(0, len(members), MEMBERS_PER_PART)] or [[]]
    return [
        MembersSnapshot(
            members=[member_data(member) for member in page],
            part=chunk * _PARTS_PER_CHUNK + number,
            complete=complete and number == len(pages) - 1,
            snapshot_id=snapshot_id,
        )
        for number, page in enumerate(pages)
    ]
