"""Each command that ships, from its message to Discord, the ledger, the audit trail and the stream."""

from __future__ import annotations

from typing import Any

import pytest

from bus.envelopes import Actor, Command
from sandbox.seed import GUILD_ONE
from tests.integration.workers.commands import ANNOUNCEMENTS, CROWD, EVENTS_ROLE, MEMBER, OWNER, a_command
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import eventually

PURE = {"utility.ping", "server.info"}
AT_ONCE = PURE | {"moderation.warn", "moderation.note", "settings.set"}


def first_commands(platform: Platform) -> dict[str, dict[str, Any]]:
    """Options for each, all on different people."""
    return {
        "utility.ping": {},
        "settings.set": {"key": "timezone", "value": "Europe/Lisbon"},
        "moderation.warn": {"member": CROWD[0], "reason": "loud"},
        "moderation.note": {"member": CROWD[0], "text": "asked nicely"},
        "moderation.ban": {"member": CROWD[1], "reason": "spam"},
        "moderation.timeout": {"member": CROWD[2], "minutes": 5},
        "moderation.kick": {"member": CROWD[3], "reason": "bye"},
        "roles.add": {"member": CROWD[4], "role": EVENTS_ROLE},
        "roles.remove": {"member": CROWD[5], "role": EVENTS_ROLE},
        "channels.create": {"name": "harbour-news"},
        "messages.announce": {"channel": ANNOUNCEMENTS, "text": "Ahoy"},
        "webhooks.call": {"url": f"{platform.sink}/news", "text": "Ahoy"},
        "moderation.unban": {"member": CROWD[6]},
    }


BEFORE_AND_AFTER = {
    "settings.set": ({"timezone": "UTC"}, {"timezone": "Europe/Lisbon"}),
    "moderation.warn": ({"warnings": 0}, {"warnings": 1}),
    "moderation.note": ({"notes": 0}, {"notes": 1}),
    "moderation.ban": ({"banned": False}, {"banned": True}),
    "moderation.timeout": ({"timed_out_until": None}, None),
    "moderation.kick": ({"member": True}, {"member": False}),
    "roles.add": ({"role": EVENTS_ROLE, "held": False}, {"role": EVENTS_ROLE, "held": True}),
    "roles.remove": ({"role": EVENTS_ROLE, "held": False}, {"role": EVENTS_ROLE, "held": False}),
    "moderation.unban": ({"banned": False}, {"banned": False}),
    "channels.create": (None, {"name": "harbour-news", "kind": "text"}),
    "messages.announce": (None, {"text": "Ahoy"}),
    "webhooks.call": (None, {"status": 200}),
}


async def test_each_first_command_happens_once_and_is_on_record(on_both: Platform) -> None:
    platform = on_both
    for table in ("guild_settings_history", "guild_settings", "warnings", "notes"):
        await platform.database.fetch(f"WITH gone AS (DELETE FROM {table}) SELECT 1")  # noqa: S608
    commands = [a_command(type, options) for type, options in first_commands(platform).items()]
    async with platform.worker():
        await platform.publish(*commands)
        for command in commands:
            record = await platform.end_of(command)
            assert record.state == "succeeded", (command.type, record.outcome)
            await check_trail(platform, command)
            event = await platform.told(command, "succeeded")
            assert (event.data["actor_id"], event.data["revision"]) == (OWNER, record.revision)
    happened = [(row.method, row.route) for row in platform.effects() if row.changed]
    assert len(happened) == len(set(happened)) == 7, happened
    guild = platform.sandbox.world.state.guilds[GUILD_ONE]
    assert int(CROWD[1]) in guild.bans
    assert int(CROWD[3]) not in guild.members
    assert int(EVENTS_ROLE) in guild.members[int(CROWD[4])].roles
    assert guild.members[int(CROWD[2])].communication_disabled_until is not None


async def check_trail(platform: Platform, command: Command) -> None:
    trail = await platform.audit(command.id)
    phases = [row["phase"] for row in trail]
    assert phases == (["outcome"] if command.type in AT_ONCE else ["intent", "outcome"]), command.type
    last = trail[-1]
    assert (last["actor_id"], last["actor_name"], last["type"]) == (OWNER, "Ada Marsh", command.type)
    assert last["detail"]["authority"] == "interaction"
    assert last["reason"] == command.options.get("reason", "")
    before, after = BEFORE_AND_AFTER.get(command.type, (None, None))
    assert (before or {}).items() <= (last["before"] or {}).items(), command.type
    assert (after or {}).items() <= (last["after"] or {}).items(), command.type


