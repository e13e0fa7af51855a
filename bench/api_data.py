"""A database as after a busy month: 20,000 commands, 100,000 lines of audit trail, 1,000 members, and who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from bus import codec
from bus.envelopes import Actor, Command
from bus.ids import Snowflake, derived_id, new_id
from models import api_keys, dead_letters, sessions, users
from models.bulks import Target, start_bulk
from models.database import Database
from models.dead_letters import DeadLetter
from models.events import MemberData, MembersSnapshot, make_event
from models.guild_state import apply_event
from models.seed import seed

__all__ = ["ADMIN", "Data", "fill"]

GUILD = Snowflake(900_000_000_000_000_001)
ADMIN = Snowflake(900_000_000_000_005_000)
"""The guild's owner, as `models.seed` makes them."""

_COMMANDS, _AUDIT_LINES, _MEMBERS = 20_000, 100_000, 1_000
_FIRST_MEMBER = 900_000_000_000_006_000
_LETTERS, _BULKS, _CHILDREN = 3_000, 200, 5_000
_SHOWN = 500  # so many different things of a kind are asked for

# The same lines again under other ids of the same time: the rest of an id is chance.
_MORE_AUDIT = """WITH made AS (
    INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
        correlation_id, subject, reason, before, after, detail)
    SELECT (left(a.id::text, 19) || substr(gen_random_uuid()::text, 20))::uuid, guild_id, command_id, type, phase, at,
        actor_kind, actor_id, actor_name, source, correlation_id, subject, reason, before, after, detail
    FROM audit a, generate_series(1, 10) LIMIT $1
) SELECT 1"""
_ADOPT = """WITH adopted AS (
    UPDATE commands SET parent_id = $1 WHERE id = ANY($2::uuid[])
) SELECT 1"""
_COPY_LETTERS = """WITH made AS (
    INSERT INTO dead_letters (id, guild_id, command_id, type, reason, code, body, queue, actor_kind, actor_id,
        first_at, state)
    SELECT (left(d.id::text, 19) || substr(gen_random_uuid()::text, 20))::uuid, guild_id, command_id, type, reason,
        code, body, queue, actor_kind, actor_id, first_at - n * interval '1 second', state
    FROM dead_letters d, generate_series(1, $1::int) n
) SELECT 1"""


@dataclass(frozen=True, slots=True)
class Data:
    """What requests name. `ids` are values for each parameter of a path; sessions are cookies' values."""

    ids: Mapping[str, Sequence[str]]
    admin: str
    members: Sequence[str]
    leaving: Sequence[str]
    script_key: str


async def fill(database: Database, now: datetime) -> Data:
    """Everything of it, in a migrated and otherwise empty database. Takes most of a minute."""
    await seed(database, now, commands=_COMMANDS)
    await _members(database, now)
    commands = await _column(database, "SELECT id FROM commands WHERE guild_id = $1 ORDER BY id DESC", int(GUILD))
    lines = await database.fetch("SELECT count(*) AS lines FROM audit")
    await database.fetch(_MORE_AUDIT, _AUDIT_LINES - lines[0]["lines"])
    bulks = await _bulks(database, commands)
    letters = await _letters(database, now)
    people = [Snowflake(_FIRST_MEMBER + number) for number in range(_MEMBERS)]
    keys = [await _own_key(database, person) for person in people]
    _, script = await api_keys.create(
        database, name="bench", scopes=("commands:read", "commands:write"), created_by="bench", kind="script"
    )
    platform = await _platform_command(database, now)
    return Data(
        ids={
            "guild_id": [str(GUILD)],
            "command_id": commands[:_SHOWN],
            "bulk_id": bulks,
            "dead_letter_id": letters,
            "key_id": keys,
            "person_id": [str(person) for person in people[:_SHOWN]],
            "user_id": [str(person) for person in people[:_SHOWN]],
            "type": ["moderation.ban", "utility.ping", "roles.add"],
            "platform_command_id": [platform],
        },
        admin=await _session(database, ADMIN),
        members=[await _session(database, person) for person in people],
        leaving=[await _session(database, person) for person in people],
        script_key=script.reveal(),
    )


