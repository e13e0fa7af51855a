"""Reads the books when all is over: ledger and audit trail, the sandbox's book, the stream, the answers."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Event
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from models.catalogue import load_catalogue
from models.database import Database
from models.events import EVENT_TYPES
from models.outcome import FINAL_STATES
from tests.chaos.books import AuditRow, Books, Entry, LedgerRow, Published
from tests.chaos.discord import Discord
from tests.chaos.platform import Platform
from workers.nonces import nonce_of

__all__ = ["entries_of", "read_books"]

_ASKING_AT_ONCE = 20


async def read_books(made: Platform) -> Books:
    """After the load has ended and everything had time to settle."""
    load = made.load
    assert load is not None
    database = load.ways.database
    books = Books(accepted=list(load.accepted.values()))
    books.ledger = await _ledger(database)
    books.audit = [
        AuditRow(row["command_id"], row["phase"], ended=row["phase"] == "refusal" or row["state"] in FINAL_STATES)
        for row in await database.fetch("SELECT command_id, phase, detail->>'state' AS state FROM audit")
        if row["command_id"] is not None
    ]
    await made.discord.read_book()
    books.outside = entries_of(made.discord.book, books.ledger)
    books.stream = await _stream(made)
    books.sessions = [client.book for client in made.sessions]
    asked = {id_: interaction for id_, interaction in load.interactions.items() if id_ in load.accepted}
    books.unanswered = await _unanswered(made.discord, asked)
    return books


def entries_of(book: list[dict[str, Any]], ledger: list[LedgerRow]) -> list[Entry]:
    """The sandbox's rows by the command that caused each: by reason, by nonce, by body. Others' rows are left out."""
    by_nonce = {nonce_of(row.id): row.id for row in ledger}
    ids = {str(row.id): row.id for row in ledger}
    found = []
    for row in book:
        body = row["body"] if isinstance(row["body"], dict) else {}
        mark = (row["reason"] or "").rpartition(" ")[2]
        if mark in ids:
            found.append(Entry(ids[mark], row["changed"]))
        elif row["nonce"] in by_nonce:
            found.append(Entry(by_nonce[row["nonce"]], row["duplicate_of"] is None))
        elif row["headers"] is not None and body.get("id") in ids:
            found.append(Entry(ids[body["id"]], changed=True))
    return found


async def _ledger(database: Database) -> list[LedgerRow]:
    effects = {type_: str(spec.effect) for type_, spec in load_catalogue().by_type.items()}
    rows = await database.fetch(
        "SELECT id, type, state, guild_id, subject, causation_id, outcome->>'code' AS code, "
        "(outcome->'data'->>'children')::int AS children FROM commands"
    )
    return [
        LedgerRow(
            id=row["id"], type=row["type"], effect=effects.get(row["type"], "poison"), state=row["state"],
            guild_id=row["guild_id"], subject=row["subject"], causation_id=row["causation_id"],
            children=row["children"] or 0, code=row["code"] or "",
        )
        for row in rows
    ]  # fmt: skip


async def _stream(made: Platform) -> list[Published]:
    """All of it, by a reader of our own."""
    url = made.cluster.amqp_url("web", made.cluster.ports[0])
    transport = RabbitMQTransport(url, load_topology(), clock=SystemClock(), name="chaos books")
    await transport.start()
    found: list[Published] = []
    try:
        ends = await transport.stream_ends("live")
        if ends is None:
            return found
        async for entry in transport.follow("live", offset="first"):
            event = codec.decode(codec.decompress(entry.body, entry.content_encoding), Event)
            kind = EVENT_TYPES.get(event.type)
            if kind is None or kind.feed:
                guild_id = None if event.guild_id is None else int(event.guild_id)
                data = event.data if event.type.startswith("command.") else {}
                command_id = UUID(data["command_id"]) if "command_id" in data else None
                found.append(Published(entry.offset, str(event.id), guild_id, command_id, data.get("state", "")))
            if entry.offset >= ends[1]:
                return found
    finally:
        await transport.close()
    return found


async def _unanswered(discord: Discord, asked: dict[UUID, str]) -> list[UUID]:
    """Deferred, accepted, and still thinking."""
    limit = asyncio.Semaphore(_ASKING_AT_ONCE)

    async def is_unanswered(interaction: str) -> bool:
        async with limit:
            return bool((await discord.interaction(interaction))["state"] == "deferred")

    answers = await asyncio.gather(*(is_unanswered(interaction) for interaction in asked.values()))
    return [id_ for id_, unanswered in zip(asked, answers, strict=True) if unanswered]