async def test_a_broadcast_becomes_one_announcement_for_each_guild_that_chose_a_channel(platform: Platform) -> None:
    await platform.database.fetch(
        "WITH g AS (INSERT INTO guilds (id, name, owner_id, locale, member_count, available, updated_at) "
        "VALUES ($1, 'Harbour', $2, 'en-GB', 3, true, now()) ON CONFLICT DO NOTHING) SELECT 1",
        GUILD_ONE,
        int(OWNER),
    )
    setting = a_command("settings.set", {"key": "announcement_channel", "value": ANNOUNCEMENTS})
    script = Actor(kind="script", id="nightly", name="nightly")
    broadcast = a_command(
        "admin.broadcast",
        {"text": "All aboard"},
        actor=script,
        source="script",
        guild_id=None,
        grant=None,
        lane="bulk",
    )
    async with platform.worker():
        await platform.publish(setting)
        await platform.end_of(setting)
        await platform.publish(broadcast, user="script")
        assert (await platform.end_of(broadcast)).state == "succeeded"

        async def posted() -> list[Any]:
            return [row for row in platform.effects() if row.body and row.body.get("content") == "All aboard"]

        assert len(await eventually(posted)) == 1
        info = a_command("server.info")
        await platform.publish(info)
        record = await platform.end_of(info)
        assert record.outcome is not None
        assert record.outcome.data["member_count"] == 3


@pytest.mark.parametrize(
    ("type", "options", "state", "code"),
    [
        ("moderation.timeout", {"member": "1101000000000900006", "minutes": 5}, "failed", "member_gone"),
        ("roles.add", {"member": MEMBER, "role": str(GUILD_ONE + 1)}, "failed", "discord_50013"),
        ("roles.add", {"member": MEMBER, "role": "77"}, "failed", "discord_10011"),
        ("messages.announce", {"channel": "77", "text": "x"}, "failed", "discord_10003"),
        ("webhooks.call", {"url": "http://elsewhere.example/", "text": "x"}, "failed", "address_not_allowed"),
        ("settings.set", {"key": "timezone", "value": "Nowhere"}, "failed", "invalid_setting"),
        ("settings.set", {"key": "timezone", "value": "UTC", "expected_version": 99}, "failed", "stale_version"),
        ("server.info", {}, "failed", "guild_unknown"),
    ],
)
async def test_what_cannot_work_fails_at_once_with_words_and_a_dead_letter(
    platform: Platform, type: str, options: dict[str, Any], state: str, code: str
) -> None:
    await platform.database.fetch("WITH gone AS (DELETE FROM guilds) SELECT 1")
    command = a_command(type, options)
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
        assert record.outcome is not None
        assert (record.state, record.outcome.code, record.attempt) == (state, code, 1)
        letter = await platform.letter(command_id=command.id)
        assert (letter["code"], letter["reason"]) == (code, record.outcome.message)
        assert (await platform.told(command, state)).data["code"] == code
    assert (await platform.audit(command.id))[-1]["detail"]["code"] == code
    assert not [row for row in platform.effects() if row.changed]


async def test_what_has_expired_is_not_begun(platform: Platform) -> None:
    command = a_command("moderation.ban", {"member": CROWD[1]})
    late = a_command("moderation.ban", {"member": CROWD[1]}, expires_at=command.issued_at)
    async with platform.worker():
        await platform.publish(late)
        record = await platform.end_of(late)
        await platform.told(late, "expired")
    assert record.state == "expired"
    [row] = await platform.audit(late.id)
    assert (row["phase"], row["detail"]["code"]) == ("refusal", "expired")
    assert platform.effects() == []


async def test_a_dry_run_of_each_command_touches_nothing_and_says_so(platform: Platform) -> None:
    commands = [a_command(type, options, dry_run=True) for type, options in first_commands(platform).items()]
    before = await contents(platform)
    async with platform.worker():
        await platform.publish(*commands)
        for command in commands:
            record = await platform.end_of(command)
            assert (record.state, record.dry_run) == ("succeeded", True), (command.type, record.outcome)
            assert record.outcome is not None
            if command.type not in PURE:
                assert record.outcome.code == "dry_run"
            assert (await platform.audit(command.id))[-1]["detail"]["dry_run"] is True
            assert (await platform.told(command, "succeeded")).data["dry_run"] is True
    assert platform.effects() == []
    assert await contents(platform) == before


async def contents(platform: Platform) -> Any:
    tables = ("warnings", "notes", "guild_settings", "guild_settings_history", "dead_letters")
    return [await platform.database.fetch(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608
