"""Calling a command off, the audit trail as a file, and health with a key."""

from __future__ import annotations

import csv
import io
import json
from uuid import uuid4

from models.database import Database
from tests.integration.web.running_web import GUILD, MEMBER, MODERATOR, RunningWeb
from tests.integration.web.sse import open_stream
from tests.integration.web.test_commands_api import PATH, PING, WARN, keyed

AUDIT = f"/api/v1/guilds/{GUILD}/audit"


async def test_what_nobody_runs_is_called_off_and_told(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as moderator, await web.log_in(MEMBER) as member:
        warn = (await moderator.post(PATH, json=WARN, headers=keyed())).json()["id"]
        ping = (await member.post(PATH, json=PING, headers=keyed())).json()["id"]
        assert (await member.post(f"{PATH}/{warn}/cancel", headers=keyed("cancel"))).json()[
            "code"
        ] == "command_not_found"
        async with open_stream(moderator, GUILD) as stream:
            await stream.until("initial", 30)
            answer = await moderator.post(f"{PATH}/{warn}/cancel", headers=keyed("cancel"))
            assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
            [event] = await stream.events(1)
            assert (event.data["type"], event.data["data"]["command_id"]) == ("command.cancelled", warn)
        again = await moderator.post(f"{PATH}/{warn}/cancel", headers=keyed("cancel"))
        assert (again.status_code, again.json()) == (200, answer.json())
        steps = (await moderator.get(f"{PATH}/{warn}")).json()["timeline"]
        assert "Cancelled by Chiara Vane" in steps[-1]["words"]
        assert (await member.post(f"{PATH}/{ping}/cancel", headers=keyed("cancel"))).json()["state"] == "cancelled"


async def test_what_has_ended_cannot_be_called_off(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        id = (await client.post(PATH, json=PING, headers=keyed(uuid4().hex))).json()["id"]
        await web.database.fetch("WITH x AS (UPDATE commands SET state = 'running' WHERE id = $1) SELECT 1", id)
        answer = await client.post(f"{PATH}/{id}/cancel", headers=keyed("cancel"))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
        assert "running" in answer.json()["detail"]


async def _five_hundred_lines(database: Database) -> None:
    await database.fetch(
        """WITH x AS (INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name,
            source, correlation_id, reason)
        SELECT gen_random_uuid(), $1, gen_random_uuid(), 'made.up', 'note', now(), 'user', '1', 'Ada', 'api',
            gen_random_uuid(), '=HYPERLINK("http://evil"),' || chr(10) || n FROM generate_series(1, 500) n) SELECT 1""",
        int(GUILD),
    )


async def test_the_audit_trail_is_exported_whole_in_three_formats(web: RunningWeb) -> None:
    await _five_hundred_lines(web.database)
    async with await web.key_client("audit:read") as client:
        query = {"type": "made.up"}
        lines = await client.get(f"{AUDIT}/export", params=query)
        assert lines.headers["content-type"].startswith("application/x-ndjson")
        assert f"audit-{int(GUILD)}.ndjson" in lines.headers["content-disposition"]
        entries = [json.loads(line) for line in lines.text.splitlines()]
        assert len({entry["id"] for entry in entries}) == 500
        array = await client.get(f"{AUDIT}/export", params={**query, "format": "json"})
        assert array.json() == entries
        table = await client.get(f"{AUDIT}/export", params={**query, "format": "csv"})
        rows = list(csv.DictReader(io.StringIO(table.text)))
        assert [row["id"] for row in rows] == [entry["id"] for entry in entries]
        # A spreadsheet must not run it.
        assert all(row["reason"].startswith("'=HYPERLINK") for row in rows)
        empty = await client.get(f"{AUDIT}/export", params={"type": "no.such", "format": "json"})
        assert empty.json() == []


async def test_the_export_is_for_who_may_read_the_trail(web: RunningWeb) -> None:
    async with await web.log_in(MEMBER) as viewer, await web.key_client("commands:read") as key:
        assert (await viewer.get(f"{AUDIT}/export")).json()["code"] == "not_permitted"
        assert (await key.get(f"{AUDIT}/export")).json()["missing"] == "audit:read"
        assert (await key.get("/api/v1/health")).json()["status"] in ("healthy", "degraded")
