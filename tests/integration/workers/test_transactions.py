"""Transactional commands that arrive together share a transaction, and nothing else."""

from __future__ import annotations

from uuid import UUID

import msgspec

from bus.envelopes import Command
from bus.ids import new_id
from models.ledger import Ledger
from models.ledger_types import AuditRecord, Claim
from models.outcome import Outcome
from tests.integration.workers.commands import CROWD, a_command
from tests.integration.workers.platform import Platform
from tests.postgres import admin
from workers.failures import PermanentFailure
from workers.handlers.table import BUILT_IN
from workers.ports import Call, Handler

WARN = next(handler for handler in BUILT_IN if handler.spec.type == "moderation.warn")


def warnings_of(member: str, number: int) -> list[Command]:
    return [a_command("moderation.warn", {"member": member, "reason": f"number {n}"}) for n in range(number)]


async def transactions(platform: Platform, commands: list[Command]) -> int:
    rows = await platform.database.fetch(
        "SELECT count(DISTINCT xmin::text) AS n FROM commands WHERE id = ANY($1)", [command.id for command in commands]
    )
    return int(rows[0]["n"])


async def written(platform: Platform, table: str, commands: list[Command]) -> int:
    rows = await platform.database.fetch(
        f"SELECT count(*) AS n FROM {table} WHERE command_id = ANY($1)",  # noqa: S608 - names of ours
        [command.id for command in commands],
    )
    return int(rows[0]["n"])


async def test_those_that_arrive_together_commit_together(platform: Platform) -> None:
    commands = warnings_of(CROWD[1], 12)
    await platform.publish(*commands)
    async with platform.worker():
        ended = [await platform.end_of(command) for command in commands]
    assert {one.state for one in ended} == {"succeeded"}
    assert await transactions(platform, commands) < len(commands)
    assert await written(platform, "warnings", commands) == len(commands)
    assert await written(platform, "audit", commands) == len(commands)
    counted = sorted(one.outcome.after["warnings"] for one in ended if one.outcome and one.outcome.after)
    assert counted == list(range(counted[0], counted[0] + len(commands))), "each saw those before it"


async def test_one_that_fails_undoes_nothing_of_its_neighbours(platform: Platform) -> None:
    commands = warnings_of(CROWD[2], 24)
    bad, good = commands[9], commands[:9] + commands[10:]
    runs: list[UUID] = []

    async def run(call: Call) -> Outcome:
        runs.append(call.command.id)
        outcome = await WARN.run(call)
        if call.command.id == bad.id:
            raise PermanentFailure("after its row was written", code="bad")
        return outcome

    await platform.publish(*commands)
    async with platform.worker(handlers={WARN.spec.type: Handler(WARN.spec, run)}):
        ended = {command.id: await platform.end_of(command) for command in commands}
    assert ended.pop(bad.id).state == "failed"
    assert {one.state for one in ended.values()} == {"succeeded"}
    assert await written(platform, "warnings", commands) == len(good)
    assert await written(platform, "warnings", [bad]) == 0
    assert await transactions(platform, good) < len(good) / 2, "those beside it still commit together"
    assert max(runs.count(command.id) for command in good) <= 2, "no handler runs in vain more than once"


async def test_one_that_was_done_before_is_not_done_again_beside_others(platform: Platform) -> None:
    commands = warnings_of(CROWD[3], 6)
    done = commands[2]
    audit = AuditRecord(new_id(done.issued_at), "outcome", done.issued_at)
    claim = Claim(done, None, "succeeded", audit, Outcome("It was done elsewhere."))
    [claimed] = await Ledger(platform.database).claim([claim], 0.0)
    assert claimed.verdict == "fresh"
    await platform.publish(*commands)
    async with platform.worker():
        ended = {command.id: await platform.end_of(command) for command in commands}
        await platform.told(commands[-1], "succeeded")
    assert {one.state for one in ended.values()} == {"succeeded"}
    assert (ended[done.id].outcome or Outcome("")).message == "It was done elsewhere."
    assert await written(platform, "warnings", commands) == len(commands) - 1


async def test_a_rehearsal_writes_nothing_beside_others(platform: Platform) -> None:
    commands = warnings_of(CROWD[4], 4)
    commands[1] = msgspec.structs.replace(commands[1], dry_run=True)
    await platform.publish(*commands)
    async with platform.worker():
        for command in commands:
            assert (await platform.end_of(command)).state == "succeeded"
    assert await written(platform, "warnings", [commands[1]]) == 0
    assert await written(platform, "warnings", commands) == len(commands) - 1


async def test_a_connection_that_is_lost_in_a_handler_counts_as_no_attempt(
    platform: Platform, database_url: str
) -> None:
    command = warnings_of(CROWD[4], 1)[0]
    calls: list[int] = []

    async def run(call: Call) -> Outcome:
        calls.append(1)
        if len(calls) == 1:
            _, [row] = await call.connection.execute_query("SELECT pg_backend_pid() AS pid")
            await admin(database_url, f"SELECT pg_terminate_backend({row['pid']})")
            await call.connection.execute_query("SELECT 1")  # raises in the driver's words, as Tortoise's models do
        return await WARN.run(call)

    await platform.publish(command)
    async with platform.worker(handlers={WARN.spec.type: Handler(WARN.spec, run)}):
        ended = await platform.end_of(command)
    assert (ended.state, ended.attempt, len(calls)) == ("succeeded", 1, 2)
    assert await written(platform, "warnings", [command]) == 1
