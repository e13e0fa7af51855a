"""The rest of the REST routes: each does what it says, tells the audit log, and refuses as Discord does."""

from __future__ import annotations

from running_sandbox import Sandbox

from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id

MEMBER, OWNER, STRANGER = person_id("member"), person_id("owner"), person_id("stranger")
GENERAL, CATEGORY, LOUNGE = GUILD_ONE + 22, GUILD_ONE + 20, GUILD_ONE + 42
GUILD = f"/guilds/{GUILD_ONE}"


async def test_a_bulk_ban_tells_whom_it_could_ban(sandbox: Sandbox) -> None:
    body = {"user_ids": [str(MEMBER), str(OWNER), str(STRANGER), "1"], "delete_message_seconds": 60}
    status, answer, _ = await sandbox.discord("POST", f"{GUILD}/bulk-ban", body)
    assert (status, answer) == (
        200,
        {"banned_users": [str(MEMBER), str(STRANGER)], "failed_users": [str(OWNER), "1"]},
    )
    status, answer, _ = await sandbox.discord("POST", f"{GUILD}/bulk-ban", body)
    assert (status, answer["code"]) == (400, 500000)
    _, ban, _ = await sandbox.discord("GET", f"{GUILD}/bans/{MEMBER}")
    assert ban["user"]["username"] == "dov.hart"


async def test_a_ban_can_take_the_recent_messages_along(sandbox: Sandbox) -> None:
    said = {"user_id": str(MEMBER), "content": "buy now"}
    await sandbox.control("POST", f"/channels/{GENERAL}/messages", said)
    await sandbox.discord("PUT", f"{GUILD}/bans/{MEMBER}", {"delete_message_seconds": 3600})
    assert (await sandbox.discord("GET", f"/channels/{GENERAL}/messages"))[1] == []
    status, body, _ = await sandbox.discord("PUT", f"{GUILD}/bans/{STRANGER}", {"delete_message_seconds": 604_801})
    assert (status, body["errors"]["delete_message_seconds"]["_errors"][0]["code"]) == (400, "NUMBER_TYPE_MAX")


async def test_a_kick_is_not_a_ban_and_is_in_the_audit_log(sandbox: Sandbox) -> None:
    status, _, _ = await sandbox.discord("DELETE", f"{GUILD}/members/{MEMBER}", reason="0198-kick")
    assert status == 204
    _, log, _ = await sandbox.discord("GET", f"{GUILD}/audit-logs?action_type=20&limit=1")
    assert [(row["reason"], row["target_id"]) for row in log["audit_log_entries"]] == [("0198-kick", str(MEMBER))]
    status, body, _ = await sandbox.discord("DELETE", f"{GUILD}/members/{MEMBER}")
    assert (status, body["code"]) == (404, 10007)
    status, _ = await sandbox.control(
        "POST", "/members", {"guild_id": str(GUILD_ONE), "action": "join", "user_id": str(MEMBER)}
    )
    assert status == 201


async def test_the_audit_log_is_newest_first_and_filtered(sandbox: Sandbox) -> None:
    for nick in ("A", "B", "C"):
        await sandbox.discord("PATCH", f"{GUILD}/members/{MEMBER}", {"nick": nick}, reason=nick)
    await sandbox.discord("PUT", f"{GUILD}/members/{MEMBER}/roles/{GUILD_ONE + 5}", reason="role")
    path = f"{GUILD}/audit-logs?user_id={sandbox.world.bot_id}&action_type=24"
    _, log, _ = await sandbox.discord("GET", path)
    rows = log["audit_log_entries"]
    assert [row["reason"] for row in rows] == ["C", "B", "A"]
    assert rows[0]["changes"] == [{"key": "nick", "old_value": "B", "new_value": "C"}]
    _, older, _ = await sandbox.discord("GET", f"{path}&before={rows[0]['id']}&limit=1")
    assert [row["reason"] for row in older["audit_log_entries"]] == ["B"]
    _, newer, _ = await sandbox.discord("GET", f"{path}&after={rows[2]['id']}")
    assert [row["reason"] for row in newer["audit_log_entries"]] == ["B", "C"]
    _, none, _ = await sandbox.discord("GET", f"{GUILD}/audit-logs?user_id={OWNER}")
    assert none["audit_log_entries"] == []
    assert (await sandbox.discord("GET", f"{GUILD}/audit-logs?limit=101"))[0] == 400


