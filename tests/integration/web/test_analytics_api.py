"""Analytics over the API: for moderators and keys with the scope, in ranges that can be answered."""

from __future__ import annotations

from tests.integration.web.running_web import GUILD, MEMBER, MODERATOR, RunningWeb

PATH = f"/api/v1/guilds/{GUILD}/analytics"


async def test_what_was_issued_is_counted(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as moderator:
        # Another question than the one below, whose answer is kept for five seconds.
        before = (await moderator.get(f"{PATH}/commands", params={"timezone": "Europe/Lisbon"})).json()["total"]
        body = {"type": "utility.ping"}
        posted = await moderator.post(
            f"/api/v1/guilds/{GUILD}/commands", json=body, headers={"Idempotency-Key": "counted"}
        )
        assert posted.status_code == 202
        counted = (await moderator.get(f"{PATH}/commands")).json()
        assert counted["total"] == before + 1
        assert len(counted["over_time"]) in (30, 31)
        [ping] = [one for one in counted["by_type"] if one["type"] == "utility.ping"]
        assert ping["states"]["queued"] >= 1
        assert (await moderator.get(f"{PATH}/commands", params={"type": "no.such"})).json()["total"] == 0
        activity = (await moderator.get(f"{PATH}/activity", params={"bucket": "hour"})).json()
        assert activity["over_time"][-1]["commands"] >= 1
        assert (await moderator.get(f"{PATH}/events")).json()["total"] == 0
        again = (await moderator.get(f"{PATH}/commands")).json()
        assert again["until"] == counted["until"], "worked out twice within five seconds"


async def test_analytics_are_not_for_everybody(web: RunningWeb) -> None:
    async with await web.log_in(MEMBER) as viewer, await web.key_client("audit:read") as key:
        assert (await viewer.get(f"{PATH}/commands")).json()["code"] == "not_permitted"
        assert (await key.get(f"{PATH}/commands")).json()["missing"] == "analytics:read"


async def test_a_range_that_cannot_be_answered_says_why(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        for query in (
            {"since": "2020-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
            {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
            {"since": "2026-01-01T00:00:00Z", "until": "2026-06-01T00:00:00Z", "bucket": "hour"},
            {"until": "0001-01-01T00:00:00Z"},
            {"timezone": "Middle/Earth"},
            {"timezone": "../etc/passwd"},
            {"bucket": "second"},
        ):
            answer = await client.get(f"{PATH}/activity", params=query)
            assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid"), query
