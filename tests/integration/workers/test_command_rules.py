"""What a guild decided about its commands, on running workers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bus.envelopes import Command, ReplyTo
from bus.ids import Snowflake
from models import processes, settings_store
from models.bulks import Bulk, get_bulk
from models.command_record import CommandRecord
from models.command_rules import key_of
from models.database import Database
from models.permissions import Permission
from sandbox.seed import GUILD_ONE
from tests.integration.workers.commands import ANNOUNCEMENTS, EVENTS_ROLE, GENERAL, a_command, a_grant
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import eventually

PING, WARN = "utility.ping", "moderation.warn"


async def change(platform: Platform, changes: dict[str, Any], **options: Any) -> CommandRecord:
    """A change as the dashboard sends it, live on the workers when it returns."""
    command = a_command("settings.change", {"changes": changes, **options})
    await platform.publish(command)
    ended = await platform.end_of(command)
    if ended.state == "succeeded":
        stored = await settings_store.get(platform.database, GUILD_ONE)

        async def live() -> bool:
            workers = [row for row in await processes.list_live(platform.database) if row.kind == "worker"]
            return bool(workers) and all(row.control_version >= stored.control_version for row in workers)

        await eventually(live, "the change on every worker")
    return ended


async def run(platform: Platform, command: Command) -> CommandRecord:
    await platform.publish(command)
    return await platform.end_of(command)


def typed_in(channel: str) -> ReplyTo:
    return ReplyTo(channel_id=Snowflake(channel))


@pytest.fixture(autouse=True)
async def nothing_is_left(database: Database) -> Any:
    """Neither settings, nor the heartbeats of workers that another test killed."""

    async def tidy() -> None:
        for table in ("guild_settings_history", "guild_settings", "cooldowns", "processes"):
            await database.fetch(f"WITH gone AS (DELETE FROM {table}) SELECT 1")  # noqa: S608

    await tidy()
    yield
    await tidy()


async def test_a_change_is_recorded_announced_and_obeyed_and_can_be_taken_back(platform: Platform) -> None:
    async with platform.worker():
        changes = {key_of(PING, "enabled"): False, "timezone": "Europe/Lisbon"}
        ended = await change(platform, changes)
        assert ended.state == "succeeded"
        [*_, trail] = await platform.audit(ended.id)
        assert trail["before"] == {key_of(PING, "enabled"): True, "timezone": "UTC", "version": 0}
        assert trail["after"] == {**changes, "version": 1}
        refused = await run(platform, a_command(PING))
        assert refused.outcome is not None
        assert (refused.state, refused.outcome.code) == ("refused", "disabled")
        assert "Somebody who may manage the server can enable it" in refused.outcome.message
        restored = a_command("settings.restore", {"version": 0, "expected_version": 1})
        assert (await run(platform, restored)).state == "succeeded"
        assert (await settings_store.get(platform.database, GUILD_ONE)).version == 2

        async def allowed() -> bool:
            return (await run(platform, a_command(PING))).state == "succeeded"

        await eventually(allowed, "the restored rule")


async def test_a_stale_or_impossible_change_leaves_everything_as_it_was(platform: Platform) -> None:
    async with platform.worker():
        assert (await change(platform, {"timezone": "Europe/Lisbon"}, expected_version=0)).state == "succeeded"
        stale = await change(platform, {"timezone": "Asia/Tokyo"}, expected_version=0)
        impossible = await change(platform, {"timezone": "Asia/Tokyo", key_of("settings.set", "enabled"): False})
        missing = await run(platform, a_command("settings.restore", {"version": 7}))
    codes = [ended.outcome and ended.outcome.code for ended in (stale, impossible, missing)]
    assert codes == ["stale_version", "invalid_setting", "invalid_setting"]
    stored = await settings_store.get(platform.database, GUILD_ONE)
    assert (stored.version, stored.data["timezone"]) == (1, "Europe/Lisbon")


async def test_roles_and_channels_are_checked_by_what_the_worker_knows(platform: Platform) -> None:
    async with platform.worker():
        only_events = {"default": "deny", "except": [EVENTS_ROLE]}
        not_here = {"default": "allow", "except": [GENERAL]}
        await change(platform, {key_of(PING, "roles"): only_events, key_of(WARN, "channels"): not_here})
        denied = await run(platform, a_command(PING))
        warning = {"member": str(a_command(PING).actor.id), "reason": "loud"}
        here = await run(platform, a_command(WARN, warning, reply_to=typed_in(GENERAL)))
        elsewhere = await run(platform, a_command(WARN, warning, reply_to=typed_in(ANNOUNCEMENTS)))
        dashboard = a_command(WARN, warning, source="dashboard", grant=None)
        await platform.publish(dashboard, user="web")
        assert (await platform.end_of(dashboard)).state == "succeeded", "it was not typed in a channel"
    assert (denied.state, denied.outcome and denied.outcome.code) == ("refused", "role_denied")
    assert (here.state, here.outcome and here.outcome.code) == ("refused", "channel_denied")
    assert elsewhere.state == "succeeded"
    await platform.database.fetch("WITH gone AS (DELETE FROM warnings) SELECT 1")


async def test_all_workers_together_let_in_no_more_than_the_cooldown_allows(on_both: Platform) -> None:
    platform = on_both
    async with platform.worker(), platform.worker():
        limit = {"uses": 3, "seconds": 600}
        await change(platform, {key_of(PING, "guild_cooldown"): limit, key_of(WARN, "user_cooldown"): {"seconds": 600}})
        asked = [a_command(PING) for _ in range(12)]
        await asyncio.gather(*(platform.publish(command) for command in asked))
        ended = [await platform.end_of(command) for command in asked]
        assert sorted(record.state for record in ended) == ["refused"] * 9 + ["succeeded"] * 3
        refused = next(record for record in ended if record.state == "refused")
        assert refused.outcome is not None
        assert refused.outcome.code == "cooldown"
        assert "try again in 600 s" in refused.outcome.message or "try again in 59" in refused.outcome.message

        # The same command once more is answered again, and is not another use.
        done = next(command for command, record in zip(asked, ended, strict=True) if record.state == "succeeded")
        await platform.publish(done)
        assert (await platform.end_of(done)).state == "succeeded"

        # What is refused for another reason is no use either.
        warning = {"member": "1", "reason": "loud"}
        no_rights = a_command(WARN, warning, grant=a_grant(int(Permission.SEND_MESSAGES)))
        assert (await run(platform, no_rights)).state == "refused"
        assert (await run(platform, a_command(WARN, warning, dry_run=True))).state == "succeeded"
        first, second = a_command(WARN, warning), a_command(WARN, warning)
        assert [(await run(platform, one)).state for one in (first, second)] == ["succeeded", "refused"]
    await platform.database.fetch("WITH gone AS (DELETE FROM warnings) SELECT 1")


async def test_a_bulk_is_not_stopped_by_the_cooldown_of_what_it_does_for_each(platform: Platform) -> None:
    start = a_command("bulk.start", {"command": WARN, "members": ["11", "12", "13"], "options": {"reason": "loud"}})
    async with platform.worker():
        await change(platform, {key_of(WARN, "user_cooldown"): {"seconds": 600}})
        await run(platform, start)

        async def finished() -> Bulk | None:
            bulk = await get_bulk(platform.database, start.id, Snowflake(GUILD_ONE))
            return bulk if bulk is not None and bulk.state == "finished" else None

        bulk = await eventually(finished, "the bulk's end", seconds=30)
    assert (bulk.done, bulk.failed) == (3, 0)
    await platform.database.fetch("WITH gone AS (DELETE FROM warnings) SELECT 1")
