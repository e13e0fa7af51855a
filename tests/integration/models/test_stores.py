"""What web, bot and workers keep: each store on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bus.envelopes import Actor
from bus.ids import new_id
from models import (
    api_keys,
    control,
    dead_letters,
    key_changes,
    login_states,
    processes,
    projections,
    sessions,
    settings_store,
)
from models import streams as stream_epochs
from models.audit_notes import Change
from models.config import Secret
from models.database import Connection, Database
from models.dead_letters import DeadLetter
from models.errors import DatabaseUnavailable, LeaseLost, StaleVersion
from models.key_records import ApiKey
from models.sqlstate import is_unreachable
from models.tables.control import ControlRow


async def rotated_now(database: Database, key_id: UUID, *, overlap: timedelta) -> tuple[ApiKey, Secret] | None:
    now = datetime.now(UTC)
    change = Change(Actor("user", "8"), "dashboard", now)
    async with database.transaction() as connection:
        return await key_changes.rotate(connection, change, key_id, id=new_id(now), overlap=overlap, expires_at=None)


class TestApiKeys:
    async def test_a_key_opens_what_it_is_for(self, database: Database) -> None:
        key, text = await api_keys.create(
            database, name="ci", scopes=["commands:write"], created_by="7", guild_ids=[5], kind="script"
        )
        found = await api_keys.authenticate(database, text.reveal())
        assert found is not None
        assert (found.id, found.kind, found.scopes) == (key.id, "script", ("commands:write",))
        assert found.allows("commands:write", 5)
        assert not found.allows("commands:write", 6)
        assert not found.allows("commands:write", None)
        assert not found.allows("audit:read", 5)
        assert text.reveal() not in repr(await database.fetch("SELECT * FROM api_keys"))

    async def test_unknown_revoked_and_expired_keys_open_nothing(self, database: Database) -> None:
        key, text = await api_keys.create(database, name="a", scopes=[], created_by="7")
        past = datetime.now(UTC) - timedelta(seconds=1)
        _, expired = await api_keys.create(database, name="b", scopes=[], created_by="7", expires_at=past)
        assert await api_keys.revoke(database, key.id, by="8")
        assert not await api_keys.revoke(database, key.id, by="8")
        for bad in (text.reveal(), expired.reveal(), "gb_x_y", "", "gb_" + "x" * 5000):
            assert await api_keys.authenticate(database, bad) is None

    async def test_use_is_noted_and_a_rotated_key_goes_on_for_a_while(self, database: Database) -> None:
        key, text = await api_keys.create(database, name="c", scopes=["a"], created_by="7")
        await api_keys.authenticate(database, text.reveal())
        rotated = await rotated_now(database, key.id, overlap=timedelta(milliseconds=300))
        assert rotated is not None
        assert await api_keys.authenticate(database, text.reveal()) is not None
        await asyncio.sleep(0.4)
        assert await api_keys.authenticate(database, text.reveal()) is None
        assert await api_keys.authenticate(database, rotated[1].reveal()) is not None
        listed = {one.id: one for one in await api_keys.list_keys(database)}
        assert listed[key.id].last_used_at is not None
        assert await rotated_now(database, key.id, overlap=timedelta()) is None


class TestSessions:
    async def test_a_session_is_found_by_its_id_which_is_kept_nowhere(self, database: Database) -> None:
        new = await sessions.create(database.client, 7, user_agent="x" * 900, oauth={"sealed": "…"})
        found = await sessions.find(database, new.session_id)
        assert found is not None
        assert (found.user_id, found.oauth, len(found.user_agent)) == (7, {"sealed": "…"}, 300)
        assert new.session_id not in repr(await database.fetch("SELECT * FROM sessions")) + repr(new)

    async def test_idle_old_and_revoked_sessions_are_void(self, database: Database) -> None:
        old = await sessions.create(database.client, 8, lifetime_seconds=-1)
        new = await sessions.create(database.client, 8)
        assert await sessions.find(database, old.session_id) is None
        assert await sessions.find(database, new.session_id, idle_seconds=0) is None
        assert await sessions.expire(database) >= 1
        assert not await sessions.revoke(database.client, 9, new.id_hash)
        assert await sessions.revoke(database.client, 8, new.id_hash)
        assert await sessions.find(database, new.session_id) is None

    async def test_rotation_voids_the_old_id(self, database: Database) -> None:
        first = await sessions.create(database.client, 10)
        second = await sessions.rotate(database, first.session_id)
        assert second is not None
        assert await sessions.find(database, first.session_id) is None
        assert await sessions.rotate(database, first.session_id) is None
        assert (await sessions.find(database, second.session_id)) is not None

    async def test_all_but_this_one_can_be_ended(self, database: Database) -> None:
        kept, *_ = [await sessions.create(database.client, 11) for _ in range(3)]
        assert await sessions.revoke_all(database.client, 11, but=kept.id_hash) == 2
        assert [one.id_hash for one in await sessions.list_sessions(database, 11)] == [kept.id_hash]

    async def test_a_login_state_works_once(self, database: Database) -> None:
        await login_states.begin(database, state="s", code_verifier="v", redirect_to="/")
        await login_states.begin(database, state="late", code_verifier="v", redirect_to="/", lifetime_seconds=-1)
        both = await asyncio.gather(*(login_states.finish(database, "s") for _ in range(4)))
        assert [one for one in both if one] == [login_states.LoginState("v", "/")]
        assert await login_states.finish(database, "late") is None


class TestSettings:
    async def test_each_change_is_a_version_and_a_stale_edit_is_refused(self, database: Database) -> None:
        async with database.transaction() as connection:
            before, after = await settings_store.set_values(
                connection, 1, {"timezone": "Europe/Lisbon"}, by="7", command_id=None, expected_version=0
            )
        assert (before.version, before.data["timezone"], after.version) == (0, "UTC", 1)
        with pytest.raises(StaleVersion) as caught:
            async with database.transaction() as connection:
                await settings_store.set_values(
                    connection, 1, {"timezone": "UTC"}, by="8", command_id=None, expected_version=0
                )
        assert (caught.value.expected, caught.value.actual) == (0, 1)
        assert caught.value.data["timezone"] == "Europe/Lisbon"
        present = await settings_store.get(database, 1)
        assert (present.version, present.data["timezone"], present.data["private_replies"]) == (
            1, "Europe/Lisbon", False,
        )  # fmt: skip
        assert [one.version for one in await settings_store.history(database, 1)] == [1]

    async def test_edits_at_once_lose_nothing(self, database: Database) -> None:
        async def change(key: str) -> None:
            async with database.transaction() as connection:
                await settings_store.set_values(connection, 2, {key: "x"}, by="7", command_id=None)

        await asyncio.gather(*(change(key) for key in ("welcome_text", "log_channel", "timezone")))
        present = await settings_store.get(database, 2)
        assert present.version == 3
        assert {key for key, value in present.data.items() if value == "x"} == {
            "welcome_text", "log_channel", "timezone",
        }  # fmt: skip

    async def test_a_guild_that_set_nothing_has_the_defaults(self, database: Database) -> None:
        assert (await settings_store.get(database, 404)).version == 0


async def test_switches_raise_the_control_version(database: Database) -> None:
    before = await control.version(database)
    ban = control.Switch("command", 0, "moderation.ban", "broken", "7")
    async with database.transaction() as connection:
        raised = await control.set_switch(connection, ban, off=True)
    read = await control.switches(database)
    assert (raised, read.version) == (before + 1, before + 1)
    assert read.refusal("moderation.ban", 1) is not None
    async with database.transaction() as connection:
        await control.set_switch(connection, ban, off=False)
    assert (await control.switches(database)).refusal("moderation.ban", 1) is None


async def test_heartbeats_count_the_living(database: Database) -> None:
    async def beat(kind: processes.ProcessKind = "worker") -> int:
        return await processes.heartbeat(database, id=uuid4(), kind=kind, host="h", pid=1, version="1")

    assert [await beat(), await beat(), await beat("bot")] == [1, 2, 1]
    mine = uuid4()
    for shard in (None, 3):
        live = await processes.heartbeat(
            database, id=mine, kind="worker", host="h", pid=1, version="1", shard=shard, control_version=9
        )
        assert live == 3
    [found] = [one for one in await processes.list_live(database) if one.id == mine]
    assert (found.shard, found.control_version) == (3, 9)
    await processes.farewell(database, mine)
    assert await processes.live_count(database, "worker") == 2
    assert await processes.expire(database, -1) == 3


class TestProjections:
    async def test_one_reader_at_a_time_and_its_place_is_kept(self, database: Database) -> None:
        one, other, epoch = uuid4(), uuid4(), uuid4()
        assert await projections.acquire(database, "p", one, 0.2) == projections.Place(None, None)
        assert await projections.acquire(database, "p", other, 10) is None
        async with database.transaction() as connection:
            await projections.store_offset(connection, "p", one, epoch=epoch, stream_offset=41)
        await asyncio.sleep(0.25)
        assert await projections.acquire(database, "p", other, 10) == projections.Place(epoch, 41)
        with pytest.raises(LeaseLost):
            async with database.transaction() as connection:
                await projections.store_offset(connection, "p", one, epoch=epoch, stream_offset=42)
        assert await projections.place(database, "p") == projections.Place(epoch, 41)
        await projections.release(database, "p", other)
        assert await projections.acquire(database, "p", one, 10) is not None

    async def test_the_same_offset_is_never_stored_twice_but_a_new_epoch_starts_over(self, database: Database) -> None:
        owner, epoch = uuid4(), uuid4()
        await projections.acquire(database, "q", owner, 10)

        async def store(epoch_: object, offset: int) -> None:
            async with database.transaction() as connection:
                await projections.store_offset(connection, "q", owner, epoch=epoch_, stream_offset=offset)  # type: ignore[arg-type]

        await store(epoch, 5)
        with pytest.raises(LeaseLost):
            await store(epoch, 5)
        await store(uuid4(), 0)
        async with database.transaction() as connection:
            await projections.rewind(connection, "q")
        assert await projections.place(database, "q") == projections.Place(None, None)

    async def test_everybody_gets_the_same_epoch_until_it_is_renewed(self, database: Database) -> None:
        asked = await asyncio.gather(*(stream_epochs.epoch(database, "live") for _ in range(8)))
        assert len(set(asked)) == 1
        fresh = await stream_epochs.renew(database, "live")
        assert fresh not in asked
        assert await stream_epochs.epoch(database, "live") == fresh


class TestDeadLetters:
    def letter(self, guild_id: int | None = 1) -> DeadLetter:
        now = datetime.now(UTC)
        return DeadLetter(
            id=new_id(now), guild_id=guild_id, command_id=new_id(now), type="moderation.ban", reason="no rights",  # type: ignore[arg-type]
            code="discord_50013", body={"type": "moderation.ban", "reply_to": {"token": "hush"}}, queue="commands",
            first_at=now,
        )  # fmt: skip

    async def test_a_letter_is_stored_once_and_without_the_token(self, database: Database) -> None:
        letter = self.letter()
        await dead_letters.store(database, letter)
        await dead_letters.store(database, letter)
        found = await dead_letters.find(database, letter.id)
        assert found is not None
        assert found.body == {"type": "moderation.ban"}
        assert "hush" not in repr(await database.fetch("SELECT * FROM dead_letters"))

    async def test_replays_count_and_a_discarded_letter_stays_discarded(self, database: Database) -> None:
        letter = self.letter()
        await dead_letters.store(database, letter)
        async with database.transaction() as connection:
            once = await self.resolved(connection, letter, "replayed")
            gone = await self.resolved(connection, letter, "discarded")
            again = await self.resolved(connection, letter, "replayed")
        assert once is not None
        assert gone is not None
        assert (once.replays, gone.replays, gone.state, again) == (1, 1, "discarded", None)
        assert dead_letters.replay_id(letter) != dead_letters.replay_id(once)
        notes = await database.fetch(
            "SELECT actor_kind, actor_id, reason FROM audit WHERE phase = 'note' AND command_id = $1 ORDER BY id",
            letter.command_id or letter.id,
        )
        assert [(note["actor_id"], note["reason"]) for note in notes] == [
            ("7", "The dead letter was replayed."),
            ("7", "The dead letter was discarded."),
        ]

    async def resolved(self, connection: Connection, letter: DeadLetter, state: Any) -> DeadLetter | None:
        return await dead_letters.resolve(
            connection,
            letter.id,
            state,
            by=Actor(kind="user", id="7", name="Ada"),
            source="dashboard",
            note_id=new_id(datetime.now(UTC)),
        )

    async def test_lists_come_in_pages_and_by_guild(self, database: Database) -> None:
        letters = [self.letter(77) for _ in range(5)] + [self.letter(78), self.letter(None)]
        for letter in letters:
            await dead_letters.store(database, letter)
        first = await dead_letters.list_letters(database.client, guild_ids=[77], limit=3)
        second = await dead_letters.list_letters(database.client, guild_ids=[77], limit=3, cursor=first.next_cursor)
        assert {one.id for one in [*first.items, *second.items]} == {one.id for one in letters[:5]}
        assert second.next_cursor is None
        everything = await dead_letters.list_letters(database.client, limit=100)
        assert {one.id for one in letters} <= {one.id for one in everything.items}


class TestDatabase:
    async def test_a_database_that_is_away_is_named_without_its_password(self) -> None:
        database = Database("postgresql://ada:hush@127.0.0.1:1/guildbus")
        with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1/guildbus") as caught:
            await database.connect(give_up_after_seconds=0.5)
        assert "hush" not in repr(caught.value)
        assert not database.connected
        with pytest.raises(DatabaseUnavailable):
            await database.ping()

    async def test_two_databases_in_one_process_do_not_mix(self, database: Database, empty_database_url: str) -> None:
        other = Database(empty_database_url, role=None)
        await other.connect()
        try:
            [name] = await other.fetch("SELECT current_database() AS name, current_user AS who")
            assert name["name"] in empty_database_url
            async with other.transaction() as connection:
                await connection.execute_query("CREATE TABLE mine AS SELECT 1 AS n")
            with pytest.raises(Exception, match="mine"):
                await database.fetch("SELECT * FROM mine")
        finally:
            await other.close()
        await database.ping()

    async def test_a_connection_killed_by_the_server_does_not_stay_in_the_pool(
        self, database: Database, database_url: str
    ) -> None:
        import asyncpg

        await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.05)") for _ in range(4)))
        owner = await asyncpg.connect(database_url)
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await owner.close()
        for _ in range(8):
            try:
                async with database.transaction() as connection:
                    await connection.execute_query("SELECT 1")
            except Exception as error:
                assert is_unreachable(error)  # noqa: PT017 - it may or may not be raised
        await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.01)") for _ in range(8)))
        assert await ControlRow.exists(id=1)  # no connection named: not the failed transaction's
