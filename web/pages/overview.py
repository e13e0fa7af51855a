"""A server's overview: what is wrong and how to mend it, what each module did, what happened in the last hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models import control, settings_store
from models.analytics import CommandUse, Span, command_use
from models.command_rules import rules_of
from models.events import may_see
from models.outcome import CommandState
from models.queries import CommandFilter, list_commands
from models.spec import CommandSpec
from web.command_view import visible_records
from web.live.encoding import LiveEvent
from web.pages.approvals import waiting_for
from web.pages.session import admit_page, page_context
from web.pages.troubles import state_of_things, troubles_of
from web.parts import parts_of
from web.standing import Admitted

__all__ = ["Module", "counts_by_minute", "modules_of", "overview"]

_MINUTES = 60
_LATEST = 6
_ICONS = {
    "moderation": "shield",
    "roles": "tag",
    "channels": "hash",
    "messages": "message-square",
    "server": "server",
    "settings": "sliders-horizontal",
    "utility": "wrench",
    "webhooks": "webhook",
    "admin": "megaphone",
}
_FAILED: tuple[CommandState, ...] = ("failed", "dead", "in_doubt")


@dataclass(frozen=True, slots=True)
class Module:
    """One area of commands: how many there are and are on, and what they did in the last day."""

    name: str
    icon: str
    commands: int
    on: int
    runs: int
    failed: int

    @property
    def state(self) -> tuple[str, str, int]:
        """Colour, the catalogue's word below `overview`, and how many it is about."""
        if self.on == 0:
            return "", "module_off", self.commands
        if self.failed:
            return "bad", "some_failed", self.failed
        if self.on == self.commands:
            return "good", "module_on", self.on
        return "warn", "some_off", self.commands - self.on


async def overview(request: Request) -> Response:
    admitted = await admit_page(request, "events.read")
    parts, guild_id = parts_of(request), int(admitted.guild.id)
    now = parts.clock.now()
    stored, switches = await settings_store.get(parts.database, guild_id), await control.switches(parts.database)
    used = await command_use(parts.database, guild_id, Span(now - timedelta(days=1), now, "hour"))
    latest = await list_commands(parts.database, guild_id, CommandFilter(), limit=_LATEST * 3)
    minutes = counts_by_minute(
        (event.at for event in parts.ring.newest(guild_id) if _sees(event, admitted)), now.timestamp()
    )
    context = {
        **page_context(admitted, section="overview"),
        "modules": modules_of(parts.catalogue.by_type.values(), stored.data, switches, guild_id, used),
        "troubles": troubles_of(await state_of_things(parts, admitted)),
        "waiting": await waiting_for(parts, admitted),
        "minutes": minutes,
        "runs": sum(one.total for one in used),
        "failed": sum(one.states.get(state, 0) for one in used for state in _FAILED),
        "latest": visible_records(latest.items, parts.catalogue, admitted.principal, admitted.standing)[:_LATEST],
    }
    return parts.pages.render(request, "overview.html", context)


def modules_of(
    specs: Iterable[type[CommandSpec]],
    settings: Mapping[str, Any],
    switches: control.Switches,
    guild_id: int,
    used: Iterable[CommandUse],
) -> list[Module]:
    """The areas in the catalogue's order; what only scripts may do belongs to no server's modules."""
    uses = {one.type: one for one in used}
    areas: dict[str, list[type[CommandSpec]]] = {}
    for spec in specs:
        if spec.slash is not None:
            areas.setdefault(spec.area(), []).append(spec)
    return [
        Module(
            name=area,
            icon=_ICONS.get(area, "boxes"),
            commands=len(own),
            on=sum(rules_of(settings, spec).enabled and switches.refusal(spec.type, guild_id) is None for spec in own),
            runs=sum(uses[spec.type].total for spec in own if spec.type in uses),
            failed=sum(uses[spec.type].states.get(state, 0) for spec in own if spec.type in uses for state in _FAILED),
        )
        for area, own in areas.items()
    ]


def counts_by_minute(moments: Iterable[float], now: float) -> list[int]:
    """Events of the last hour (Unix seconds) by minute, oldest first."""
    counts = [0] * _MINUTES
    for moment in moments:
        minute = int((now - moment) // 60)
        if 0 <= minute < _MINUTES:
            counts[_MINUTES - 1 - minute] += 1
    return counts


def _sees(event: LiveEvent, admitted: Admitted) -> bool:
    viewer = admitted.principal.id
    return may_see(audience=event.audience, actor_id=event.actor_id, viewer_id=viewer, level=admitted.standing.level)
