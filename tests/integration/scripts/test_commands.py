"""The command line on an embedded platform, running or not: what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import asyncpg

from scripts.data_dir import DataDir
from scripts.running import read_running
from tests.integration.scripts.running_platform import Platform, guildbus

GUILD = "1101000000000100000"
NOBODY = str(uuid4())


def test_publish_goes_through_the_running_platform(platform: Platform) -> None:
    done = platform.json("publish", "utility.ping", "--guild", GUILD, "--wait")
    assert done["state"] == "succeeded"
    assert done["actor"]["kind"] == "script"
    assert done["source"] == "script"


def test_a_script_may_speak_for_the_whole_platform(platform: Platform) -> None:
    assert platform.json("publish", "admin.broadcast", "text=Hello", "--wait")["state"] == "succeeded"


def test_what_the_platform_refuses_exits_4_with_its_words(platform: Platform) -> None:
    unknown = platform.run("publish", "no.such", "--guild", GUILD)
    assert unknown.returncode == 4
    assert "command_unknown" in unknown.stderr
    missing = platform.run("publish", "moderation.warn", "--guild", GUILD)
    assert missing.returncode == 4
    assert "member" in missing.stderr


def test_why_lists_the_checks_and_exits_1_where_one_fails(platform: Platform) -> None:
    owner, member = "1101000000000900001", "1101000000000900004"
    may = platform.json("why", "moderation.kick", owner, "--guild", GUILD, "--target", member)
    assert may["allowed"] is True
    may_not = platform.run("why", "moderation.kick", member, "--guild", GUILD, "--target", owner)
    assert may_not.returncode == 1
    assert "Kick Members" in may_not.stdout
    assert platform.run("why", "no.such", owner, "--guild", GUILD).returncode == 4


def test_many_settings_are_changed_at_once_by_a_script(platform: Platform) -> None:
    changes = '{"timezone": "Europe/Lisbon", "commands.server.info.user_cooldown": {"seconds": 5}}'
    done = platform.json("publish", "settings.change", f"changes={changes}", "--guild", GUILD, "--wait")
    assert done["state"] == "succeeded"
    back = platform.json("publish", "settings.restore", "version=0", "--guild", GUILD, "--wait")
    assert back["state"] == "succeeded"


def test_wrong_usage_exits_2(platform: Platform) -> None:
    assert platform.run("publish", "utility.ping", "--guild", "everywhere").returncode == 2
    assert platform.run("publish", "utility.ping", "nonsense", "--guild", GUILD).returncode == 2
    assert platform.run("keys", "create", "--name", "x", "--scope", "everything").returncode == 2
    assert platform.run("switch", "off").returncode == 2


def test_publish_without_a_running_platform_exits_3(folder: Path) -> None:
    done = guildbus("publish", "utility.ping", "--guild", GUILD, "--data-dir", str(folder / "nothing"))
    assert done.returncode == 3
    assert "guildbus up" in done.stderr


def test_a_key_is_shown_once_works_and_can_be_revoked(platform: Platform) -> None:
    made = platform.json("keys", "create", "--name", "deploy", "--scope", "commands:read", "--guild", GUILD)
    listed = {key["id"]: key for key in platform.json("keys", "list")}
    assert listed[made["id"]]["state"] == "valid"
    assert listed[made["id"]]["guild_ids"] == [GUILD]
    assert made["key"] not in platform.run("keys", "list").stdout
    assert platform.json("keys", "revoke", made["id"])["revoked"] is True
    assert platform.run("keys", "revoke", made["id"]).returncode == 1


def test_a_switch_refuses_and_lets_go(platform: Platform) -> None:
    platform.json("switch", "off", "--command", "server.info", "--guild", GUILD, "--reason", "maintenance")
    assert [row["reason"] for row in platform.json("switch", "list")] == ["maintenance"]
    refused = platform.run("publish", "server.info", "--guild", GUILD, "--wait")
    for _ in range(10):
        if refused.returncode == 4:
            break
        refused = platform.run("publish", "server.info", "--guild", GUILD, "--wait")
    assert refused.returncode == 4
    assert "maintenance" in refused.stdout
    platform.json("switch", "on", "--command", "server.info", "--guild", GUILD)
    assert platform.json("switch", "list") == []


def test_dead_letters_of_a_quiet_platform(platform: Platform) -> None:
    assert platform.json("dead-letters", "list") == []
    assert platform.run("dead-letters", "show", NOBODY).returncode == 1
    assert platform.run("dead-letters", "replay", NOBODY).returncode == 4
    assert platform.run("dead-letters", "discard", NOBODY).returncode == 4


def test_the_database_of_a_running_platform_is_migrated(platform: Platform) -> None:
    status = platform.json("db", "status")
    assert status["pending"] == []
    assert status["applied"]
    assert platform.json("db", "upgrade") == {"applied": []}


def test_old_months_are_dropped_when_an_operator_asks(platform: Platform) -> None:
    running = read_running(DataDir(platform.data_dir).lock_file)
    assert running is not None

    async def make_an_old_month() -> None:
        owner = await asyncpg.connect(running.database_url)
        await owner.execute("""
            CREATE TABLE audit_y2020m01 PARTITION OF audit FOR VALUES
            FROM ('016f5e66-e800-0000-0000-000000000000') TO ('016ffe0b-9400-0000-0000-000000000000')""")
        await owner.close()

    asyncio.run(make_an_old_month())
    assert platform.run("db", "prune", "1").returncode == 2
    assert platform.run("db", "prune", "12").returncode == 130, "it asks, and nobody answers"
    assert platform.json("db", "prune", "12", "--yes")["dropped"] == ["audit_y2020m01"]
    assert platform.run("db", "prune", "12", "--yes").stdout == "Nothing is that old.\n"


def test_a_memory_broker_needs_no_topology(platform: Platform) -> None:
    for command in ("plan", "verify", "apply"):
        assert platform.json("topology", command) == {"broker": "memory", "changes": []}


def test_the_doctor_finds_a_running_platform_healthy(platform: Platform) -> None:
    port = platform.ready().rpartition(":")[2]
    findings = {one["check"]: one for one in platform.json("doctor", "--port", port)}
    assert findings["platform"]["verdict"] == "ok"
    assert findings["migrations"]["verdict"] == "ok"
    assert findings["broker"]["verdict"] == "skipped"


def test_the_doctor_says_what_to_do(folder: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://app:hunter2@127.0.0.1:1/guildbus",
        "AMQP_URL": "amqp://bot:hunter2@127.0.0.1:1/",
        "DISCORD_TOKEN": "hunter2",
        "DISCORD_API_URL": "http://127.0.0.1:1/api/v10",
    }
    done = guildbus("doctor", "--json", "--data-dir", str(folder / "sick"), environ=environ)
    assert done.returncode == 1
    wrong = {one["check"]: one for one in json.loads(done.stdout) if one["verdict"] == "wrong"}
    assert wrong.keys() >= {"broker", "database", "Discord"}
    assert all(one["advice"] for one in wrong.values())
    assert "hunter2" not in done.stdout + done.stderr


def test_commands_start_the_embedded_database_where_nothing_runs(folder: Path) -> None:
    data_dir = folder / "asleep"
    data_dir.mkdir()
    asleep = ("--data-dir", str(data_dir))
    assert guildbus("db", "status", *asleep).returncode == 1
    assert json.loads(guildbus("db", "upgrade", "--json", *asleep).stdout)["applied"]
    assert guildbus("db", "status", *asleep).returncode == 0
    seeded = json.loads(guildbus("db", "seed", "--json", *asleep).stdout)
    assert seeded["warnings"] > 0
    assert set(json.loads(guildbus("db", "seed", "--json", *asleep).stdout).values()) == {0}
    assert guildbus("keys", "create", "--name", "x", "--scope", "audit:read", *asleep).stdout.startswith("gb_")
    assert guildbus("db", "downgrade", "--yes", *asleep, "--", "-1").returncode == 0
    assert guildbus("db", "status", *asleep).returncode == 1


def test_a_database_that_is_not_there_exits_3() -> None:
    environ = {"DATABASE_URL": "postgresql://app:hunter2@127.0.0.1:1/guildbus"}
    done = guildbus("db", "upgrade", environ=environ)
    assert done.returncode == 3
    assert "127.0.0.1:1/guildbus" in done.stderr
    assert "hunter2" not in done.stderr