async def test_members_are_changed_all_at_once_or_not_at_all(sandbox: Sandbox) -> None:
    path = f"{GUILD}/members/{MEMBER}"
    status, member, _ = await sandbox.discord("PATCH", path, {"roles": [str(GUILD_ONE + 5)], "nick": "D"})
    assert (status, member["nick"], member["roles"]) == (200, "D", [str(GUILD_ONE + 5)])
    again, _, _ = await sandbox.discord("PATCH", path, {"nick": "D"})
    assert (again, sandbox.world.book.since(0)[-1].changed) == (200, False)
    status, body, _ = await sandbox.discord("PATCH", path, {"nick": "E", "roles": [str(GUILD_ONE + 1)]})
    assert (status, body["code"]) == (403, 50013)
    assert (await sandbox.discord("GET", path))[1]["nick"] == "D"
    assert (await sandbox.discord("PATCH", path, {"nick": "F", "mute": True}))[1]["code"] == 50013
    assert (await sandbox.discord("GET", path))[1]["nick"] == "D"
    for bad in ({"nick": "x" * 33}, {"communication_disabled_until": "soon"}, {"roles": "x"}, {"nick": 3}):
        status, body, _ = await sandbox.discord("PATCH", path, bad)
        assert (status, body["code"]) == (400, 50035)
    status, me, _ = await sandbox.discord("PATCH", f"{GUILD}/members/@me", {"nick": "Botty"})
    assert (status, me["nick"]) == (200, "Botty")


async def test_a_guild_is_changed_and_tells_what_changed(sandbox: Sandbox) -> None:
    status, guild, _ = await sandbox.discord("PATCH", GUILD, {"name": "Harbour", "unknown_key": 1})
    assert (status, guild["name"]) == (200, "Harbour")
    _, again, _ = await sandbox.discord("GET", f"{GUILD}?with_counts=true")
    assert again["approximate_member_count"] == 15
    assert (await sandbox.discord("GET", f"{GUILD}/preview"))[1]["name"] == "Harbour"
    assert (await sandbox.discord("PATCH", GUILD, {"name": "x"}))[0] == 400


async def test_channels_have_categories_overwrites_and_bounds(sandbox: Sandbox) -> None:
    body = {"name": "Deep Talk", "parent_id": str(CATEGORY), "rate_limit_per_user": 5}
    status, channel, _ = await sandbox.discord("POST", f"{GUILD}/channels", body, reason="0198-create")
    assert (status, channel["name"], channel["parent_id"]) == (201, "deep-talk", str(CATEGORY))
    path = f"/channels/{channel['id']}"
    assert (await sandbox.discord("PATCH", path, {"topic": "t", "nsfw": None}))[1]["topic"] == "t"
    overwrite = {"type": 1, "deny": "2048"}
    assert (await sandbox.discord("PUT", f"{path}/permissions/{MEMBER}", overwrite))[0] == 204
    assert (await sandbox.discord("GET", path))[1]["permission_overwrites"][0]["deny"] == "2048"
    said = {"user_id": str(MEMBER), "content": "?"}
    assert (await sandbox.control("POST", f"{path}/messages", said))[0] == 403
    assert (await sandbox.discord("DELETE", f"{path}/permissions/{MEMBER}"))[0] == 204
    assert (await sandbox.discord("POST", f"{path}/typing"))[0] == 204
    for bad in ({}, {"name": ""}, {"name": "x", "type": 99}, {"name": "x", "parent_id": str(GENERAL)}):
        assert (await sandbox.discord("POST", f"{GUILD}/channels", bad))[1]["code"] == 50035
    assert (await sandbox.discord("DELETE", path))[0] == 200
    assert (await sandbox.discord("DELETE", path))[1]["code"] == 10003
    assert (await sandbox.discord("POST", f"/channels/{CATEGORY}/messages", {"content": "x"}))[1]["code"] == 50024


async def test_a_channel_the_bot_cannot_see_is_50001(sandbox: Sandbox) -> None:
    staff = sandbox.world.state.guilds[GUILD_ONE].channels[GUILD_ONE + 31]
    staff.overwrites = staff.overwrites[:1]
    status, body, _ = await sandbox.discord("POST", f"/channels/{staff.id}/messages", {"content": "x"})
    assert (status, body["code"]) == (403, 50001)


