"""The client that the command line uses and that others may copy, against a running web process."""

from __future__ import annotations

import asyncio

import pytest

from models import api_keys
from scripts.api_client import ApiClient, ApiProblem
from tests.integration.web.running_web import GUILD, RunningWeb


def use(url: str, key: str) -> None:
    guild = int(GUILD)
    with ApiClient(url, key) as api:
        once = api.issue("utility.ping", {}, guild_id=guild, idempotency_key="client")
        assert api.issue("utility.ping", {}, guild_id=guild, idempotency_key="client") == once
        assert api.wait(once, guild_id=guild, seconds=0)["state"] == "queued"
        others = {api.issue("utility.ping", {}, guild_id=guild) for _ in range(4)}
        assert others | {once} <= {row["id"] for row in api.items(f"/guilds/{guild}/commands", limit=2)}
        preset = api.post(f"/guilds/{guild}/presets", {"name": "Ping", "type": "utility.ping"})
        path, body = f"/guilds/{guild}/presets/{preset['id']}", {"name": "Pong", "type": "utility.ping"}
        assert api.put(path, body, version=1)["version"] == 2
        with pytest.raises(ApiProblem, match="version_conflict") as caught:
            api.put(path, body, version=1)
        assert (caught.value.status, caught.value.code) == (412, "version_conflict")
        api.delete(path)
        with pytest.raises(ApiProblem, match="preset_not_found"):
            api.get(path)


async def test_it_issues_waits_pages_changes_and_says_what_went_wrong(web: RunningWeb) -> None:
    _, key = await api_keys.create(web.database, name="client", scopes=api_keys.SCOPES, created_by="test")
    await asyncio.to_thread(use, web.url, key.reveal())
