"""Commands as JSON, and who may look at which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bus import codec
from bus.envelopes import Audience
from models.catalogue import Catalogue
from models.command_record import CommandRecord
from models.events import may_see
from web.authorization import Standing
from web.principal import Principal

__all__ = ["may_read", "record_view", "visible_records"]

_HIDDEN = ("channel_id", "ephemeral", "locale", "lease_until")


def record_view(record: CommandRecord) -> dict[str, Any]:
    """What the API says of a command: the ledger's row without what only the workers need."""
    view: dict[str, Any] = codec.to_builtins(record)
    for name in _HIDDEN:
        del view[name]
    view["attempts"] = view.pop("attempt")
    return view


def may_read(record: CommandRecord, catalogue: Catalogue, principal: Principal, standing: Standing) -> bool:
    """The same rule as for the command's events: everybody sees what they caused themselves."""
    spec = catalogue.by_type.get(record.type)
    audience: Audience = "admin" if spec is None else spec.audience
    actor_id = record.actor.id if record.actor.kind == "user" else None
    viewer_id = principal.id if principal.kind == "user" else principal.key
    return may_see(audience=audience, actor_id=actor_id, viewer_id=viewer_id, level=standing.level)


def visible_records(
    records: Iterable[CommandRecord], catalogue: Catalogue, principal: Principal, standing: Standing
) -> list[CommandRecord]:
    return [record for record in records if may_read(record, catalogue, principal, standing)]
