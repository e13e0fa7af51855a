"""Data for demos and development: a few guilds with people, a thousand commands and what they left in the audit trail.

The same seed makes the same data, and seeding twice changes nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bus.envelopes import Actor, Command, Event, Source
from bus.ids import Snowflake, derived_id
from models.database import Database
from models.events import ChannelData, GuildSnapshot, MemberData, MembersSnapshot, RoleData, make_event
from models.guild_state import apply_event
from models.ledger import Ledger
from models.ledger_types import AuditRecord, Claim, Claimed, Settlement
from models.outcome import CommandState, Outcome
from models.permissions import Permission

__all__ = ["Seeded", "seed"]

_GUILDS = ("Harbour Chess Club", "Night Shift Radio", "Pixel Gardeners")
_NAMES = ("ada", "bruno", "chiara", "dmitri", "elif", "femi", "greta", "hiro", "ines", "jonas", "kofi", "lena")
_ENDS: tuple[tuple[CommandState, str, int], ...] = (
    ("succeeded", "Done.", 88),
    ("failed", "Discord says the bot lacks permissions.", 6),
    ("dead", "Discord did not answer after 6 attempts.", 3),
    ("in_doubt", "It may have happened; please look.", 3),
)
_TYPES = ("moderation.warn", "moderation.timeout", "roles.add", "moderation.ban", "messages.announce")
_SOURCES: tuple[Source, ...] = ("bot", "dashboard", "api")
_BATCH = 64
# The ledger takes its times from the database's clock; the demo's past has to look like one.
_BACKDATE = """WITH moved AS (
    UPDATE commands SET created_at = issued_at, updated_at = issued_at + interval '300 ms',
        settled_at = issued_at + interval '300 ms'
    WHERE id = ANY($1::uuid[]) AND created_at <> issued_at
) SELECT 1"""
_FIRST_ID = 900_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Seeded:
    """How much there is of the demo's data now."""

    guilds: int
    members: int
    commands: int


async def seed(database: Database, now: datetime, *, commands: int = 1000, days: int = 28) -> Seeded:
    """Fills the database with demo data of the last `days`, ending at `now` (rounded down to its day)."""
    chance = random.Random(20_240_229)  # noqa: S311 - demo data must come out the same
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    guild_ids = [Snowflake(_FIRST_ID + number) for number in range(1, len(_GUILDS) + 1)]
    async with database.transaction() as connection:
        for number, guild_id in enumerate(guild_ids):
            for event in _guild(number, guild_id, today):
                await apply_event(connection, event)
    ledger = Ledger(database)
    moments = sorted(today - timedelta(seconds=chance.uniform(60, days * 86_400)) for _ in range(commands))
    planned = [_command(index, moment, guild_ids, chance) for index, moment in enumerate(moments)]
    for start in range(0, len(planned), _BATCH):
        batch = planned[start : start + _BATCH]
        claimed = await ledger.claim([_claim(command) for command in batch], 10)
        ends = [_settlement(one, command, chance) for one, command in zip(claimed, batch, strict=True)]
        await ledger.settle([end for end, one in zip(ends, claimed, strict=True) if one.verdict == "fresh"])
    await database.fetch(_BACKDATE, [command.id for command in planned])
    return Seeded(len(guild_ids), len(guild_ids) * len(_NAMES), len(planned))


def _guild(number: int, guild_id: Snowflake, at: datetime) -> tuple[Event, Event]:
    moderators = RoleData(
        id=Snowflake(guild_id + 1000),
        name="Moderators",
        color=0x3498DB,
        position=1,
        permissions=str(int(Permission.BAN_MEMBERS | Permission.KICK_MEMBERS | Permission.MODERATE_MEMBERS)),
    )
    everyone = RoleData(id=guild_id, name="@everyone", permissions=str(int(Permission.VIEW_CHANNEL)))
    people = [
        MemberData(
            id=Snowflake(_FIRST_ID + 5000 + index),
            username=name,
            display_name=name.capitalize(),
            roles=[moderators.id] if index % 4 == number else [],
            joined_at=at - timedelta(days=30 + index),
        )
        for index, name in enumerate(_NAMES)
    ]
    snapshot = GuildSnapshot(
        name=_GUILDS[number],
        owner_id=people[number].id,
        member_count=len(people),
        roles=[everyone, moderators],
        channels=[ChannelData(id=Snowflake(guild_id + 2000), name="general", kind=0)],
    )
    members = MembersSnapshot(members=people, complete=True, snapshot_id=derived_id(at, "seed", guild_id))

    def wrapped(data: GuildSnapshot | MembersSnapshot) -> Event:
        id_ = derived_id(at, "seed", data.type, guild_id)
        return make_event(data, id=id_, guild_id=guild_id, timestamp=at, source="bot")

    return wrapped(snapshot), wrapped(members)


def _command(index: int, at: datetime, guild_ids: list[Snowflake], chance: random.Random) -> Command:
    who = chance.randrange(len(_NAMES))
    target = Snowflake(_FIRST_ID + 5000 + chance.randrange(len(_NAMES)))
    id_: UUID = derived_id(at, "seed", "command", index)
    return Command(
        id=id_,
        type=chance.choice(_TYPES),
        guild_id=chance.choice(guild_ids),
        subject=f"member:{target}",
        actor=Actor("user", str(_FIRST_ID + 5000 + who), _NAMES[who].capitalize()),
        source=chance.choice(_SOURCES),
        correlation_id=id_,
        issued_at=at,
        options={"member": str(target), "reason": "demo"},
    )


def _claim(command: Command) -> Claim:
    audit = AuditRecord(derived_id(command.issued_at, "seed", "intent", command.id), "intent", command.issued_at)
    return Claim(command, command.subject, "running", audit)


def _settlement(claimed: Claimed, command: Command, chance: random.Random) -> Settlement:
    [(state, words, _)] = chance.choices(_ENDS, weights=[weight for _, _, weight in _ENDS])
    at = command.issued_at + timedelta(milliseconds=chance.uniform(80, 900))
    outcome = Outcome(words, code="ok" if state == "succeeded" else state)
    audit = AuditRecord(derived_id(at, "seed", "outcome", command.id), "outcome", at, words)
    return Settlement(claimed.id, claimed.fence, state, claimed.attempt, outcome, audit)
