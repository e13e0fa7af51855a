"""One URL for every room: its user may then send what any room may."""

from __future__ import annotations

from bus.topology import load_topology
from scripts.up.broker import with_sender


def test_a_user_that_the_topology_does_not_know_may_send_everything() -> None:
    sender = with_sender(load_topology(), "guest").senders["guest"]
    assert sender.sources >= {"bot", "dashboard", "api", "script", "schedule"}
    assert sender.actor_kinds >= {"user", "api_key", "script", "system"}
    assert sender.grants


def test_the_other_users_keep_their_rights() -> None:
    topology = load_topology()
    senders = with_sender(topology, "operator").senders
    assert senders["operator"].sources >= topology.senders["bot"].sources
    assert {name: senders[name] for name in ("bot", "script")} == {
        name: topology.senders[name] for name in ("bot", "script")
    }
