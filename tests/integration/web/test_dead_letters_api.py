"""Dead letters: who sees them, and what replay and discard do."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Actor, Command
from bus.ids import Snowflake, new_id
from models import dead_letters
from models.database import Database
from models.dead_letters import DeadLetter
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb
from tests.integration.web.test_commands_api import keyed, taken

PATH = "/api/v1/dead-letters"


async def letter(
    database: Database, *, guild_id: Snowflake | None = GUILD, type: str = "moderation.warn", **options: str
) -> tuple[UUID, UUID]:
    """A stored dead letter: its id and its command's. No two are of one millisecond, in which ids have no order."""
    await asyncio.sleep(0.002)
    now = SystemClock().now()
    command = Command(
        id=new_id(now),
        type=type,
        guild_id=guild_id,
        actor=Actor("user", str(MODERATOR)),
        source="bot",
        correlation_id=new_id(now),
        issued_at=now,
        options=options or {"member": str(MEMBER), "reason": "spam"},
    )
    stored = DeadLetter(
        id=new_id(now),
        guild_id=guild_id,
        command_id=command.id,
        type=type,
        reason="Discord did not answer.",
        code="discord_unavailable",
        body=codec.to_builtins(command),
        queue="commands.interactive",
        actor_kind="user",
        actor_id=str(MODERATOR),
        first_at=now,
    )
    await dead_letters.store(database, stored)
    return stored.id, command.id


async def test_a_replay_is_a_new_command_by_whoever_replays_it(web: RunningWeb) -> None:
    id, original = await letter(web.database)
    async with await web.log_in(ADMIN) as client:
        answer = await client.post(f"{PATH}/{id}/replay", headers=keyed(uuid4().hex))
        assert answer.status_code == 202, answer.text
        command = await taken(web.transport)
        assert str(command.id) == answer.json()["id"]
        assert command.id != original
        assert command.causation_id == original
        assert command.actor.id == str(ADMIN)
        assert command.options["reason"] == "spam"
        assert (await client.get(answer.headers["location"])).json()["state"] == "queued"
        shown = (await client.get(f"{PATH}/{id}")).json()
        assert (shown["state"], shown["replays"], shown["resolved_by"]) == ("replayed", 1, f"user:{ADMIN}")


async def test_a_discarded_letter_is_closed(web: RunningWeb) -> None:
    id, _ = await letter(web.database)
    async with await web.log_in(ADMIN) as client:
        assert (await client.post(f"{PATH}/{id}/discard", headers=keyed(uuid4().hex))).json()["state"] == "discarded"
        for what in ("discard", "replay"):
            assert (await client.post(f"{PATH}/{id}/{what}", headers=keyed(uuid4().hex))).json()[
                "code"
            ] == "dead_letter_closed"
        page = await client.get(f"/guilds/{GUILD}/dead-letters/{id}", headers={"Accept": "text/html"})
        assert "Discord did not answer." in page.text


async def test_only_admins_of_the_guild_and_keys_with_the_scope_get_near_them(web: RunningWeb) -> None:
    id, _ = await letter(web.database)
    foreign, _ = await letter(web.database, guild_id=OTHER_GUILD)
    async with (
        await web.log_in(ADMIN) as admin,
        await web.log_in(MODERATOR) as moderator,
        await web.key_client("dead-letters:read") as reader,
        await web.key_client("dead-letters:write", guild_ids=(OTHER_GUILD,)) as writer,
    ):
        listed = [row["id"] for row in (await admin.get(PATH)).json()["items"]]
        assert str(id) in listed
        assert str(foreign) not in listed
        assert (await moderator.get(PATH)).json()["items"] == []
        assert (await moderator.get(PATH, params={"guild_id": str(GUILD)})).status_code == 403
        assert (await admin.get(PATH, params={"guild_id": str(OTHER_GUILD)})).status_code == 404
        assert {str(id), str(foreign)} <= {row["id"] for row in (await reader.get(PATH)).json()["items"]}
        assert (await admin.get(f"{PATH}/{foreign}")).status_code == 404
        assert (await admin.post(f"{PATH}/{foreign}/replay", headers=keyed(uuid4().hex))).status_code == 404
        assert (await moderator.post(f"{PATH}/{id}/replay", headers=keyed(uuid4().hex))).status_code == 403
        assert (await reader.post(f"{PATH}/{id}/discard", headers=keyed(uuid4().hex))).json()["code"] == "scope_missing"
        assert (await writer.post(f"{PATH}/{id}/discard", headers=keyed(uuid4().hex))).status_code == 404
        assert (await writer.post(f"{PATH}/{foreign}/discard", headers=keyed(uuid4().hex))).status_code == 200
        assert (await admin.get(f"{PATH}/nonsense")).status_code == 404
        assert (await admin.get(PATH, params={"state": "lost"})).status_code == 422


