"""Who else looks at a server's dashboard now, over all web processes, told to every open stream when it changes.

Each process writes whose streams it has into its own heartbeat (`processes`), so that nothing new has to be kept,
replicated or cleaned up: who is in a process that died is gone when its heartbeat is. Within a process a change is told
within a second; between processes it takes a heartbeat (5 s) longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID

from loguru import logger

from bus import codec
from models.database import Database
from models.processes import people_elsewhere
from models.users import Face, faces_of
from web.live.encoding import named_event
from web.live.hub import Hub

__all__ = ["Company"]

_LOOK_SECONDS = 1.0
_ELSEWHERE_SECONDS = 5.0
_MOST_FACES = 12


class Company:
    """`process_id` is the row of `processes` that this process writes, which is therefore left out when it reads."""

    def __init__(self, hub: Hub, database: Database, process_id: UUID) -> None:
        self._hub = hub
        self._database = database
        self._process_id = process_id
        self._elsewhere: Mapping[int, frozenset[str]] = {}
        self._told: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        self._faces: dict[str, Face] = {}

    def here(self) -> dict[str, list[str]]:
        """The people by guild, for this process's heartbeat."""
        return {str(guild): sorted(people) for guild, (people, _) in self._hub.audiences().items()}

    async def run(self) -> None:
        """Until cancelled."""
        looks = 0
        while True:
            try:
                if looks % round(_ELSEWHERE_SECONDS / _LOOK_SECONDS) == 0 and self._database.connected:
                    self._elsewhere = await people_elsewhere(self._database, self._process_id)
                await self._tell_changes()
            except Exception as error:  # faces beside a page are worth no more than a line in the log
                logger.warning("who is here is not known: {}: {}", type(error).__name__, error)
            looks += 1
            await asyncio.sleep(_LOOK_SECONDS)

    async def _tell_changes(self) -> None:
        audiences = self._hub.audiences()
        for guild_id in self._told.keys() - audiences.keys():
            del self._told[guild_id]
        for guild_id, (people, streams) in audiences.items():
            everybody = people | self._elsewhere.get(guild_id, frozenset())
            if self._told.get(guild_id) == (everybody, streams):
                continue
            # A stream that is new has to be told as well, though nobody else came or went.
            self._hub.tell(guild_id, await self._frame(everybody))
            self._told[guild_id] = (everybody, streams)

    async def _frame(self, people: frozenset[str]) -> bytes:
        shown = sorted(people)[:_MOST_FACES]
        unknown = [int(person) for person in shown if person not in self._faces]
        if unknown:
            self._faces |= {str(int(face.id)): face for face in await faces_of(self._database, unknown)}
        faces = [self._faces[person] for person in shown if person in self._faces]
        return named_event("presence", codec.encode({"people": faces, "total": len(people)}))
