"""Who else is here, over two web processes that share nothing but the database and the broker."""

from __future__ import annotations

from tests.integration.web.running_web import ADMIN, GUILD, MODERATOR, RunningWeb, running_web
from tests.integration.web.sse import Stream, open_stream


async def told(stream: Stream, people: set[str]) -> None:
    """Waits until the stream says that these are here; between processes that takes a heartbeat or two."""
    while {face["id"] for face in (await stream.until("presence", 30)).data["people"]} != people:
        pass


async def test_people_of_two_processes_see_each_other(web: RunningWeb) -> None:
    admin, moderator = str(int(ADMIN)), str(int(MODERATOR))
    async with (
        running_web(web.database, web.transport) as other,
        await web.log_in(ADMIN) as here,
        await other.log_in(MODERATOR) as there,
        open_stream(here, GUILD) as stream,
        open_stream(there, GUILD) as elsewhere,
    ):
        await told(elsewhere, {admin, moderator})
        await told(stream, {admin, moderator})