async def test_what_cannot_be_sent_again_says_so(web: RunningWeb) -> None:
    unknown, _ = await letter(web.database, type="moderation.exile")
    async with await web.key_client() as client:
        assert (await client.post(f"{PATH}/{unknown}/replay", headers=keyed(uuid4().hex))).json()[
            "code"
        ] == "command_unknown"


async def test_a_key_that_may_not_issue_commands_cannot_replay_and_leaves_the_letter_as_it_was(
    web: RunningWeb,
) -> None:
    id, _ = await letter(web.database)
    async with (
        await web.key_client("dead-letters:read", "dead-letters:write") as closer,
        await web.key_client("dead-letters:read", "commands:write") as issuer,
        await web.key_client("dead-letters:write", "commands:write") as both,
    ):
        for client, scope in ((closer, "commands:write"), (issuer, "dead-letters:write")):
            answer = await client.post(f"{PATH}/{id}/replay", headers=keyed(uuid4().hex))
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
            assert answer.json()["missing"] == scope
        shown = (await closer.get(f"{PATH}/{id}")).json()
        assert (shown["state"], shown["replays"]) == ("open", 0)
        assert (await both.post(f"{PATH}/{id}/replay", headers=keyed(uuid4().hex))).status_code == 202
        assert (await closer.post(f"{PATH}/{id}/discard", headers=keyed(uuid4().hex))).status_code == 200
        assert (await closer.post(f"{PATH}/{id}/replay", headers=keyed(uuid4().hex))).json()["code"] == "scope_missing"


async def test_a_command_of_no_server_is_replayed_by_scripts_only(web: RunningWeb) -> None:
    id, _ = await letter(web.database, guild_id=None, type="admin.broadcast", text="for everybody")
    async with await web.key_client() as api, await web.key_client(kind="script") as script:
        refused = await api.post(f"{PATH}/{id}/replay", headers=keyed(uuid4().hex))
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
        assert (await api.get(f"{PATH}/{id}")).json()["state"] == "open"
        answer = await script.post(f"{PATH}/{id}/replay", headers=keyed(uuid4().hex))
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"].startswith("/api/v1/commands/")


async def test_letters_are_grouped_by_cause_and_a_group_is_replayed_with_an_answer_for_each(web: RunningWeb) -> None:
    await web.database.fetch("WITH gone AS (DELETE FROM dead_letters) SELECT 1")
    ids = [str((await letter(web.database))[0]) for _ in range(3)]
    unknown, _ = await letter(web.database, type="moderation.exile")
    await letter(web.database, guild_id=OTHER_GUILD)
    of_guild = f"/api/v1/guilds/{GUILD}/dead-letters"
    cause = {"code": "discord_unavailable", "type": "moderation.warn"}
    async with await web.log_in(ADMIN) as admin, await web.log_in(MODERATOR) as moderator:
        groups = (await admin.get(f"{of_guild}/causes")).json()
        assert [(group["type"], group["count"], group["people"]) for group in groups] == [
            ("moderation.exile", 1, 1), ("moderation.warn", 3, 1),
        ]  # fmt: skip
        assert groups[0]["newest_id"] == str(unknown)
        assert (await moderator.get(f"{of_guild}/causes")).status_code == 403
        refused = await moderator.post(f"{of_guild}/replay", json=cause, headers={"Idempotency-Key": "m"})
        assert refused.status_code == 403

        answer = (await admin.post(f"{of_guild}/replay", json=cause, headers={"Idempotency-Key": "a"})).json()
        assert [item["id"] for item in answer["items"]] == ids
        assert answer["left"] == 0
        issued = [await taken(web.transport) for _ in ids]
        assert {str(command.id) for command in issued} == {item["command_id"] for item in answer["items"]}

        exile = {**cause, "type": "moderation.exile"}
        answer = (await admin.post(f"{of_guild}/replay", json=exile, headers={"Idempotency-Key": "b"})).json()
        assert (answer["items"][0]["code"], answer["left"]) == ("command_unknown", 1)
        answer = (await admin.post(f"{of_guild}/discard", json=exile, headers={"Idempotency-Key": "c"})).json()
        assert (answer["items"][0]["code"], answer["left"]) == ("ok", 0)


async def test_an_edited_replay_has_the_new_options_and_points_to_what_died(web: RunningWeb) -> None:
    id, original = await letter(web.database)
    async with await web.log_in(ADMIN) as admin:
        wrong = {"options": {"member": "nobody", "reason": "x"}}
        path = f"{PATH}/{id}/edited-replay"
        assert (await admin.post(path, json=wrong, headers={"Idempotency-Key": "w"})).json()[
            "code"
        ] == "options_invalid"
        edited = {"options": {"member": str(MEMBER), "reason": "kinder words"}}
        answer = await admin.post(path, json=edited, headers={"Idempotency-Key": "e"})
        assert answer.status_code == 202, answer.text
    command = await taken(web.transport)
    assert (command.options["reason"], command.causation_id) == ("kinder words", original)