async def test_messages_are_paged_deleted_in_bulk_and_only_ones_own_are_edited(sandbox: Sandbox) -> None:
    path = f"/channels/{GENERAL}/messages"
    sandbox.world.bucket_limits[f"POST {'/channels/{channel_id}/messages'}"] = (100, 1.0)
    ids = [(await sandbox.discord("POST", path, {"content": str(n)}))[1]["id"] for n in range(5)]

    async def contents(query: str) -> str:
        return "".join(row["content"] for row in (await sandbox.discord("GET", path + query))[1])

    assert await contents("?limit=2") == "43"
    assert await contents(f"?before={ids[2]}") == "10"
    assert await contents(f"?after={ids[2]}&limit=1") == "3"
    assert await contents(f"?around={ids[2]}&limit=3") == "321"
    reply = {"content": "re", "message_reference": {"message_id": ids[0]}}
    assert (await sandbox.discord("POST", path, reply))[1]["message_reference"]["message_id"] == ids[0]
    reply = {"content": "re", "message_reference": {"message_id": "1"}}
    assert (await sandbox.discord("POST", path, reply))[1]["code"] == 50035
    assert (await sandbox.discord("POST", f"{path}/bulk-delete", {"messages": ids[:4]}))[0] == 204
    sandbox.world.limits.clear()
    assert (await sandbox.discord("POST", f"{path}/bulk-delete", {"messages": ids[:1]}))[0] == 400
    _, said = await sandbox.control("POST", path, {"user_id": str(MEMBER), "content": "mine"})
    status, body, _ = await sandbox.discord("PATCH", f"{path}/{said['id']}", {"content": "yours"})
    assert (status, body["code"]) == (403, 50005)
    assert (await sandbox.discord("DELETE", f"{path}/{said['id']}", reason="spam"))[0] == 204
    long = {"embeds": [{"title": "x" * 257, "fields": [{"name": "", "value": "v"}]}]}
    assert set((await sandbox.discord("POST", path, long))[1]["errors"]["embeds"]["0"]) == {"title", "fields"}
    assert (await sandbox.discord("POST", path, {"content": "x", "nonce": "x" * 26}))[1]["code"] == 50035


async def test_a_direct_message_channel_is_always_the_same(sandbox: Sandbox) -> None:
    _, first, _ = await sandbox.discord("POST", "/users/@me/channels", {"recipient_id": str(MEMBER)})
    _, second, _ = await sandbox.discord("POST", "/users/@me/channels", {"recipient_id": str(MEMBER)})
    assert first["id"] == second["id"]
    assert first["recipients"][0]["id"] == str(MEMBER)
    status, message, _ = await sandbox.discord("POST", f"/channels/{first['id']}/messages", {"content": "Psst"})
    assert (status, message["content"]) == (200, "Psst")
    assert (await sandbox.discord("PATCH", f"/channels/{first['id']}", {"name": "x"}))[1]["code"] == 50003


async def test_roles_move_and_nobody_gives_what_they_have_not(sandbox: Sandbox) -> None:
    status, role, _ = await sandbox.discord("POST", f"{GUILD}/roles", {"name": "R", "colors": {"primary_color": 255}})
    assert (status, role["color"], role["position"]) == (200, 255, 1)
    status, rows, _ = await sandbox.discord("PATCH", f"{GUILD}/roles", [{"id": role["id"], "position": 2}])
    assert status == 200
    assert next(row["position"] for row in rows if row["id"] == role["id"]) == 2
    assert (await sandbox.discord("GET", f"{GUILD}/roles/{role['id']}"))[1]["name"] == "R"
    status, body, _ = await sandbox.discord("POST", f"{GUILD}/roles", {"permissions": "8"})
    assert (status, body["code"]) == (403, 50013)
    status, body, _ = await sandbox.discord("DELETE", f"{GUILD}/roles/{GUILD_ONE + 7}")
    assert (status, body["code"]) == (403, 50013)


async def test_a_channel_webhook_posts_without_authorization(sandbox: Sandbox) -> None:
    _, hook, _ = await sandbox.discord("POST", f"/channels/{GENERAL}/webhooks", {"name": "News"})
    assert len((await sandbox.discord("GET", f"/channels/{GENERAL}/webhooks"))[1]) == 1
    url = f"{sandbox.api}/webhooks/{hook['id']}/{hook['token']}"
    async with sandbox.http.post(f"{url}?wait=true", json={"content": "Hear", "username": "Crier"}) as response:
        assert (await response.json())["author"]["username"] == "Crier"
    async with sandbox.http.post(url + "x", json={"content": "Hear"}) as response:
        assert (await response.json())["code"] == 50027
    assert hook["token"] not in str(sandbox.world.book.since(0))


