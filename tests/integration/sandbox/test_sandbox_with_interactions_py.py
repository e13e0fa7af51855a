"""Gateway and interactions, through an unmodified interactions.py client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import interactions as ipy
import pytest
from interactions.api.events import GuildJoin, MemberAdd, Resume, WebsocketReady
from interactions.api.http.route import Route
from running_sandbox import Sandbox, running, until

from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id
from sandbox.settings import SandboxSettings

# interactions.py passes aiohttp a timeout in a form that is deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:parameter 'timeout':DeprecationWarning")

MODERATOR, MEMBER, OWNER = person_id("moderator"), person_id("member"), person_id("owner")


class Bot:
    """The client with what it has heard."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.client = ipy.Client(
            token=sandbox.world.settings.bot_token,
            intents=ipy.Intents.DEFAULT | ipy.Intents.GUILD_MEMBERS,
            sync_interactions=True,
        )
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        for event in (WebsocketReady, Resume, MemberAdd):
            self.client.add_listener(ipy.listen(event)(self._on(event)))
        self.client.add_interaction(_warn())
        self._task: asyncio.Task[None] | None = None

    def _on(self, event: type) -> Callable[..., Awaitable[None]]:
        async def hear(happened: Any) -> None:
            await self.heard.put(happened)

        return hear

    async def next(self, kind: type) -> Any:
        while True:
            happened = await asyncio.wait_for(self.heard.get(), 5)
            if isinstance(happened, kind):
                return happened

    async def start(self, world_has_commands: Callable[[], bool]) -> None:
        self._task = asyncio.create_task(self.client.astart())
        await asyncio.wait_for(self.client.wait_until_ready(), 10)
        await until(world_has_commands)

    async def stop(self) -> None:
        # Not Client.stop(): with current aiohttp it closes HTTP first, after which its gateway loop spins for ever.
        await self.client._connection_state.stop()
        await self.client.http.close()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


def _warn() -> ipy.SlashCommand:
    @ipy.slash_command(
        "moderation",
        description="Moderate",
        sub_cmd_name="warn",
        sub_cmd_description="Warn somebody",
        default_member_permissions=ipy.Permissions.MODERATE_MEMBERS,
    )
    @ipy.slash_option("user", "Who", ipy.OptionType.USER, required=True)
    @ipy.slash_option("reason", "Why", ipy.OptionType.STRING, required=True, autocomplete=True, max_length=50)
    @ipy.slash_option("hidden", "Only for you", ipy.OptionType.BOOLEAN)
    async def warn(ctx: ipy.SlashContext, user: ipy.User, reason: str, hidden: bool = False) -> None:
        if reason == "silence":
            return
        await ctx.defer(ephemeral=hidden)
        await ctx.edit("@original", content=f"{user.id} {reason} {int(ctx.author_permissions) > 0}")

    @warn.autocomplete("reason")
    async def reasons(ctx: ipy.AutocompleteContext) -> None:
        await ctx.send([{"name": f"{ctx.input_text} spam", "value": "spam"}])

    return warn


