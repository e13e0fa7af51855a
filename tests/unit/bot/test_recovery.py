from __future__ import annotations

import pytest
from interactions.client.errors import LoginError, WebSocketClosed

from bot.recovery import backoff_seconds, judge


def test_the_wait_doubles_up_to_a_minute() -> None:
    assert [backoff_seconds(attempt, 0.0) for attempt in (1, 2, 3, 8, 9, 500)] == [0.5, 1.0, 2.0, 60.0, 60.0, 60.0]


def test_chance_takes_up_to_half_away() -> None:
    assert backoff_seconds(3, 1.0) == 1.0


def test_refused_intents_are_left_out_once() -> None:
    assert judge(WebSocketClosed(4014), privileged=True).without_privileged
    assert judge(WebSocketClosed(4014), privileged=False).refused


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013])
def test_what_a_person_must_change_is_refused_with_a_reason(code: int) -> None:
    verdict = judge(WebSocketClosed(code), privileged=True)
    assert verdict.refused
    assert verdict.reason


@pytest.mark.parametrize("error", [None, OSError("gone"), RuntimeError("odd"), WebSocketClosed(4999)])
def test_everything_else_is_tried_again(error: Exception | None) -> None:
    verdict = judge(error, privileged=True)
    assert not verdict.refused
    assert not verdict.without_privileged


def test_a_token_that_is_not_accepted_names_its_setting() -> None:
    assert "DISCORD_TOKEN" in judge(LoginError("no"), privileged=True).reason