async def test_commands_of_a_guild_are_made_changed_and_removed_one_by_one(sandbox: Sandbox) -> None:
    path = f"/applications/{sandbox.world.settings.application_id}/guilds/{GUILD_TWO}/commands"
    wanted = {"name": "ping", "description": "p", "name_localizations": {"de": "ping"}}
    status, made, _ = await sandbox.discord("POST", path, wanted)
    assert status == 201
    assert (await sandbox.discord("POST", path, wanted | {"description": "q"}))[0] == 200
    one = f"{path}/{made['id']}"
    assert (await sandbox.discord("PATCH", one, {"description": "r"}))[1]["description"] == "r"
    assert "name_localizations" not in (await sandbox.discord("GET", path))[1][0]
    assert (await sandbox.discord("GET", f"{path}?with_localizations=1"))[1][0]["name_localizations"] == {"de": "ping"}
    assert (await sandbox.discord("GET", f"{path}/permissions"))[1] == []
    assert (await sandbox.discord("DELETE", one))[0] == 204
    assert (await sandbox.discord("GET", one))[1]["code"] == 10063
    assert (await sandbox.discord("GET", "/applications/1/commands"))[1]["code"] == 50001


async def test_the_bot_knows_itself_its_people_and_its_guilds(sandbox: Sandbox) -> None:
    assert (await sandbox.discord("GET", "/users/@me"))[1]["bot"] is True
    assert (await sandbox.discord("GET", f"/users/{MEMBER}"))[1]["global_name"] == "Dov Hart"
    assert (await sandbox.discord("GET", "/gateway/bot"))[1]["shards"] == 1
    for path in ("/applications/@me", "/oauth2/applications/@me"):
        assert (await sandbox.discord("GET", path))[1]["name"] == "guildbus"
    assert len((await sandbox.discord("GET", "/users/@me/guilds?with_counts=true"))[1]) == 2
    assert len((await sandbox.discord("GET", f"/users/@me/guilds?after={GUILD_ONE}&limit=5"))[1]) == 1
    assert (await sandbox.discord("DELETE", f"/users/@me/guilds/{GUILD_TWO}"))[0] == 204
    assert (await sandbox.discord("GET", f"/guilds/{GUILD_TWO}"))[1]["code"] == 10004
    _, people = await sandbox.control("GET", "/people")
    assert {row["user"]["username"] for row in people} >= {"ada.marsh", "finn.rowe"}


async def test_an_admin_changes_roles_and_members_by_hand(sandbox: Sandbox) -> None:
    path = f"{GUILD}/members/{MEMBER}"
    status, member = await sandbox.control("PATCH", path, {"roles": [str(GUILD_ONE + 3)], "nick": "Dov"})
    assert (status, member["roles"], member["nick"]) == (200, [str(GUILD_ONE + 3)], "Dov")
    change = {"guild_id": str(GUILD_ONE), "action": "update", "role_id": str(GUILD_ONE + 3), "name": "Mods"}
    assert (await sandbox.control("POST", "/roles", change))[1]["name"] == "Mods"
    leave = {"guild_id": str(GUILD_ONE), "action": "leave", "user_id": str(MEMBER)}
    assert (await sandbox.control("POST", "/members", leave))[0] == 201
    assert (await sandbox.control("POST", "/members", leave))[0] == 404
    _, log, _ = await sandbox.discord("GET", f"{GUILD}/audit-logs?user_id={OWNER}")
    assert [row["action_type"] for row in log["audit_log_entries"]] == [31, 24, 25]
    assert sandbox.world.book.since(0) == []
    for state in ("unavailable", "available"):
        assert (await sandbox.control("POST", f"{GUILD}/availability", {"state": state}))[0] == 200
    limits = {"global_per_second": 5, "route": "GET /guilds/{guild_id}", "limit": 1, "per_seconds": 60}
    assert (await sandbox.control("POST", "/limits", limits))[0] == 200
    assert [(await sandbox.discord("GET", GUILD))[0] for _ in range(2)] == [200, 429]
