from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from bus.ids import new_id
from models import migrate
from models.bulks import Target, get_bulk, start_bulk
from models.database import ROLES, Database
from models.errors import ModelError
from models.ledger import Ledger
from models.retention import drop_partitions, ensure_partitions, months_before
from models.tables import TABLE_MODULES
from tests.integration.models.commands import GUILD, command

COLUMNS = """
SELECT table_name, column_name, udt_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
WHERE table_schema = 'public' AND table_name !~ '_(default|y[0-9]{4}m[0-9]{2})$' AND table_name <> 'aerich'
"""
TYPES = {
    "UUID": "uuid", "BIGINT": "int8", "TEXT": "text", "SMALLINT": "int2", "INT": "int4", "BOOL": "bool",
    "TIMESTAMPTZ": "timestamptz", "JSONB": "jsonb", "BYTEA": "bytea", "BIGINT[]": "_int8", "TEXT[]": "_text",
}  # fmt: skip


async def tables(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') AND relname <> 'aerich'"
        )
        return [row["relname"] for row in rows]
    finally:
        await connection.close()


async def test_up_down_and_up_again(empty_database_url: str) -> None:
    applied = await migrate.upgrade(empty_database_url)
    assert applied
    assert (await migrate.status(empty_database_url)) == migrate.MigrationStatus(tuple(applied), ())
    assert await migrate.upgrade(empty_database_url) == []
    assert await migrate.downgrade(empty_database_url, -1) == applied[::-1]
    assert await tables(empty_database_url) == []
    assert (await migrate.status(empty_database_url)).pending == tuple(applied)
    assert await migrate.upgrade(empty_database_url) == applied
    with pytest.raises(ModelError, match="99 is not applied"):
        await migrate.downgrade(empty_database_url, 99)


async def test_two_processes_may_migrate_at_once(empty_database_url: str) -> None:
    program = "import asyncio, sys; from models import migrate; print(len(asyncio.run(migrate.upgrade(sys.argv[1]))))"
    import sys

    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, empty_database_url, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    outputs = [(await process.communicate())[0].decode().strip() for process in processes]
    assert sorted(outputs) == ["0", str(len((await migrate.status(empty_database_url)).applied))]
    assert [process.returncode for process in processes] == [0, 0]


async def test_the_models_and_the_migrated_tables_agree(database_url: str, database: Database) -> None:
    from importlib import import_module

    from tortoise import Model

    declared: dict[tuple[str, str], tuple[str, bool]] = {}
    for name in TABLE_MODULES:
        for model in vars(import_module(name)).values():
            if isinstance(model, type) and issubclass(model, Model) and model is not Model:
                described: Any = model.describe()
                for field in [described["pk_field"], *described["data_fields"]]:
                    kinds = field["db_field_types"]
                    kind = kinds.get("postgres", kinds.get("", ""))
                    declared[described["table"], field["db_column"]] = (TYPES[kind], field["nullable"])
    owner = await asyncpg.connect(database_url)
    try:
        rows = await owner.fetch(COLUMNS)
    finally:
        await owner.close()
    migrated = {(row["table_name"], row["column_name"]): (row["udt_name"], row["nullable"]) for row in rows}
    assert declared == migrated


@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET reason = ''", "DELETE FROM audit", "TRUNCATE audit", "DROP TABLE audit"]
)
async def test_the_audit_trail_can_not_be_changed_by_the_role_that_everything_runs_as(
    database: Database, sql: str
) -> None:
    with pytest.raises(
        (OperationalError, asyncpg.InsufficientPrivilegeError), match=r"permission denied|must be owner"
    ):
        await database.client.execute_script(sql)


async def test_roles_that_the_user_may_not_make_are_named_with_what_to_do(database_url: str) -> None:
    user = f"plain_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(database_url)
    await migrate._refuse_without_roles(connection, ("guildbus_missing",))  # a superuser makes it
    await connection.execute(f"CREATE ROLE {user}; SET ROLE {user}")
    await migrate._refuse_without_roles(connection, ROLES)
    with pytest.raises(ModelError, match=r"guildbus_missing.*10-roles\.sh"):
        await migrate._refuse_without_roles(connection, (*ROLES, "guildbus_missing"))
    await connection.execute(f"RESET ROLE; DROP ROLE {user}")
    await connection.close()


