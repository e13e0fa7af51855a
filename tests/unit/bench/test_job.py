import json
from datetime import UTC, datetime

import pytest

from bench.commands import rows
from bench.contenders import contenders
from bench.job import command, due, row_of
from bench.ours.guildbus import EFFECTS, command_body
from bus import codec
from bus.envelopes import Command
from models.catalogue import load_catalogue


def test_a_command_of_the_plain_job_has_200_bytes_and_makes_a_row() -> None:
    text = command()
    assert len(text.encode()) == 200
    id_, issued_at, _ = row_of(text)
    assert str(id_) == json.loads(text)["id"]
    assert abs((datetime.now(UTC) - issued_at).total_seconds()) < 5


@pytest.mark.parametrize(
    ("rate", "elapsed", "sent", "now"),
    [(0, 0.0, 0, 500), (0, 9.0, 900, 100), (200, 0.0, 0, 1), (200, 0.1, 1, 20), (200, 0.1, 21, 0), (200, 60, 990, 10)],
)
def test_a_sender_sends_what_is_due_and_no_more(rate: float, elapsed: float, sent: int, now: int) -> None:
    assert due(1000, rate, elapsed, sent) == now


@pytest.mark.parametrize("effect", list(EFFECTS))
def test_every_effect_is_measured_with_a_valid_command_of_that_effect(effect: str) -> None:
    received = codec.decode(command_body(effect, 7), Command)
    options = load_catalogue().parse_command(received)
    assert type(options).effect.value == effect


def test_each_effect_has_its_row_and_two_have_one_with_results() -> None:
    names = [one.name for one in contenders([], None, list(EFFECTS))]
    assert names[:2] == ["ceiling", "ceiling, results"]
    assert sorted(names[2:]) == sorted(
        [*(f"guildbus {effect}" for effect in EFFECTS), "guildbus pure, results", "guildbus idempotent, results"]
    )


def test_a_row_is_compared_with_the_ceiling_of_its_kind() -> None:
    results = {
        "ceiling": {"drained": 1000.0},
        "ceiling, results": {"drained": 500.0},
        "guildbus pure, results": {"drained": 250.0, "p50_200": 1.23, "p99_200": 4.0, "sender_1000": 800.0},
    }
    row = rows(results, best=125.0)[2]
    assert row[2:7] == ["250", "2.00", "50", "1.2 / 4.0", "– (sends 800/s)"]
