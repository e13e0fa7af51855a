"""topology.yaml is read, or refused with file, line and key."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bus.errors import TopologyInvalid
from bus.topology import QuorumQueue, Stream, default_topology_path, load_topology

TEXT = default_topology_path().read_text()
LINES = TEXT.splitlines()


def load(tmp_path: Path, text: str | bytes) -> object:
    path = tmp_path / "topology.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return load_topology(path)


def test_the_topology_as_shipped() -> None:
    topology = load_topology()
    assert [level.name for level in topology.ladder] == [
        "retry.1s", "retry.5s", "retry.15s", "retry.1m", "retry.5m", "retry.15m"
    ]  # fmt: skip
    assert [level.delay_seconds for level in topology.ladder] == [1, 5, 15, 60, 300, 900]
    assert topology.max_attempts == 6
    assert topology.queues["commands.interactive"].arguments == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 10,
        "x-max-length": 100000,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": "dead",
        "x-dead-letter-strategy": "at-least-once",
    }
    assert topology.queues["live"].arguments == {
        "x-queue-type": "stream",
        "x-max-age": "86400s",
        "x-max-length-bytes": 2 * 1024**3,
        "x-stream-max-segment-size-bytes": 16 * 1024**2,
    }
    assert topology.senders["script"].sources == {"script"}
    assert topology.users["operator"].tags == ("administrator",)
    assert topology.users["web"].tags == ("management",)


def test_a_level_of_the_ladder_sends_back_through_the_default_exchange() -> None:
    topology = load_topology()
    for level in topology.ladder:
        queue = topology.queues[level.name]
        assert isinstance(queue, QuorumQueue)
        assert (queue.dead_letter_exchange, queue.message_ttl_ms) == ("", int(level.delay_seconds * 1000))
        assert topology.exchanges[level.name].type == "fanout"
        assert any(b.source == level.name and b.destination == level.name for b in topology.bindings)


def test_only_what_gates_an_ack_is_bound_behind_results_and_events() -> None:
    topology = load_topology()
    assert [b.destination for b in topology.bindings if b.source == "results"] == ["live"]
    assert [b.destination for b in topology.bindings if b.source == "events"] == ["live", "gateway"]
    assert [b.destination for b in topology.bindings if b.source == "live"] == ["live"]
    assert all(isinstance(topology.queues[name], Stream) for name in ("live", "gateway"))


@pytest.mark.parametrize(
    ("old", "new", "line_of", "words"),
    [
        ("version: 1", "version: 2", "version", "version: must be a whole number"),
        ("type: topic}", "type: topics}", "commands: {type: topics", "exchanges.commands.type"),
        ("delivery_limit: 10,", "", "commands.interactive:", "needs the key 'delivery_limit'"),
        ("max_age: 1d", "max_age: 1w", "live: {type: stream", "queues.live.max_age: must be a duration"),
        ("max_bytes: 2GiB", "max_bytes: 2GB", "live: {type: stream", "queues.live.max_bytes: must be a size"),
        ("segment_bytes: 16MiB", "segment_bytes: 16GiB", "live: {type: stream", "must not exceed max_bytes"),
        ("exchange: replies,", "exchange: reply,", "exchange: reply,", "bindings.5.exchange: is 'reply'"),
        ("queue: live,", "queue: life,", "queue: life", "bindings.4.queue: is 'life'"),
        ("dead_letter_exchange: dead}", "dead_letter_exchange: ded}", "ded}", "dead_letter_exchange: is 'ded'"),
        ("levels: [1s, 5s", "levels: [5s, 1s", "levels: [5s", "retry.levels.1: levels rise"),
        ("max_attempts: 6", "max_attempts: 0", "max_attempts: 0", "retry.max_attempts"),
        ("sources: [bot]", "sources: [bots]", "sources: [bots]", "users.bot.may_send.sources.0: is 'bots'"),
        ("grants: true", "grants: yes", "grants: yes", "users.bot.may_send.grants"),
        ('write: "^commands$"', 'write: "^commands($"', "^commands($", "users.script.permissions.write"),
        ("tags: [administrator]", "tags: [root]", "tags: [root]", "users.operator.tags.0"),
        ("  replies: {type: direct}", "  commands: {type: direct}", "commands: {type: direct}", "is given twice"),
        ("  dead: {type: fanout}", "  amq.dead: {type: fanout}", "amq.dead", "does not begin with 'amq.'"),
        ("max_attempts: 6", "max_attempts: 6\n  surprise: 1", "surprise", "retry.surprise: is unknown"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    tmp_path: Path, old: str, new: str, line_of: str, words: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if line_of in each)
    with pytest.raises(TopologyInvalid) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'topology.yaml'}:{line}:")


@pytest.mark.parametrize(
    "text",
    ["", "- a", "a: [", "\x00", b"\xff\xfe\x00", "x: &a [*a]", "[" * 3000, "version: 1\n---\nversion: 1", "? [a]\n: b"],
)
def test_what_is_not_a_topology_at_all(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(TopologyInvalid, match=r"topology\.yaml"):
        load(tmp_path, text)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TopologyInvalid, match="cannot be read"):
        load_topology(tmp_path / "none.yaml")


MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, len(LINES) - 1),
        st.integers(0, 130),
        st.one_of(st.sampled_from(list(":{}[],\"'#&*?|>-\n\t 019.")), st.text(max_size=3)),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(MUTATIONS)
def test_any_change_of_the_file_loads_or_is_refused(tmp_path: Path, mutations: list[tuple[int, int, str, int]]) -> None:
    lines = list(LINES)
    for line, column, put, removed in mutations:
        lines[line] = lines[line][:column] + put + lines[line][column + removed :]
    with suppress(TopologyInvalid):
        load(tmp_path, "\n".join(lines))
