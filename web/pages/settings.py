"""A server's settings: its own and those of each command, with Discord's own permission beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from models import settings_store
from models.checks import permission_names
from models.command_overrides import Overrides
from models.command_rules import key_of
from models.permissions import Permission, missing
from models.spec import CommandSpec, summary_of
from models.tables.guilds import RoleRow
from web.api.settings import Setting, settings_view, versions_of
from web.guild_lookup import Channel, Role, channels_of, names_of, roles_of
from web.pages.session import admit_page, page_context
from web.parts import Parts, parts_of

__all__ = ["settings_page"]

_VERSIONS_SHOWN = 10
_NO_TEXT = frozenset((2, 4, 13))  # voice, category, stage: https://discord.com/developers/docs/resources/channel
_FIELDS = ("enabled", "roles", "channels", "user_cooldown", "guild_cooldown", "private_reply")


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """Whom or where: `key` is a text of the catalogue where it is everybody or every channel, else `name` says it."""

    allowed: bool
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command and its settings; `holders` are the roles that have Discord's permission for it, `overrides` what an
    admin set for it on Discord."""

    type: str
    slash: str | None
    description: str
    permission: str
    holders: list[str]
    overrides: list[OverrideRow]
    always_possible: bool
    fields: dict[str, Setting]


async def settings_page(request: Request) -> Response:
    admitted = await admit_page(request, "settings.read")
    parts, guild_id = parts_of(request), admitted.guild.id
    stored = await settings_store.get(parts.database, int(guild_id))
    settings = settings_view(stored, parts.catalogue)
    by_key = {setting.key: setting for setting in settings.items}
    roles = await roles_of(parts.database, guild_id)
    channels = [one for one in await channels_of(parts.database, guild_id) if one.kind not in _NO_TEXT]
    versions = await versions_of(parts, guild_id, None, _VERSIONS_SHOWN)
    overrides = await parts.overrides.of(int(guild_id))
    shown = await _shown_overrides(parts, int(guild_id), overrides or {}, roles, channels)
    context = {
        **page_context(admitted, section="settings"),
        "settings": settings,
        "server": [setting for setting in settings.items if setting.command is None],
        "areas": await _areas(parts, int(guild_id), by_key, shown),
        "overrides_known": overrides is not None,
        "overrides_of_all": shown.get("", []),
        "channels": channels,
        "versions": versions.items,
        "data": {
            "version": settings.version,
            "settings": [{"key": one.key, "value": one.value, "default": one.default} for one in settings.items],
            "roles": [{"id": str(int(role.id)), "name": role.name} for role in roles],
            "channels": [{"id": str(int(channel.id)), "name": channel.name} for channel in channels],
        },
    }
    return parts.pages.render(request, "settings.html", context)


async def _shown_overrides(
    parts: Parts, guild_id: int, overrides: Mapping[str, Overrides], roles: list[Role], channels: list[Channel]
) -> dict[str, list[OverrideRow]]:
    """By top-level command, "" for all of them, with names for ids."""
    rules = {name: found.own if name else found.shared for name, found in overrides.items()}
    people = await names_of(parts.database, {one.id for own in rules.values() for one in own if one.kind == "user"})
    names = {
        "role": {int(role.id): f"@{role.name}" for role in roles},
        "channel": {int(channel.id): f"#{channel.name}" for channel in channels},
        "user": {int(person): name for person, name in people.items()},
    }
    everybody = {("role", guild_id): "settings.everybody", ("channel", guild_id - 1): "settings.every_channel"}
    return {
        name: [
            OverrideRow(
                one.allowed, everybody.get((one.kind, one.id), ""), names[one.kind].get(one.id, f"{one.kind} {one.id}")
            )
            for one in own
        ]
        for name, own in rules.items()
        if own
    }


async def _areas(
    parts: Parts, guild_id: int, by_key: Mapping[str, Setting], overrides: Mapping[str, list[OverrideRow]]
) -> list[tuple[str, list[CommandRow]]]:
    rows = await RoleRow.filter(guild_id=guild_id).using_db(parts.database.client).order_by("-position", "id")
    areas: dict[str, list[CommandRow]] = defaultdict(list)
    for spec in parts.catalogue.by_type.values():
        if spec.people:
            areas[spec.area()].append(_row(spec, rows, by_key, overrides))
    return sorted(areas.items())


def _row(
    spec: type[CommandSpec],
    roles: list[RoleRow],
    by_key: Mapping[str, Setting],
    overrides: Mapping[str, list[OverrideRow]],
) -> CommandRow:
    holders = [role.name for role in roles if spec.permission and not missing(role.permissions, spec.permission)]
    return CommandRow(
        type=spec.type,
        slash=spec.slash,
        description=summary_of(spec),
        permission=permission_names(Permission(spec.permission)),
        holders=holders,
        overrides=overrides.get((spec.slash or "").split(" ")[0], []) if spec.slash else [],
        always_possible=spec.always_possible,
        fields={} if spec.always_possible else {name: by_key[key_of(spec.type, name)] for name in _fields_of(spec)},
    )


def _fields_of(spec: type[CommandSpec]) -> tuple[str, ...]:
    return (*_FIELDS, "approval") if spec.destructive else _FIELDS
