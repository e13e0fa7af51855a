"""The REST API, through an unmodified hikari client."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import hikari
import pytest
from hikari.impl.rest import RESTClientImpl
from running_sandbox import Sandbox

from sandbox.faults import Fault
from sandbox.seed import GUILD_ONE, person_id

MEMBER = person_id("member")
REGULAR, OWNER_ROLE = GUILD_ONE + 5, GUILD_ONE + 1
GENERAL, STAFF = GUILD_ONE + 22, GUILD_ONE + 31


async def test_a_ban_takes_the_member_out_and_can_be_found_in_the_audit_log_by_its_reason(
    sandbox: Sandbox, rest: RESTClientImpl
) -> None:
    await rest.ban_user(GUILD_ONE, MEMBER, reason="command 0198-ä, twice")
    await rest.ban_user(GUILD_ONE, MEMBER, reason="again")

    bans = [ban.user.id async for ban in rest.fetch_bans(GUILD_ONE)]
    assert bans == [MEMBER]
    with pytest.raises(hikari.NotFoundError) as missing:
        await rest.fetch_member(GUILD_ONE, MEMBER)
    assert missing.value.code == 10007
    entries = [
        entry
        async for log in rest.fetch_audit_log(GUILD_ONE, event_type=hikari.AuditLogEventType.MEMBER_BAN_ADD)
        for entry in log.entries.values()
    ]
    assert [(entry.reason, entry.target_id) for entry in entries] == [("command 0198-ä, twice", MEMBER)]
    assert [(row.route, row.changed) for row in sandbox.world.book.since(0)] == [
        ("/guilds/{guild_id}/bans/{user_id}", True),
        ("/guilds/{guild_id}/bans/{user_id}", False),
    ]
    await rest.unban_user(GUILD_ONE, MEMBER)
    with pytest.raises(hikari.NotFoundError) as unknown:
        await rest.unban_user(GUILD_ONE, MEMBER)
    assert unknown.value.code == 10026


async def test_a_role_is_added_once_however_often_it_is_put(sandbox: Sandbox, rest: RESTClientImpl) -> None:
    await rest.add_role_to_member(GUILD_ONE, MEMBER, REGULAR)
    await rest.add_role_to_member(GUILD_ONE, MEMBER, REGULAR)

    member = await rest.fetch_member(GUILD_ONE, MEMBER)
    assert list(member.role_ids).count(hikari.Snowflake(REGULAR)) == 1
    await rest.remove_role_from_member(GUILD_ONE, MEMBER, REGULAR)
    assert REGULAR not in sandbox.world.state.guilds[GUILD_ONE].members[MEMBER].roles


async def test_roles_above_the_bot_and_members_above_the_bot_are_out_of_its_reach(rest: RESTClientImpl) -> None:
    for attempt in (
        rest.add_role_to_member(GUILD_ONE, MEMBER, OWNER_ROLE),
        rest.ban_user(GUILD_ONE, person_id("owner")),
        rest.edit_role(GUILD_ONE, OWNER_ROLE, name="Mine"),
    ):
        with pytest.raises(hikari.ForbiddenError) as refused:
            await attempt
        assert refused.value.code == 50013


async def test_a_message_with_the_same_nonce_is_posted_once(sandbox: Sandbox) -> None:
    body = {"content": "Hear, hear", "nonce": "0198f0c0", "enforce_nonce": True}
    _, first, _ = await sandbox.discord("POST", f"/channels/{GENERAL}/messages", body)
    _, second, _ = await sandbox.discord("POST", f"/channels/{GENERAL}/messages", body)

    assert first["id"] == second["id"]
    rows = sandbox.world.book.since(0)
    assert [(row.changed, row.duplicate_of) for row in rows] == [(True, None), (False, first["id"])]
    assert len(sandbox.world.state.guilds[GUILD_ONE].channels[GENERAL].messages) == 1


async def test_messages_are_read_edited_and_deleted(rest: RESTClientImpl) -> None:
    sent = await rest.create_message(GENERAL, "One", embed=hikari.Embed(title="T", description="D"))
    edited = await rest.edit_message(GENERAL, sent.id, "Two")
    assert (edited.content, edited.embeds[0].title) == ("Two", "T")
    assert edited.edited_timestamp is not None
    assert [row.content async for row in rest.fetch_messages(GENERAL)] == ["Two"]
    await rest.delete_message(GENERAL, sent.id)
    with pytest.raises(hikari.NotFoundError):
        await rest.fetch_message(GENERAL, sent.id)


async def test_guild_channels_roles_and_members_come_back_as_hikari_reads_them(rest: RESTClientImpl) -> None:
    guild = await rest.fetch_guild(GUILD_ONE)
    assert (guild.name, str(guild.preferred_locale)) == ("Harbour Lights", "en-GB")
    channel = await rest.create_guild_text_channel(GUILD_ONE, "New Things", topic="x", category=GUILD_ONE + 20)
    assert channel.name == "new-things"
    assert channel.id in {row.id for row in await rest.fetch_guild_channels(GUILD_ONE)}
    await rest.delete_channel(channel.id)
    role = await rest.create_role(GUILD_ONE, name="Fresh", color=0x112233)
    assert (await rest.edit_role(GUILD_ONE, role.id, name="Stale")).name == "Stale"
    await rest.delete_role(GUILD_ONE, role.id)
    members = [row async for row in rest.fetch_members(GUILD_ONE)]
    assert len(members) >= 12
    assert [row.id for row in await rest.search_members(GUILD_ONE, "dov")] == [MEMBER]


async def test_a_timeout_ends_at_most_28_days_ahead(rest: RESTClientImpl) -> None:
    until = datetime.now(UTC) + timedelta(days=27)
    member = await rest.edit_member(GUILD_ONE, MEMBER, communication_disabled_until=until)
    assert member.communication_disabled_until() is not None
    with pytest.raises(hikari.BadRequestError) as refused:
        await rest.edit_member(GUILD_ONE, MEMBER, communication_disabled_until=until + timedelta(days=2))
    assert refused.value.errors
    assert "communication_disabled_until" in refused.value.errors


async def test_a_rate_limit_is_a_typed_error_and_has_discords_headers(sandbox: Sandbox, rest: RESTClientImpl) -> None:
    sandbox.world.bucket_limits["PATCH /guilds/{guild_id}/members/{user_id}"] = (1, 60.0)
    path = f"/guilds/{GUILD_ONE}/members/{MEMBER}"
    status, _, headers = await sandbox.discord("PATCH", path, {"nick": "A"})
    assert (status, headers["X-RateLimit-Remaining"], headers["X-RateLimit-Limit"]) == (200, "0", "1")
    status, body, headers = await sandbox.discord("PATCH", path, {"nick": "B"})
    assert status == 429
    assert headers["X-RateLimit-Scope"] == "user"
    assert int(headers["Retry-After"]) >= body["retry_after"] > 0
    assert body["global"] is False

    sandbox.world.faults.add(Fault(route="*", kind="rate_limit", retry_after=400.0, times=1))
    with pytest.raises(hikari.RateLimitTooLongError):
        await rest.fetch_guild(GUILD_ONE)


async def test_the_global_limit_counts_the_whole_bot(sandbox: Sandbox) -> None:
    sandbox.world.limits.global_per_second = 5
    answers = await asyncio.gather(*(sandbox.discord("GET", f"/guilds/{GUILD_ONE}") for _ in range(8)))
    refused = [(body, headers) for status, body, headers in answers if status == 429]
    assert len(refused) == 3
    assert all(body["global"] and headers["X-RateLimit-Global"] == "true" for body, headers in refused)
    _, report = await sandbox.control("GET", "/requests")
    assert report["invalid"]["count"] == 3


async def test_bad_requests_get_discords_errors(sandbox: Sandbox) -> None:
    status, body, headers = await sandbox.discord("POST", f"/channels/{GENERAL}/messages", {"content": "x" * 2001})
    assert (status, body["code"]) == (400, 50035)
    assert body["errors"]["content"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"
    assert headers["Content-Type"] == "application/json"
    expected = {
        ("GET", "/guilds/1"): (404, 10004),
        ("GET", "/channels/1"): (404, 10003),
        ("GET", "/users/1"): (404, 10013),
        ("GET", "/users/abc"): (400, 50035),
        ("GET", "/nothing/here"): (404, 0),
        ("POST", f"/channels/{GENERAL}/messages"): (400, 50006),
        ("PUT", f"/guilds/{GUILD_ONE}/members/{MEMBER}/roles/1"): (404, 10011),
    }
    for (method, path), (wanted, code) in expected.items():
        status, body, _ = await sandbox.discord(method, path)
        assert (status, body["code"]) == (wanted, code), path
    status, body, _ = await sandbox.discord("GET", "/users/@me", token="wrong")
    assert (status, body) == (401, {"message": "401: Unauthorized", "code": 0})
    headers = {"Authorization": f"Bot {sandbox.world.settings.bot_token}", "Content-Type": "application/json"}
    async with sandbox.http.post(f"{sandbox.api}/guilds/{GUILD_ONE}/roles", data=b"{", headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, 50109)


async def test_a_lost_answer_leaves_its_effect_in_the_book(sandbox: Sandbox, rest: RESTClientImpl) -> None:
    route = "PUT /guilds/{guild_id}/bans/{user_id}"
    # Twice: aiohttp itself repeats a PUT once when the connection closes under it.
    status, _ = await sandbox.control("POST", "/faults", {"route": route, "kind": "lost_answer", "times": 2})
    assert status == 201
    with pytest.raises(hikari.HTTPError):
        await rest.ban_user(GUILD_ONE, MEMBER)

    assert MEMBER in sandbox.world.state.guilds[GUILD_ONE].bans
    _, effects = await sandbox.control("GET", "/effects?since=0")
    assert [(row["route"], row["changed"], row["target"]) for row in effects] == [
        ("/guilds/{guild_id}/bans/{user_id}", True, str(MEMBER)),
        ("/guilds/{guild_id}/bans/{user_id}", False, str(MEMBER)),
    ]


async def test_dropped_and_failing_requests_have_no_effect(sandbox: Sandbox, rest: RESTClientImpl) -> None:
    await sandbox.control("POST", "/faults", {"route": "*", "kind": "drop", "times": 2})
    with pytest.raises(hikari.HTTPError):
        await rest.ban_user(GUILD_ONE, MEMBER)
    await sandbox.control("POST", "/faults", {"route": "PUT *", "kind": "status", "status": 503, "times": 1})
    with pytest.raises(hikari.InternalServerError):
        await rest.ban_user(GUILD_ONE, MEMBER)
    assert sandbox.world.book.since(0) == []
    assert sandbox.world.state.guilds[GUILD_ONE].bans == {}
