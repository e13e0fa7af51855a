"""Whose names a guild's viewers may ask for."""

from __future__ import annotations

from bus.clock import SystemClock
from bus.envelopes import Actor, Command
from bus.ids import Snowflake, new_id
from models.database import Database
from models.events import EventData, MemberData, MemberJoin, MemberLeave, make_event
from models.guild_state import apply_event
from models.ledger import Ledger
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb

STRANGER = Snowflake(77)


def person(guild_id: int, person_id: int) -> str:
    return f"/api/v1/guilds/{guild_id}/people/{person_id}"


async def happened(database: Database, guild_id: Snowflake, data: EventData) -> None:
    now = SystemClock().now()
    async with database.transaction() as connection:
        await apply_event(connection, make_event(data, id=new_id(now), guild_id=guild_id, timestamp=now, source="bot"))


async def command(database: Database, state: str, *, actor: int, subject: str | None = None) -> None:
    """One of the first guild that ended in the state."""
    now = SystemClock().now()
    asked = Command(
        id=new_id(now),
        type="moderation.ban",
        guild_id=GUILD,
        actor=Actor("user", str(actor)),
        source="bot",
        correlation_id=new_id(now),
        issued_at=now,
        options={},
    )
    await Ledger(database).accept(asked, subject=subject, principal="test", idempotency_key=None, body_hash=b"")
    await database.fetch("WITH x AS (UPDATE commands SET state = $2 WHERE id = $1) SELECT 1", asked.id, state)


async def test_a_name_is_told_only_where_the_person_is_or_was_known(web: RunningWeb) -> None:
    await happened(web.database, OTHER_GUILD, MemberJoin(member=MemberData(id=STRANGER, username="secret")))
    async with await web.log_in(MEMBER) as client, await web.key_client(guild_ids=(OTHER_GUILD,)) as elsewhere:
        assert (await client.get(person(GUILD, ADMIN))).json()["name"] == "User 0"
        assert (await elsewhere.get(person(OTHER_GUILD, STRANGER))).json()["name"] == "secret"
        foreign, nobody = await client.get(person(GUILD, STRANGER)), await client.get(person(GUILD, 78))
        assert (foreign.status_code, nobody.status_code) == (404, 404)
        assert foreign.json().keys() == nobody.json().keys()
        assert foreign.json()["detail"] == nobody.json()["detail"]
        assert "secret" not in foreign.text
        assert (await elsewhere.get(person(OTHER_GUILD, ADMIN))).status_code == 404
        # Naming somebody in a command that did not work is no way to learn the name.
        await command(web.database, "failed", actor=MODERATOR, subject=f"member:{STRANGER}")
        assert (await client.get(person(GUILD, STRANGER))).status_code == 404


async def test_who_left_keeps_the_name_where_they_acted_or_were_acted_upon(web: RunningWeb) -> None:
    await command(web.database, "refused", actor=MODERATOR)
    role = int(GUILD) + 50
    await command(web.database, "succeeded", actor=ADMIN, subject=f"member:{STRANGER}:role:{role}")
    await happened(web.database, GUILD, MemberJoin(member=MemberData(id=STRANGER, username="gone")))
    for who in (MODERATOR, STRANGER):
        await happened(web.database, GUILD, MemberLeave(member_id=who))
    async with await web.log_in(MEMBER) as client, await web.key_client(guild_ids=(OTHER_GUILD,)) as elsewhere:
        assert (await client.get(person(GUILD, MODERATOR))).json()["name"] == "User 1"
        assert (await client.get(person(GUILD, STRANGER))).json()["name"] == "gone"
        assert (await elsewhere.get(person(OTHER_GUILD, STRANGER))).status_code == 404