async def test_the_partitions_of_the_audit_trail_are_closed_too(database: Database) -> None:
    [row] = await database.fetch(
        "SELECT min(inhrelid::regclass::text) AS part FROM pg_inherits WHERE inhparent = 'audit'::regclass"
    )
    with pytest.raises(OperationalError, match="permission denied"):
        await database.client.execute_script(f"DELETE FROM {row['part']}")  # noqa: S608 - a name from the catalogue


async def test_partitions_are_made_ahead_and_rows_that_came_early_move_in(database: Database) -> None:
    far = datetime.now(UTC) + timedelta(days=200)
    id_ = new_id(far)
    await database.fetch(
        """WITH x AS (INSERT INTO audit (id, command_id, type, phase, at, actor_kind, actor_id, source, correlation_id)
        VALUES ($1, $1, 'a.b', 'note', $2, 'system', 'x', 'script', $1)) SELECT 1""",
        id_,
        far,
    )
    where = "SELECT tableoid::regclass::text AS part FROM audit WHERE id = $1"
    assert (await database.fetch(where, id_))[0]["part"] == "audit_default"
    assert await ensure_partitions(database, 8) > 0
    assert await ensure_partitions(database, 8) == 0
    assert (await database.fetch(where, id_))[0]["part"] == f"audit_y{far:%Y}m{far:%m}"


async def test_retention_drops_whole_months_but_never_recent_ones(database: Database, database_url: str) -> None:
    owner = await asyncpg.connect(database_url)
    await owner.execute("""
        CREATE TABLE audit_y2020m01 PARTITION OF audit FOR VALUES
        FROM ('016f5e66-e800-0000-0000-000000000000') TO ('016ffe0b-9400-0000-0000-000000000000')""")
    await owner.close()
    assert await drop_partitions(database, datetime(2020, 1, 20, tzinfo=UTC)) == []
    assert await drop_partitions(database, datetime(2020, 2, 1, tzinfo=UTC)) == ["audit_y2020m01"]
    with pytest.raises(ModelError, match="30 days"):
        await drop_partitions(database, datetime.now(UTC))


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    now = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    assert [months_before(now, months) for months in (0, 1, 2, 26)] == [
        datetime(year, month, 1, tzinfo=UTC) for year, month in ((2026, 2), (2026, 1), (2025, 12), (2023, 12))
    ]


async def test_bulks_go_with_the_months_of_their_commands(database: Database, database_url: str) -> None:
    owner = await asyncpg.connect(database_url)
    await owner.execute("""
        CREATE TABLE commands_y2020m03 PARTITION OF commands FOR VALUES
        FROM ('01709364-7800-0000-0000-000000000000') TO ('01713309-9c00-0000-0000-000000000000')""")
    await owner.close()
    moments = [datetime(2020, 3, 15, tzinfo=UTC), datetime(2020, 4, 15, tzinfo=UTC), datetime.now(UTC)]
    of_march, of_april, of_today = (command(id=new_id(moment), issued_at=moment) for moment in moments)
    for one in (of_march, of_april, of_today):
        await Ledger(database).record([one])
        async with database.transaction() as connection:
            target = Target({"member": "123"})
            await start_bulk(
                connection, command_id=one.id, guild_id=GUILD, type="moderation.ban", options={}, targets=[target]
            )

    async def kept() -> list[UUID]:
        return [row["command_id"] for row in await database.fetch("SELECT command_id FROM bulks ORDER BY command_id")]

    await drop_partitions(database, datetime(2020, 3, 31, tzinfo=UTC))
    assert await kept() == [of_march.id, of_april.id, of_today.id], "March is not over"
    assert await drop_partitions(database, datetime(2020, 4, 1, tzinfo=UTC)) == ["commands_y2020m03"]
    assert await kept() == [of_april.id, of_today.id]
    assert await get_bulk(database, of_april.id, GUILD) is not None


async def test_aerich_finds_nothing_left_to_migrate(database_url: str) -> None:
    """A change to a model without a migration fails here."""

    async def difference(command: Any) -> list[str]:
        from aerich.migrate import Migrate
        from aerich.utils import get_models_describe

        stored: Any = Migrate._last_version_content
        present = get_models_describe("models")
        return [name for name in sorted({*stored, *present}) if stored.get(name) != present.get(name)]

    assert await migrate._with_aerich(database_url, difference) == []