async def _members(database: Database, now: datetime) -> None:
    known = await database.fetch(
        """SELECT m.person_id, p.username, p.display_name FROM members m JOIN persons p ON p.id = m.person_id
        WHERE m.guild_id = $1""",
        int(GUILD),
    )
    people = [
        MemberData(id=Snowflake(row["person_id"]), username=row["username"], display_name=row["display_name"], roles=[])
        for row in known
    ]
    people += [
        MemberData(id=Snowflake(_FIRST_MEMBER + n), username=f"person{n}", display_name=f"Person {n}", roles=[])
        for n in range(_MEMBERS)
    ]
    snapshot = MembersSnapshot(members=people, complete=True, snapshot_id=new_id(now))
    async with database.transaction() as connection:
        event = make_event(snapshot, id=new_id(now), guild_id=GUILD, timestamp=now, source="bot")
        await apply_event(connection, event)


async def _bulks(database: Database, commands: Sequence[str]) -> list[str]:
    """Of some commands it is made known that they were bulks; others become the children of the newest."""
    found = list(commands[:_BULKS])
    async with database.transaction() as connection:
        for number, command in enumerate(found):
            targets = [Target(options={"member": str(_FIRST_MEMBER + n)}) for n in range(100)]
            await start_bulk(
                connection,
                command_id=UUID(command),
                guild_id=GUILD,
                type="moderation.warn",
                options={"reason": f"bulk {number}"},
                targets=targets,
            )
    await database.fetch(_ADOPT, found[0], commands[_BULKS : _BULKS + _CHILDREN])
    return found


async def _letters(database: Database, now: datetime) -> list[str]:
    causes = ("discord_forbidden", "attempts_used_up", "lease_lost", "poison", "unknown_version")
    for number, code in enumerate(causes * 20):
        at = now - timedelta(minutes=number)
        id_ = derived_id(at, "bench", "letter", number)
        command = Command(
            id=id_,
            type="moderation.warn",
            guild_id=GUILD,
            subject=f"member:{_FIRST_MEMBER + number}",
            actor=Actor("user", str(ADMIN), "Ada"),
            source="dashboard",
            correlation_id=id_,
            issued_at=at,
            options={"member": str(_FIRST_MEMBER + number), "reason": "demo"},
        )
        await dead_letters.store(
            database,
            DeadLetter(
                id=id_,
                guild_id=GUILD,
                command_id=id_,
                type=command.type,
                reason="Discord says the bot lacks permissions.",
                code=code,
                body=msgspec.json.decode(codec.encode(command)),
                queue="commands.interactive",
                actor_kind="user",
                actor_id=str(ADMIN),
                first_at=at,
            ),
        )
    await database.fetch(_COPY_LETTERS, _LETTERS // (len(causes) * 20) - 1)
    return await _column(database, "SELECT id FROM dead_letters ORDER BY id DESC")


async def _platform_command(database: Database, now: datetime) -> str:
    """One of the ledger's that is now of no guild."""
    [row] = await database.fetch("SELECT id FROM commands ORDER BY id LIMIT 1")
    await database.fetch("WITH moved AS (UPDATE commands SET guild_id = NULL WHERE id = $1) SELECT 1", row["id"])
    return str(row["id"])


async def _own_key(database: Database, person: Snowflake) -> str:
    key, _ = await api_keys.create(
        database, name="own", scopes=("commands:read",), created_by=f"user:{person}", owner_id=int(person)
    )
    return str(key.id)


async def _session(database: Database, person: Snowflake) -> str:
    await users.logged_in(database.client, user_id=person, username=f"user{person}")
    return (await sessions.create(database.client, int(person), user_agent="bench")).session_id


async def _column(database: Database, sql: str, *values: object) -> list[str]:
    return [str(row["id"]) for row in await database.fetch(sql, *values)]
