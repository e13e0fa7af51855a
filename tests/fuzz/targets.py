"""What is fuzzed: each target reads one input as the product does, and raises only where the product has a defect."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from bot.commands import Refusal, to_command
from bot.interaction import read_interaction
from bus import codec
from bus.envelopes import Command, Event, Reply
from bus.errors import InvalidMessage, TopologyInvalid
from bus.ids import new_id
from bus.topology import default_topology_path, load_topology
from bus.transport import Delivery
from models.catalogue import load_catalogue
from models.guild_rules import RulesInForce
from tests.fuzz.mutations import almost, torn
from workers.received import parse

__all__ = ["Target", "targets"]

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CATALOGUE = load_catalogue()
RULES = RulesInForce(CATALOGUE)
SENDERS = load_topology().senders
USERS = (*SENDERS, "nobody", None)


@dataclass(frozen=True, slots=True)
class Target:
    """`read` takes what `make` gives and raises nothing; `share` is its part of a long run."""

    name: str
    make: Callable[[Random], Any]
    read: Callable[[Any], None]
    share: float


def _commands() -> list[dict[str, Any]]:
    member = "1101000000000900004"
    options: dict[str, dict[str, Any]] = {
        "utility.ping": {},
        "moderation.ban": {"member": member, "reason": "spam", "delete_days": 1},
        "moderation.timeout": {"member": member, "minutes": 5},
        "roles.add": {"member": member, "role": member},
        "settings.set": {"key": "timezone", "value": "UTC", "expected_version": 3},
        "bulk.start": {"command": "moderation.kick", "members": [member], "options": {"reason": "raid"}},
    }
    shared: dict[str, Any] = {
        "version": 1, "guild_id": "1101000000000100000", "actor": {"kind": "user", "id": member, "name": "Ada"},
        "grant": {"permissions": "8", "at": "2026-01-02T03:04:05Z"}, "source": "bot", "lane": "interactive",
        "correlation_id": str(new_id(NOW)), "issued_at": "2026-01-02T03:04:05Z", "attempt": 1, "dry_run": False,
        "expires_at": "2026-01-02T03:19:05Z", "reply_to": {"application_id": "11", "token": "t", "channel_id": "12"},
    }  # fmt: skip
    return [{**shared, "id": str(new_id(NOW)), "type": type_, "options": given} for type_, given in options.items()]


def _others() -> list[dict[str, Any]]:
    event = {
        "id": str(new_id(NOW)), "type": "role.create", "guild_id": "1", "timestamp": "2026-01-02T03:04:05Z",
        "data": {"role_id": "2", "name": "x"}, "source": "bot", "version": 1, "audience": "viewer",
    }  # fmt: skip
    reply = {
        "command_id": str(new_id(NOW)), "guild_id": "1", "user_id": "2", "issued_at": "2026-01-02T03:04:05Z",
        "content": "done", "attempt": 1, "to": {"application_id": "11", "token": "t"},
    }  # fmt: skip
    return [event, reply]


def _interactions() -> list[dict[str, Any]]:
    member = {"user": {"id": "3", "username": "ada", "global_name": "Ada"}, "permissions": "8", "roles": ["4"]}
    shared: dict[str, Any] = {
        "id": "1440000000000000000", "application_id": "11", "type": 2, "token": "t", "guild_id": "1",
        "channel_id": "2", "member": member, "locale": "de",
    }  # fmt: skip
    ban = [{"name": "member", "type": 6, "value": "5"}, {"name": "reason", "type": 3, "value": "spam"}]
    add = [{"name": "member", "type": 6, "value": "5"}, {"name": "role", "type": 8, "value": "4"}]
    data = (
        {"id": "77", "name": "ban", "type": 1, "options": ban},
        {"id": "78", "name": "role", "type": 1, "options": [{"name": "add", "type": 1, "options": add}]},
        {"id": "79", "name": "ping", "type": 1},
    )
    return [{**shared, "data": one} for one in data]


def _body(document: Any) -> bytes:
    """JSON as a careless client writes it: NaN, halves of surrogate pairs and all."""
    return json.dumps(document).encode()


def _delivery(given: tuple[bytes, str, str | None]) -> Delivery:
    body, encoding, user = given
    packed = gzip.compress(body, 1) if encoding == "gzip" else body
    return Delivery(packed, "commands.interactive", "commands", "x", {}, encoding, user, False, 0, 1, 1)


def _read_delivery(given: tuple[bytes, str, str | None]) -> None:
    with suppress(InvalidMessage):
        received = parse(_delivery(given), catalogue=CATALOGUE, senders=SENDERS, now=NOW)
        assert codec.decode(codec.encode(received.command), Command) == received.command


def _read_others(body: bytes) -> None:
    for kind in (Event, Reply):
        with suppress(InvalidMessage):
            read = codec.decode(body, kind)
            assert codec.decode(codec.encode(read), kind) == read


def _read_interaction(document: Any) -> None:
    try:
        interaction = read_interaction(document)
    except InvalidMessage:
        return
    command = to_command(interaction, CATALOGUE, RULES)
    if not isinstance(command, Refusal):
        assert codec.decode(codec.encode(command), Command) == command


_LINES = default_topology_path().read_text().splitlines()
_SIGNS = [*":{}[],\"'#&*?|>-\n\t 019.", "", "\ud800", "\u2028", "!!python/object:os.system", "*a", "<<"]


def _edited(random: Random) -> bytes:
    lines = list(_LINES)
    for _ in range(random.randint(1, 4)):
        number, column = random.randrange(len(lines)), random.randrange(130)
        line = lines[number]
        lines[number] = line[:column] + random.choice(_SIGNS) + line[column + random.randint(0, 12) :]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


class _Topology:
    """A file to read from, one for each process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, text: bytes) -> None:
        self._path.write_bytes(text)
        with suppress(TopologyInvalid):
            load_topology(self._path)


_COMMANDS, _OTHERS, _INTERACTIONS = _commands(), _others(), _interactions()


def _a_delivery(random: Random) -> tuple[bytes, str, str | None]:
    body = torn(random, _body(almost(random, _COMMANDS)))
    return body, random.choice(("", "", "gzip", "br")), random.choice(USERS)


def targets(folder: Path) -> tuple[Target, ...]:
    """All of them; files are written below `folder`."""
    return (
        Target("commands", _a_delivery, _read_delivery, 0.45),
        Target("events and replies", lambda r: torn(r, _body(almost(r, _OTHERS))), _read_others, 0.25),
        Target("interactions", lambda r: almost(r, _INTERACTIONS), _read_interaction, 0.28),
        Target("topology.yaml", _edited, _Topology(folder / "topology.yaml").read, 0.02),
    )
