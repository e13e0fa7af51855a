import asyncio

import httpx
import pytest

from web.discord_check import DiscordCheck

URL = "http://user:hunter2@discord.example/api/v10"


class Hands:
    """A clock that is set by hand."""

    at = 0.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> None: ...


async def test_an_answer_is_believed_for_five_seconds() -> None:
    clock, answers = Hands(), [200, 503, 429]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/v10/gateway"
        return httpx.Response(answers.pop(0))

    check = DiscordCheck(URL, clock, http_transport=httpx.MockTransport(answer))  # type: ignore[arg-type]
    assert list(await asyncio.gather(check.report(), check.report())) == [{"ok": True}] * 2
    clock.at = 4.9
    assert await check.report() == {"ok": True}
    clock.at = 5.0
    assert await check.report() == {
        "ok": False,
        "address": "http://discord.example/api/v10",
        "error": "answers 503",
    }
    clock.at = 10.0
    assert await check.report() == {"ok": True}
    assert answers == []


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(httpx.ConnectError("hunter2"), "cannot be reached (ConnectError)"), (None, "no answer within 0.01 s")],
)
async def test_what_does_not_answer_is_told_in_time_and_without_secrets(trouble: Exception | None, words: str) -> None:
    async def answer(_: httpx.Request) -> httpx.Response:
        if trouble is not None:
            raise trouble
        await asyncio.Event().wait()
        raise AssertionError

    transport = httpx.MockTransport(answer)
    report = await DiscordCheck(URL, Hands(), limit_seconds=0.01, http_transport=transport).report()  # type: ignore[arg-type]
    assert report["error"] == words
    assert "hunter2" not in str(report)
