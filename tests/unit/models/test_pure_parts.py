"""The small decisions of models: addresses, cursors, switches, permissions, errors, excerpts, batches."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from uuid import UUID

import asyncpg
import pytest

from bus.errors import InvalidMessage
from models.access import permissions_from_row
from models.control import Switch, Switches
from models.database_url import parse_database_url, shown_address
from models.dead_letters import safe_body, safe_excerpt
from models.errors import DatabaseAddressInvalid
from models.ledger_batches import settled_apart
from models.paging import LAST, decode_cursor, encode_cursor
from models.permissions import EVERYTHING, Permission
from models.sqlstate import is_database_trouble, is_deadlock, is_unfit, sqlstate_of


def test_a_database_url_is_taken_apart() -> None:
    assert parse_database_url("postgresql://ada:p%40ss@db:6432/guildbus?sslmode=require") == {
        "user": "ada", "password": "p@ss", "host": "db", "port": 6432, "database": "guildbus", "ssl": "require",
    }  # fmt: skip
    assert parse_database_url("postgres://ada@/g?host=/run/pg%20x&port=5433")["host"] == "/run/pg x"


@pytest.mark.parametrize(
    "url",
    ["mysql://u:secret@h/d", "postgresql://u:secret@h", "postgresql://u:secret@h:x/d", "postgresql://u:secret@h/d?a=b",
     "postgresql://u:secret@h/d?sslmode=maybe", "postgresql://u:secret@/d?host=h&port=99999"],
)  # fmt: skip
def test_a_bad_database_url_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(DatabaseAddressInvalid) as caught:
        parse_database_url(url)
    assert "secret" not in str(caught.value)
    assert "secret" not in shown_address(url)


def test_a_cursor_leads_back_to_its_id() -> None:
    id_ = UUID("0198a7b2-7e6e-7000-8000-000000000001")
    assert decode_cursor(encode_cursor(id_)) == id_
    assert decode_cursor(None) == LAST


@pytest.mark.parametrize("cursor", ["", "x", "ä", "a" * 30, "{}"])
def test_any_other_text_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidMessage):
        decode_cursor(cursor)


def switched(*off: Switch) -> Switches:
    return Switches(1, MappingProxyType({(one.scope, one.guild_id, one.command_type): one for one in off}))


def test_a_switch_refuses_what_it_covers_and_nothing_else() -> None:
    both = switched(
        Switch("command", 0, "moderation.ban", "being repaired", "7"),
        Switch("guild_command", 5, "roles.add", "", "7"),
    )
    assert both.refusal("moderation.ban", 1) == "This command is switched off: being repaired"
    assert both.refusal("roles.add", 5) == "This command is switched off in this server."
    assert both.refusal("roles.add", 6) is None
    assert both.refusal("roles.add", None) is None
    assert switched(Switch("platform", 0, "", "", "7")).refusal("utility.ping", None) == "The platform is switched off."
    assert switched(Switch("guild", 5, "", "", "7")).refusal("utility.ping", 5) is not None


def test_somebody_timed_out_may_only_look() -> None:
    ban = int(Permission.BAN_MEMBERS | Permission.VIEW_CHANNEL)
    row = {"is_owner": False, "everyone": 0, "held": ban, "timed_out": True}
    assert permissions_from_row(row) == int(Permission.VIEW_CHANNEL)
    assert permissions_from_row(row | {"timed_out": False}) == ban
    assert permissions_from_row(row | {"is_owner": True}) == EVERYTHING


class Refused(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def test_the_sqlstate_is_found_beneath_other_errors() -> None:
    wrapped = RuntimeError()
    wrapped.__cause__ = Refused("22P05")
    assert sqlstate_of(wrapped) == "22P05"
    assert is_unfit(wrapped)
    assert is_deadlock(Refused("40P01"))
    assert not is_unfit(Refused("08006"))
    assert sqlstate_of(ValueError()) is None


def test_the_search_for_a_sqlstate_ends_where_errors_cause_each_other() -> None:
    alone, first, second = RuntimeError(), RuntimeError(), RuntimeError()
    alone.__cause__ = alone
    first.__cause__, second.__cause__ = second, first
    assert sqlstate_of(alone) is None
    assert sqlstate_of(first) is None


def test_only_the_drivers_own_words_are_the_databases_trouble() -> None:
    wrapped = RuntimeError()
    wrapped.__cause__ = asyncpg.ConnectionDoesNotExistError()
    assert is_database_trouble(wrapped)
    assert is_database_trouble(Refused("40P01"))
    assert is_database_trouble(asyncpg.AdminShutdownError())
    assert not is_database_trouble(ConnectionResetError())  # Discord's, as likely
    assert not is_database_trouble(Refused("23505"))


async def test_bad_items_are_found_by_halving_and_the_others_are_done() -> None:
    calls: list[int] = []

    async def run(items: Sequence[int]) -> list[str]:
        calls.append(len(items))
        if any(item in (3, 40) for item in items):
            raise Refused("22021")
        return [str(item) for item in items]

    results = await settled_apart(list(range(64)), run, lambda item, why: "bad")
    assert [n for n, result in enumerate(results) if result == "bad"] == [3, 40]
    assert results[63] == "63"
    assert len(calls) < 30


async def test_deadlocks_are_tried_again_but_not_for_ever() -> None:
    calls: list[int] = []

    async def run(items: Sequence[int]) -> list[int]:
        calls.append(1)
        if len(calls) < 3:
            raise Refused("40P01")
        return list(items)

    assert await settled_apart([1], run, lambda item, why: item) == [1]
    calls.clear()

    async def always(items: Sequence[int]) -> list[int]:
        calls.append(1)
        raise Refused("40P01")

    with pytest.raises(Refused):
        await settled_apart([1], always, lambda item, why: item)
    assert len(calls) == 5


async def test_an_error_that_is_nobodys_fault_is_raised() -> None:
    async def run(items: Sequence[int]) -> list[int]:
        raise Refused("08006")

    with pytest.raises(Refused):
        await settled_apart([1, 2], run, lambda item, why: item)


def test_a_dead_letter_keeps_no_token() -> None:
    assert safe_body({"id": 1, "reply_to": {"token": "hush"}}) == {"id": 1}
    for raw in (b'{"reply_to":{"token":"hush","x', b'{"token" : "hush'):
        assert "hush" not in safe_excerpt(raw)
    assert "\x00" not in safe_excerpt(b"\x00\xff")
