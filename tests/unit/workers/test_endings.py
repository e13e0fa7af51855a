from __future__ import annotations

from datetime import timedelta

import pytest

from bus.retry import Level
from models.errors import DatabaseUnavailable
from models.spec import Effect
from tests.unit.workers.making import NOW
from workers.endings import ending_of_error, may_be_on_its_way, must_stay_in_doubt, poisoned, refused
from workers.failures import PermanentFailure, RetryableFailure, Wait
from workers.gate import Refusal

LADDER = [Level("retry.1s", 1), Level("retry.5s", 5), Level("retry.1m", 60)]
LOST = RetryableFailure("no answer", ambiguous=True)
UNSENT = RetryableFailure("no connection")
REFUSED = PermanentFailure("no", code="discord_50013")


def ended(error, effect=Effect.IDEMPOTENT, *, attempt=1):
    return ending_of_error(
        error,
        effect=effect,
        doubtful=attempt > 1,
        attempt=attempt,
        max_attempts=3,
        ladder=LADDER,
        jitter=0.0,
    )


@pytest.mark.parametrize(
    ("error", "effect", "attempt", "state"),
    [
        (LOST, Effect.IDEMPOTENT, 1, "retrying"),
        (LOST, Effect.IDEMPOTENT, 3, "dead"),
        (LOST, Effect.NONCE, 1, "retrying"),
        (LOST, Effect.NONCE, 3, "in_doubt"),
        (LOST, Effect.RECONCILE, 3, "in_doubt"),
        (UNSENT, Effect.RECONCILE, 3, "in_doubt"),
        (UNSENT, Effect.RECONCILE, 1, "retrying"),
        (LOST, Effect.AT_MOST_ONCE, 1, "in_doubt"),
        (UNSENT, Effect.AT_MOST_ONCE, 1, "retrying"),
        (REFUSED, Effect.AT_MOST_ONCE, 1, "failed"),
        (REFUSED, Effect.IDEMPOTENT, 2, "failed"),
        (REFUSED, Effect.NONCE, 1, "failed"),
        (REFUSED, Effect.NONCE, 2, "in_doubt"),
        (ValueError("a defect"), Effect.IDEMPOTENT, 1, "retrying"),
        (TimeoutError(), Effect.AT_MOST_ONCE, 1, "in_doubt"),
        (DatabaseUnavailable("away"), Effect.TRANSACTIONAL, 1, "retrying"),
        (DatabaseUnavailable("away"), Effect.TRANSACTIONAL, 3, "retrying"),
    ],
)
def test_how_an_error_ends_depends_on_the_effect(error, effect, attempt, state):
    assert ended(error, effect, attempt=attempt).state == state


def test_a_wait_keeps_the_attempt_and_respects_its_length():
    ending = ended(Wait("slow down", retry_after_seconds=30), attempt=3)
    assert ending.state == "retrying"
    assert ending.retry is not None
    assert (ending.retry.attempt, ending.retry.delay_seconds) == (3, 60)


@pytest.mark.parametrize("effect", [Effect.RECONCILE, Effect.NONCE])
def test_a_wait_on_the_last_attempt_is_no_doubt_yet(effect):
    assert ended(Wait("on its way", retry_after_seconds=9), effect, attempt=3).state == "retrying"


def test_a_retry_carries_the_next_attempt():
    ending = ended(LOST, attempt=2)
    assert ending.retry is not None
    assert (ending.retry.attempt, ending.retry.level) == (3, LADDER[1])


def test_words_from_elsewhere_lose_their_nul():
    assert "\x00" not in ended(PermanentFailure("a\x00b")).outcome.message


@pytest.mark.parametrize(
    ("effect", "takeover", "age", "doubt"),
    [
        (Effect.AT_MOST_ONCE, True, 1, True),
        (Effect.AT_MOST_ONCE, False, None, False),
        (Effect.NONCE, True, 60, False),
        (Effect.NONCE, True, 600, True),
        (Effect.NONCE, False, None, False),
        (Effect.IDEMPOTENT, True, 600, False),
    ],
)
def test_what_must_not_be_repeated_stays_in_doubt(effect, takeover, age, doubt):
    since = None if age is None else NOW - timedelta(seconds=age)
    found = must_stay_in_doubt(effect, takeover=takeover, in_doubt_since=since, now=NOW)
    assert (found is not None) is doubt


@pytest.mark.parametrize(("age", "left"), [(None, 0), (0, 15), (14, 1), (15, 0), (600, 0)])
def test_a_call_may_be_on_its_way_for_a_while(age, left):
    tried = None if age is None else NOW - timedelta(seconds=age)
    wait = may_be_on_its_way(tried, now=NOW)
    assert (0 if wait is None else wait.retry_after_seconds) == left


@pytest.mark.parametrize(("effect", "state"), [(Effect.PURE, "dead"), (Effect.RECONCILE, "in_doubt")])
def test_poison_ends(effect, state):
    assert poisoned(effect).state == state


@pytest.mark.parametrize(
    ("effect", "doubtful", "state"),
    [
        (Effect.IDEMPOTENT, False, "expired"),
        (Effect.IDEMPOTENT, True, "in_doubt"),
        (Effect.TRANSACTIONAL, True, "expired"),
    ],
)
def test_a_refused_repeat_does_not_call_undone_what_may_have_been_done(effect, doubtful, state):
    assert refused(Refusal("expired", "expired", "Too late."), effect, doubtful=doubtful).state == state
