"""From YAML to a checked `Topology`."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from bus._declarations import (
    Binding,
    Exchange,
    ExchangeType,
    Permissions,
    Queue,
    QuorumQueue,
    Stream,
    Topology,
    User,
)
from bus._yaml_nodes import YamlValue, read_yaml
from bus.envelopes import ActorKind, Lane, Source
from bus.retry import Level
from bus.senders import Sender

__all__ = ["read_topology"]

_VERSION = 1
_TAGS = ("administrator", "monitoring", "policymaker", "management")
_MAX_TTL_SECONDS = 86400


def read_topology(path: Path) -> Topology:
    """Raises TopologyInvalid that names file, line and key."""
    root = read_yaml(path).fields(("version", "exchanges", "queues", "bindings", "retry", "users"))
    root["version"].whole(least=_VERSION, most=_VERSION)
    exchanges = {name: _exchange(name, value) for name, value in root["exchanges"].items()}
    queues = {name: _queue(name, value, exchanges) for name, value in root["queues"].items()}
    bindings = [_binding(value, exchanges, queues) for value in root["bindings"].sequence()]
    if len(set(bindings)) < len(bindings):
        raise root["bindings"].invalid("holds the same binding twice")
    ladder, max_attempts = _ladder(root["retry"], exchanges, queues, bindings)
    users, senders = {}, {}
    for name, value in root["users"].items():
        users[name], senders[name] = _user(name, value)
    return Topology(exchanges, queues, tuple(bindings), ladder, max_attempts, users, senders)


def _name(value: YamlValue, name: str) -> str:
    if not name or len(name.encode("utf-8", "replace")) > 200 or name.startswith("amq."):
        raise value.invalid("a name has 1 to 200 bytes and does not begin with 'amq.'")
    if not name.isprintable():
        raise value.invalid("a name is printable text")
    return name


def _exchange(name: str, value: YamlValue) -> Exchange:
    fields = value.fields(("type",))
    return Exchange(_name(value, name), cast(ExchangeType, fields["type"].one_of(get_args(ExchangeType))))


def _queue(name: str, value: YamlValue, exchanges: dict[str, Exchange]) -> Queue:
    _name(value, name)
    kind = dict(value.items()).get("type")
    if kind is None:
        raise value.invalid("needs the key 'type'")
    if kind.one_of(("quorum", "stream")) == "stream":
        fields = value.fields(("type", "max_age", "max_bytes", "segment_bytes"))
        stream = Stream(
            name,
            fields["max_age"].duration_seconds(),
            fields["max_bytes"].size_bytes(),
            fields["segment_bytes"].size_bytes(),
        )
        if stream.segment_bytes > stream.max_bytes:
            raise fields["segment_bytes"].invalid("must not exceed max_bytes, for retention drops whole segments")
        return stream
    # The delivery limit is not optional: unset means unlimited on RabbitMQ 3.10, so that poison would never end.
    fields = value.fields(("type", "delivery_limit", "max_length"), ("dead_letter_exchange",))
    target = fields.get("dead_letter_exchange")
    return QuorumQueue(
        name,
        max_length=fields["max_length"].whole(),
        delivery_limit=fields["delivery_limit"].whole(most=2**31 - 1),
        dead_letter_exchange=target.one_of(exchanges) if target else None,
    )


def _binding(value: YamlValue, exchanges: dict[str, Exchange], queues: dict[str, Queue]) -> Binding:
    fields = value.fields(("exchange", "routing_key"), ("queue", "to_exchange"))
    source = fields["exchange"].one_of(exchanges)
    routing_key = fields["routing_key"].text()
    if len(routing_key.encode("utf-8", "replace")) > 255:
        raise fields["routing_key"].invalid("a routing key has at most 255 bytes")
    if ("queue" in fields) == ("to_exchange" in fields):
        raise value.invalid("needs either 'queue' or 'to_exchange'")
    if "queue" in fields:
        return Binding(source, "queue", fields["queue"].one_of(queues), routing_key)
    return Binding(source, "exchange", fields["to_exchange"].one_of(exchanges), routing_key)


def _ladder(
    value: YamlValue, exchanges: dict[str, Exchange], queues: dict[str, Queue], bindings: list[Binding]
) -> tuple[tuple[Level, ...], int]:
    """Adds a fanout exchange and a queue for each level: the copy's routing key is its origin's name."""
    fields = value.fields(("exchange_prefix", "max_length", "levels", "max_attempts"))
    prefix = _name(fields["exchange_prefix"], fields["exchange_prefix"].text())
    max_length = fields["max_length"].whole()
    levels: list[Level] = []
    for item in fields["levels"].sequence():
        seconds = item.duration_seconds()
        if seconds > _MAX_TTL_SECONDS or (levels and seconds <= levels[-1].delay_seconds):
            raise item.invalid("levels rise, up to 1d")
        name = prefix + item.text()
        if name in exchanges or name in queues:
            raise item.invalid(f"its name {name!r} is taken")
        levels.append(Level(name, float(seconds)))
        exchanges[name] = Exchange(name, "fanout")
        queues[name] = QuorumQueue(name, max_length=max_length, dead_letter_exchange="", message_ttl_ms=seconds * 1000)
        bindings.append(Binding(name, "queue", name, ""))
    if not levels:
        raise fields["levels"].invalid("must hold a level at least")
    return tuple(levels), fields["max_attempts"].whole(most=1000)


def _user(name: str, value: YamlValue) -> tuple[User, Sender]:
    fields = value.fields(("permissions", "may_send"), ("tags",))
    allowed = fields["permissions"].fields(("configure", "write", "read"))
    permissions = Permissions(**{key: expression.regular_expression() for key, expression in allowed.items()})
    tags = tuple(sorted(fields["tags"].some_of(_TAGS))) if "tags" in fields else ()
    sends = fields["may_send"].fields(("sources", "actor_kinds", "lanes", "grants", "named_scripts"))
    sender = Sender(
        user=_name(value, name),
        sources=sends["sources"].some_of(get_args(Source)),
        actor_kinds=sends["actor_kinds"].some_of(get_args(ActorKind)),
        lanes=sends["lanes"].some_of(get_args(Lane)),
        grants=sends["grants"].boolean(),
        named_scripts=sends["named_scripts"].boolean(),
    )
    return User(name, permissions, tags), sender
