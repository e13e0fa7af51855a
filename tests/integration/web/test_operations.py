"""What every operation does alike: pages, ETags, media types, methods."""

from __future__ import annotations

from typing import Any

import pytest

from bus.ids import Snowflake
from tests.integration.web.running_web import GUILD, RunningWeb
from web.api.operations import OPERATIONS

PATH = f"/api/v1/guilds/{GUILD}"


async def test_every_short_list_is_paged_whole_and_in_order(web: RunningWeb) -> None:
    await web.database.fetch(
        """WITH made AS (INSERT INTO channels (guild_id, id, name, position)
        SELECT $1, 500 + n, 'channel ' || n, n % 3 FROM generate_series(1, 7) n) SELECT 1""",
        int(GUILD),
    )
    async with await web.key_client() as client:
        for path in ("/api/v1/catalogue", "/api/v1/guilds", f"{PATH}/members", f"{PATH}/roles", f"{PATH}/channels"):
            whole = (await client.get(path)).json()
            assert whole["next"] is None
            pieces: list[Any] = []
            cursor: str | None = None
            while cursor is not None or not pieces:
                page = (await client.get(path, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
                assert len(page["items"]) == 2 or page["next"] is None
                pieces += page["items"]
                cursor = page["next"]
            assert pieces == whole["items"], path
            assert len(pieces) > 1, path
            answer = await client.get(path, params={"cursor": "bm9uc2Vuc2U"})
            assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid"), path


async def test_an_unchanged_answer_is_spared(web: RunningWeb) -> None:
    async with await web.key_client() as client, await web.key_client("audit:read") as other:
        first = await client.get(f"{PATH}/roles")
        again = await client.get(f"{PATH}/roles", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        await web.database.fetch(
            "WITH x AS (UPDATE roles SET name = 'changed' WHERE guild_id = $1) SELECT 1", int(GUILD)
        )
        changed = await client.get(f"{PATH}/roles", headers={"If-None-Match": first.headers["etag"]})
        assert changed.status_code == 200
        # Who may not look learns nothing from a tag.
        forbidden = await other.get(f"{PATH}/commands", headers={"If-None-Match": "*"})
        assert forbidden.status_code == 403
        settings = await client.get(f"{PATH}/settings")
        assert settings.headers["etag"] == f'"{settings.json()["version"]}"'


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_a_405_that_names_those_there_are(web: RunningWeb, method: str) -> None:
    async with await web.key_client() as client:
        answer = await client.request(method, f"{PATH}/commands")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_another_media_type_is_a_406_and_head_is_answered_without_a_body(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        answer = await client.get(f"{PATH}/roles", headers={"Accept": "application/xml"})
        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
        head = await client.head(f"{PATH}/roles")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"]


async def test_ids_beyond_what_javascript_can_count_are_strings_everywhere(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        for path in ("/api/v1/guilds", f"{PATH}/members", f"{PATH}/roles", PATH):
            _no_large_numbers((await client.get(path)).json())
        assert Snowflake((await client.get(PATH)).json()["id"]) == GUILD


def _no_large_numbers(value: Any) -> None:
    match value:
        case dict():
            for inner in value.values():
                _no_large_numbers(inner)
        case list():
            for inner in value:
                _no_large_numbers(inner)
        case bool():
            pass
        case int():
            assert abs(value) < 2**53


async def test_the_document_is_served_and_spared_and_its_page_shows_every_operation(web: RunningWeb) -> None:
    async with web.client() as client:
        document = await client.get("/api/openapi.json")
        assert document.json()["openapi"] == "3.1.0"
        seen = {"If-None-Match": document.headers["etag"]}
        assert (await client.get("/api/openapi.json", headers=seen)).status_code == 304
        page = await client.get("/api/docs")
        assert page.status_code == 200
        for operation in OPERATIONS:
            assert f'id="{operation.id}"' in page.text
        assert "<style" not in page.text
        assert "style=" not in page.text
