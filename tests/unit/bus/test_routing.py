"""Which queues a message goes to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus._routing import Router, topic_matches
from bus.topology import Binding, Exchange

WORDS = st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=6).map(".".join)
PATTERNS = st.lists(st.sampled_from(["a", "b", "*", "#", ""]), min_size=1, max_size=5).map(".".join)


@pytest.mark.parametrize(
    ("pattern", "key", "matches"),
    [
        ("#", "", True),
        ("#", "a.b.c", True),
        ("interactive.#", "interactive.moderation.ban", True),
        ("interactive.#", "interactive", True),
        ("interactive.#", "bulk.moderation.ban", False),
        ("*.b.*", "a.b.c", True),
        ("*.b.*", "a.b", False),
        ("*", "a.b", False),
        ("a.#.z", "a.z", True),
        ("a.#.z", "a.b.c.z", True),
        ("a.#.z", "a.b.c", False),
        ("a.b", "a.B", False),
    ],
)
def test_topic_patterns(pattern: str, key: str, matches: bool) -> None:
    assert topic_matches(pattern, key) == matches


def as_regular_expression(pattern: str) -> str:
    """A second opinion: each word followed by a dot."""
    parts = {"*": r"[^.]*\.", "#": r"(?:[^.]*\.)*"}
    return "".join(parts.get(word, re.escape(word) + r"\.") for word in pattern.split("."))


@given(PATTERNS, WORDS)
def test_topic_patterns_agree_with_a_regular_expression(pattern: str, key: str) -> None:
    assert topic_matches(pattern, key) == bool(re.fullmatch(as_regular_expression(pattern), key + "."))


def router() -> Router:
    exchanges = {name: Exchange(name, kind) for name, kind in (("t", "topic"), ("f", "fanout"), ("d", "direct"))}
    return Router(
        exchanges,
        [
            Binding("t", "queue", "one", "a.#"),
            Binding("t", "queue", "one", "#"),
            Binding("t", "exchange", "f", "loop"),
            Binding("f", "queue", "two", "ignored"),
            Binding("f", "exchange", "t", ""),
            Binding("d", "queue", "three", "key"),
        ],
    )


def test_a_queue_with_two_bindings_gets_a_message_once() -> None:
    assert router().route("t", "a.b") == ("one",)


def test_exchanges_bound_in_a_circle_end() -> None:
    assert set(router().route("t", "loop")) == {"one", "two"}


def test_a_direct_exchange_compares_the_whole_key() -> None:
    assert router().route("d", "key") == ("three",)
    assert router().route("d", "keys") == ()


def test_a_binding_counts_at_once_and_until_it_is_removed() -> None:
    table, extra = router(), Binding("f", "queue", "four", "")
    assert table.route("f", "x") == ("two", "one")
    table.bind(extra)
    assert "four" in table.route("f", "x")
    table.unbind(extra)
    assert table.route("f", "x") == ("two", "one")


def test_an_unknown_exchange_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        router().route("no", "x")
