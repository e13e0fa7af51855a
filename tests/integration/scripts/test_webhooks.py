"""`/webhook call` on the embedded platform goes to the sandbox's own sink."""

from __future__ import annotations

import httpx

import workers.config
from tests.integration.scripts.running_platform import Platform
from tests.integration.scripts.test_up import GUILD
from tests.unit.scripts.test_room_settings import environ_for


def test_a_webhook_reaches_the_sandboxs_sink_without_any_setting(platform: Platform) -> None:
    address = platform.ready()
    sink = f"{address}/sandbox/webhook-sink/orders"
    called = platform.json("publish", "webhooks.call", f"url={sink}", "text=hello", "--guild", GUILD, "--wait")
    assert called["state"] == "succeeded"
    effects = httpx.get(f"{address}/sandbox/api/effects").json()
    assert [row["route"] for row in effects if "webhook-sink" in row["route"]] == ["/sandbox/webhook-sink/{name}"]


def test_the_sink_is_allowed_unless_somebody_set_where_webhooks_go_or_discord_is_real() -> None:
    def allowed(given: dict[str, str]) -> tuple[str, ...]:
        return workers.config.Settings.from_environ(environ_for(given)).webhook_allow

    assert allowed({}) == allowed({"WEBHOOK_ALLOW": ""}) == ("http://127.0.0.1:8080/sandbox/webhook-sink/",)
    assert allowed({"WEBHOOK_ALLOW": "https://hooks.example/"}) == ("https://hooks.example/",)
    real = {"DISCORD_TOKEN": "t", "DISCORD_APPLICATION_ID": "5", "DISCORD_CLIENT_SECRET": "s"}
    assert allowed(real) == ()
