"""Who may send what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bus.envelopes import Actor, Command, Grant
from bus.errors import InvalidMessage
from bus.ids import new_id
from bus.senders import check_sender
from bus.topology import load_topology

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SENDERS = load_topology().senders
KEYED = Actor("script", str(new_id(NOW)))


def command(**values: Any) -> Command:
    fields = {"source": "script", "actor": Actor("script", "nightly")} | values
    return Command(id=new_id(NOW), type="admin.broadcast", correlation_id=new_id(NOW), issued_at=NOW, **fields)


@pytest.mark.parametrize(
    ("user", "values"),
    [
        ("script", {}),
        ("bot", {"source": "bot", "actor": Actor("user", "1"), "grant": Grant("8", NOW)}),
        ("web", {"source": "dashboard", "actor": Actor("user", "1"), "lane": "bulk"}),
        ("web", {"actor": KEYED}),
        ("worker", {"source": "schedule", "actor": Actor("system", "scheduler")}),
    ],
)
def test_a_component_sends_its_own(user: str, values: dict[str, Any]) -> None:
    check_sender(command(**values), user, SENDERS)


@pytest.mark.parametrize(
    ("user", "values", "words"),
    [
        (None, {}, "no user_id"),
        ("", {}, "no user_id"),
        ("stranger", {}, "may not send commands"),
        ("script", {"source": "bot"}, "may not send source 'bot'"),
        ("script", {"actor": Actor("user", "1")}, "may not act as 'user'"),
        ("web", {"grant": Grant("8", NOW), "actor": KEYED}, "may not vouch"),
        ("web", {}, "by the id of its key only"),
        ("operator", {}, "may not send source"),
    ],
)
def test_nobody_sends_what_is_anothers(user: str | None, values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidMessage, match=words):
        check_sender(command(**values), user, SENDERS)
