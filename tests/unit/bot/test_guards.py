"""The guards around the library, by their number in the list of what it gets wrong."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from interactions import Intents
from interactions.api.http.route import Route
from interactions.client.errors import NotFound

from bot.client import BoundedTable, intents, make_client, point_at
from bot.gateway import Dispatch, Session


class Answer:
    """An HTTP answer of Discord's."""

    def __init__(self, status: int, body: str = "{}") -> None:
        self.status, self.reason, self._body = status, "", body
        self.headers = {"content-type": "application/json"} if body else {}

    async def text(self, encoding: str = "utf-8") -> str:
        return self._body


def answering(client: Any, answer: Answer) -> list[tuple[str, str, dict[str, Any]]]:
    asked: list[tuple[str, str, dict[str, Any]]] = []

    @asynccontextmanager
    async def request(method: str, url: str, **kwargs: Any) -> Any:
        asked.append((method, url, kwargs))
        yield answer

    client.http._HTTPClient__session = SimpleNamespace(request=request, closed=False)
    client.http.token = "bot-token"
    return asked


def made(**changes: Any) -> Any:
    client, _ = make_client(**{"shard_id": 0, "total_shards": 1, "privileged": True, **changes})
    return client


CALLBACK = Route("POST", "/interactions/{interaction_id}/{webhook_token}/callback", interaction_id=1, webhook_token="t")


async def test_guard_1_interaction_answers_wait_for_no_limit_and_carry_no_authorization() -> None:
    client = made()
    asked = answering(client, Answer(204, ""))
    await client.http.global_lock._lock.acquire()  # Nobody gets past the library's limit now.
    await asyncio.wait_for(client.http.request(CALLBACK, payload={"type": 5}), 1)
    ((method, url, kwargs),) = asked
    assert (method, kwargs["json"]) == ("POST", {"type": 5})
    assert url.endswith("/callback")
    assert "Authorization" not in kwargs["headers"]


async def test_guard_1_a_failed_answer_is_an_error_and_its_address_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = made()
    answering(client, Answer(404, '{"code": 10062, "message": "Unknown interaction"}'))
    with pytest.raises(NotFound):
        await client.http.request(CALLBACK, payload={"type": 5})
    assert caplog.text == ""


def test_guard_4_the_table_of_endpoints_is_bounded() -> None:
    table = BoundedTable(3)
    for number in range(10):
        table[f"route {number}"] = "bucket"
    assert list(table) == ["route 7", "route 8", "route 9"]
    assert isinstance(made().http._endpoints, BoundedTable)


def test_guard_6_the_librarys_own_sync_is_off() -> None:
    client = made()
    assert client.sync_interactions is False
    assert client.del_unused_app_cmd is False
    assert client.interactions_by_scope == {}


async def test_guard_8_a_dispatch_is_heard_before_the_library_changes_it() -> None:
    _client, state = make_client(shard_id=0, total_shards=1, privileged=True)
    heard: list[dict[str, Any]] = []

    def hear(dispatch: Dispatch) -> bool:
        heard.append(dict(dispatch.data))
        return False

    state.guard(session=Session(), dispatches=hear, clock=_Clock(), identify_pause_seconds=lambda: 0.0)
    gateway = state.new_gateway("wss://nowhere.invalid")
    data = {"guild_id": "1", "user": {"id": "2", "username": "u", "discriminator": "0", "avatar": None}, "roles": []}
    await gateway.dispatch_event(data, 1, "GUILD_MEMBER_ADD")
    await asyncio.sleep(0.01)
    assert heard[0]["guild_id"] == "1"
    assert heard[0]["user"]["id"] == "2"


def test_guard_9_a_process_has_one_client_for_one_shard() -> None:
    client, state = make_client(shard_id=2, total_shards=4, privileged=True)
    assert (state.shard_id, client.total_shards) == (2, 4)
    assert client._connection_state is state


async def test_guard_10_what_a_processor_of_the_library_raises_is_caught() -> None:
    client = made()
    await client.processors["raw_guild_create"](SimpleNamespace(data={}))  # Misses every key.


def test_the_members_intent_is_the_only_privileged_one() -> None:
    assert intents(privileged=True) & ~intents(privileged=False) == Intents.GUILD_MEMBERS
    assert not intents(privileged=False) & Intents.PRIVILEGED


def test_another_discord_can_be_pointed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    point_at("http://127.0.0.1:1/api/v10/")
    assert Route("GET", "/gateway").url == "http://127.0.0.1:1/api/v10/gateway"


class _Clock:
    def now(self) -> Any:
        return None

    def monotonic(self) -> float:
        return 0.0