@pytest.fixture
async def bot(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setattr(Route, "BASE", sandbox.api)
    one = Bot(sandbox)
    await one.start(lambda: bool(sandbox.world.state.commands.get(0)))
    yield one
    await one.stop()


async def _use(sandbox: Sandbox, **options: Any) -> tuple[int, Any]:
    body = {"guild_id": str(GUILD_ONE), "user_id": str(MODERATOR), "command": "moderation warn", "options": options}
    return await sandbox.control("POST", "/interactions", body)


async def test_a_slash_command_is_deferred_and_then_answered(sandbox: Sandbox, bot: Bot) -> None:
    status, started = await _use(sandbox, user=str(MEMBER), reason="spam")
    assert status == 201
    _, seen = await sandbox.control("GET", f"/interactions/{started['id']}?wait=answered")

    assert seen["state"] == "answered"
    assert [row["type"] for row in seen["callbacks"]] == [5]
    assert seen["callbacks"][0]["after_ms"] < 1000
    assert seen["reply"]["content"] == f"{MEMBER} spam True"
    _, effects = await sandbox.control("GET", "/effects")
    token = next(iter(sandbox.world.interactions._by_token))
    assert token not in str(effects) + str(seen)
    assert effects[-1]["route"] == "/webhooks/{webhook_id}/{token}/messages/@original"


async def test_an_ephemeral_answer_is_seen_by_one_person_only(sandbox: Sandbox, bot: Bot) -> None:
    _, started = await _use(sandbox, user=str(MEMBER), reason="spam", hidden=True)
    _, seen = await sandbox.control("GET", f"/interactions/{started['id']}?wait=answered")
    assert seen["ephemeral"]
    channel = seen["channel_id"]
    _, own = await sandbox.control("GET", f"/channels/{channel}/messages?user_id={MODERATOR}")
    _, others = await sandbox.control("GET", f"/channels/{channel}/messages?user_id={OWNER}")
    assert [row["id"] for row in own] == [seen["reply"]["id"]]
    assert others == []


async def test_autocomplete_goes_through_the_bot(sandbox: Sandbox, bot: Bot) -> None:
    body = {
        "guild_id": str(GUILD_ONE),
        "user_id": str(MODERATOR),
        "command": "moderation warn",
        "options": {"reason": "too much"},
        "focused": "reason",
    }
    status, answer = await sandbox.control("POST", "/autocomplete", body)
    assert (status, answer["choices"]) == (200, [{"name": "too much spam", "value": "spam"}])


async def test_what_may_not_be_used_is_refused_with_a_reason(sandbox: Sandbox, bot: Bot) -> None:
    body = {"guild_id": str(GUILD_ONE), "user_id": str(MEMBER), "command": "moderation warn", "options": {}}
    assert (await sandbox.control("POST", "/interactions", body))[0] == 403
    _, offered = await sandbox.control("GET", f"/commands?guild_id={GUILD_ONE}&user_id={MEMBER}")
    assert offered == []
    body |= {"user_id": str(MODERATOR)}
    assert await sandbox.control("POST", "/interactions", body | {"command": "nope"}) == (
        404,
        {"code": "unknown_command", "message": "No command 'nope' is registered here."},
    )
    for options in ({}, {"user": str(MEMBER), "reason": "x" * 51}, {"user": 1, "reason": "x"}, {"other": 1}):
        status, problem = await sandbox.control("POST", "/interactions", body | {"options": options})
        assert status == 400, problem


async def test_an_interaction_without_an_answer_fails_after_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(SandboxSettings(interaction_deadline_seconds=0.2)) as sandbox:
        monkeypatch.setattr(Route, "BASE", sandbox.api)
        bot = Bot(sandbox)
        await bot.start(lambda: bool(sandbox.world.state.commands.get(0)))
        _, started = await _use(sandbox, user=str(MEMBER), reason="silence")
        _, seen = await sandbox.control("GET", f"/interactions/{started['id']}?wait=answered&timeout=3")
        assert (seen["state"], seen["callbacks"]) == ("failed", [])
        one = sandbox.world.interactions.get(int(started["id"]))
        assert one is not None
        path = f"/interactions/{one.id}/{one.token}/callback"
        assert (await sandbox.discord("POST", path, {"type": 5}))[1]["code"] == 10062
        await bot.stop()


async def test_after_a_dropped_line_the_bot_resumes_and_misses_nothing(sandbox: Sandbox, bot: Bot) -> None:
    first = await bot.next(WebsocketReady)
    assert await sandbox.control("POST", "/gateway", {"action": "drop"}) == (200, {"connections": 1})
    _, joined = await sandbox.control("POST", "/members", {"guild_id": str(GUILD_ONE), "action": "join"})
    # What was missed is replayed before RESUMED is said.
    added = await bot.next(MemberAdd)
    assert str(added.member.id) == joined["user_ids"][0]
    await bot.next(Resume)
    assert list(sandbox.world.gateway.sessions) == [first.data["session_id"]]


@pytest.mark.parametrize(
    "action",
    [
        {"action": "invalidate", "resumable": False},
        {"action": "drop", "resumable": False},
        {"action": "close", "code": 4007, "resumable": False},
    ],
    ids=lambda row: row["action"],
)
async def test_a_session_that_is_gone_is_identified_anew(sandbox: Sandbox, bot: Bot, action: dict[str, Any]) -> None:
    first = await bot.next(WebsocketReady)
    await sandbox.control("POST", "/gateway", action)
    again = await bot.next(WebsocketReady)
    assert again.data["session_id"] != first.data["session_id"]
    assert len(sandbox.world.gateway.live(GUILD_TWO)) == 1


async def test_op_7_makes_the_bot_resume(sandbox: Sandbox, bot: Bot) -> None:
    await sandbox.control("POST", "/gateway", {"action": "reconnect"})
    await bot.next(Resume)


async def test_without_a_bot_nothing_can_be_used(sandbox: Sandbox) -> None:
    command = {"name": "ping", "description": "Ping"}
    await sandbox.discord("POST", f"/applications/{sandbox.world.settings.application_id}/commands", command)
    body = {"guild_id": str(GUILD_ONE), "user_id": str(MEMBER), "command": "ping"}
    status, problem = await sandbox.control("POST", "/interactions", body)
    assert (status, problem["code"]) == (503, "bot_offline")


async def test_an_outage_of_a_guild_and_its_end_reach_the_bot(sandbox: Sandbox, bot: Bot) -> None:
    assert bot.client.get_guild(GUILD_ONE) is not None
    back: asyncio.Queue[Any] = asyncio.Queue()

    async def joined(event: GuildJoin) -> None:
        await back.put(event)

    bot.client.add_listener(ipy.listen(GuildJoin)(joined))
    path = f"/guilds/{GUILD_ONE}/availability"
    await sandbox.control("POST", path, {"state": "removed"})
    await until(lambda: bot.client.get_guild(GUILD_ONE) is None)
    await sandbox.control("POST", path, {"state": "rejoined"})
    assert (await asyncio.wait_for(back.get(), 5)).guild.name == "Harbour Lights"
