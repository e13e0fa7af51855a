from __future__ import annotations

import pytest

from bus import codec
from bus.clock import SystemClock
from tests.unit.workers.making import a_command, a_delivery
from workers.dead_letters import dead_letter_of
from workers.deaths import broker_death

FIRST_ON_THE_LADDER = {"x-first-death-reason": "expired", "x-first-death-queue": "retry.5s"}


@pytest.mark.parametrize(
    ("headers", "death"),
    [
        ({}, None),
        ({"guildbus-reason": "no"}, None),
        (
            {"x-first-death-reason": "delivery_limit", "x-first-death-queue": "commands.bulk"},
            ("delivery_limit", "commands.bulk"),
        ),
        (FIRST_ON_THE_LADDER, ("delivery_limit", "commands.interactive")),
        (
            {
                **FIRST_ON_THE_LADDER,
                "x-death": [
                    {"reason": "delivery_limit", "queue": "commands.interactive"},
                    {"reason": "expired", "queue": "retry.5s"},
                ],
            },
            ("delivery_limit", "commands.interactive"),
        ),
        (
            {
                **FIRST_ON_THE_LADDER,
                "x-death": [
                    {"reason": "expired", "queue": "retry.5s"},
                    {"reason": "maxlen", "queue": "replies"},
                ],
            },
            ("maxlen", "replies"),
        ),
        ({**FIRST_ON_THE_LADDER, "x-death": "nonsense"}, ("delivery_limit", "commands.interactive")),
    ],
)
def test_the_last_death_counts_and_the_ladder_is_none(headers, death):
    delivery = a_delivery(b"{}", headers=headers, routing_key="commands.interactive")
    assert broker_death(delivery) == death


def test_a_letter_behind_the_ladder_says_that_it_was_delivered_too_often():
    delivery = a_delivery(codec.encode(a_command()), headers=FIRST_ON_THE_LADDER, routing_key="commands.interactive")
    letter = dead_letter_of(delivery, SystemClock())
    assert (letter.code, letter.queue) == ("delivery_limit", "commands.interactive")


def test_headers_that_cannot_be_stored_do_not_stop_the_letter():
    """A row that PostgreSQL refuses would be tried for ever, with every later letter waiting behind it."""
    delivery = a_delivery(b"{", headers={"guildbus-reason": "a\x00b\ud800" + "c" * 5000, "guildbus-code": "x\x00"})
    letter = dead_letter_of(delivery, SystemClock())
    assert letter.reason.startswith("a␀b?c")
    assert (letter.code, len(letter.reason)) == ("x␀", 1000)
