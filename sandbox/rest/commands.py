"""Registering application commands, globally (scope 0) or for a guild."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.commands.validate import MAX_COMMANDS, check_all, check_command
from sandbox.errors import MAX_COMMANDS as TOO_MANY
from sandbox.errors import (
    MAX_DAILY_CREATES,
    MISSING_ACCESS,
    UNKNOWN_COMMAND,
    ApiError,
    FormErrors,
)
from sandbox.rest.call import Answer, Call
from sandbox.world import World

__all__ = [
    "create_command", "delete_command", "edit_command", "get_command", "get_permissions", "list_commands",
    "overwrite_commands",
]  # fmt: skip

_KEPT = (
    "name", "name_localizations", "description", "description_localizations", "options",
    "default_member_permissions", "dm_permission", "default_permission", "type", "nsfw", "contexts",
    "integration_types",
)  # fmt: skip


_SCOPE = "applications.commands.update"


def _scope(world: World, call: Call) -> int:
    if call.scopes is not None and _SCOPE not in call.scopes:
        raise MISSING_ACCESS.error()
    if call.ids["application_id"] != world.settings.application_id:
        raise MISSING_ACCESS.error()
    guild_id = call.ids.get("guild_id", 0)
    if guild_id and (guild_id not in world.state.guilds or world.state.guilds[guild_id].bot_removed):
        raise MISSING_ACCESS.error()
    return guild_id


def _rows(world: World, scope: int) -> dict[int, dict[str, Any]]:
    return world.state.commands.setdefault(scope, {})


def _stored(world: World, scope: int, wanted: dict[str, Any], command_id: int) -> dict[str, Any]:
    """The command as Discord shows it: defaults filled in, an id, a version."""
    row: dict[str, Any] = {
        "id": str(command_id),
        "application_id": str(world.settings.application_id),
        "version": str(world.new_id()),
        "type": 1,
        "description": "",
        "name_localizations": None,
        "description_localizations": None,
        "default_member_permissions": None,
        "default_permission": True,
        "nsfw": False,
        "options": [],
        "integration_types": [0],
        "contexts": None,
    }
    row |= {key: wanted[key] for key in _KEPT if key in wanted and wanted[key] is not None}
    if row["default_member_permissions"] is not None:
        row["default_member_permissions"] = str(row["default_member_permissions"])
    if scope:
        row["guild_id"] = str(scope)
    else:
        row.setdefault("dm_permission", True)
    return row


def _same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return {**old, "version": ""} == {**new, "version": ""}


def _count_creates(world: World, scope: int, n: int) -> None:
    """Discord allows 200 creations per day and scope; names that exist are updates and free."""
    if n == 0:
        return
    day = datetime.fromtimestamp(world.now(), UTC).date().isoformat()
    key = f"{day}:{scope}"
    used = world.state.command_creates.get(key, 0)
    if used + n > world.settings.daily_command_creates:
        raise MAX_DAILY_CREATES.error()
    world.state.command_creates[key] = used + n


def _changed(world: World, scope: int) -> None:
    world.touch()
    world.feed.publish("commands", {"scope": str(scope)})


def list_commands(world: World, call: Call) -> Answer:
    scope = _scope(world, call)
    full = call.query.get("with_localizations", "").lower() in ("1", "true")
    rows = list(_rows(world, scope).values())
    return Answer(body=rows if full else [_without_localizations(row) for row in rows])


def _without_localizations(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if not key.endswith("_localizations")}


def overwrite_commands(world: World, call: Call) -> Answer:
    """PUT: what is not in the list is deleted; what has the same name and type keeps its id."""
    scope = _scope(world, call)
    wanted = call.body
    if not isinstance(wanted, list):
        errors = {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": "Only iterables may be used in a ListType"}]}
        raise ApiError(400, 50035, "Invalid Form Body", errors)
    if len(wanted) > MAX_COMMANDS:
        raise TOO_MANY.error()
    problems = FormErrors()
    check_all(wanted, problems)
    problems.raise_if_any()
    known = {(row["name"], row["type"]): row for row in _rows(world, scope).values()}
    _count_creates(world, scope, sum((row["name"], row.get("type") or 1) not in known for row in wanted))
    rows: dict[int, dict[str, Any]] = {}
    changed = len(wanted) != len(known)
    for entry in wanted:
        old = known.get((entry["name"], entry.get("type") or 1))
        command_id = int(old["id"]) if old else world.new_id()
        row = _stored(world, scope, entry, command_id)
        if old is not None and _same(old, row):
            row = old
        else:
            changed = True
        rows[command_id] = row
    world.state.commands[scope] = rows
    _changed(world, scope)
    return Answer(body=list(rows.values()), changed=changed)


def create_command(world: World, call: Call) -> Answer:
    """201 for a new one; with a name that exists it is an upsert and 200."""
    scope = _scope(world, call)
    wanted = call.dictionary()
    problems = FormErrors()
    check_command(wanted, problems)
    problems.raise_if_any()
    rows = _rows(world, scope)
    kind = wanted.get("type") or 1
    old = next((row for row in rows.values() if (row["name"], row["type"]) == (wanted["name"], kind)), None)
    if old is None:
        if sum(row["type"] == kind for row in rows.values()) >= MAX_COMMANDS:
            raise TOO_MANY.error()
        _count_creates(world, scope, 1)
    command_id = int(old["id"]) if old else world.new_id()
    rows[command_id] = _stored(world, scope, wanted, command_id)
    _changed(world, scope)
    return Answer(status=200 if old else 201, body=rows[command_id], target=command_id)


def _existing(world: World, call: Call) -> tuple[int, dict[str, Any]]:
    scope = _scope(world, call)
    row = _rows(world, scope).get(call.ids["command_id"])
    if row is None:
        raise UNKNOWN_COMMAND.error()
    return scope, row


def get_command(world: World, call: Call) -> Answer:
    return Answer(body=_existing(world, call)[1])


def edit_command(world: World, call: Call) -> Answer:
    scope, old = _existing(world, call)
    wanted = {key: value for key, value in (old | call.dictionary()).items() if key in _KEPT}
    problems = FormErrors()
    check_command(wanted, problems)
    problems.raise_if_any()
    command_id = int(old["id"])
    _rows(world, scope)[command_id] = _stored(world, scope, wanted, command_id)
    _changed(world, scope)
    return Answer(body=_rows(world, scope)[command_id], target=command_id)


def delete_command(world: World, call: Call) -> Answer:
    scope, old = _existing(world, call)
    del _rows(world, scope)[int(old["id"])]
    _changed(world, scope)
    return Answer(status=204, target=old["id"])


def get_permissions(world: World, call: Call) -> Answer:
    """Of every command that has any, as the control API set them (on Discord it is an admin, in the client)."""
    guild_id, application_id = _scope(world, call), world.settings.application_id
    rows = world.state.command_permissions.get(guild_id, {})
    shared = {"application_id": str(application_id), "guild_id": str(guild_id)}
    return Answer(body=[{"id": str(id), "permissions": said, **shared} for id, said in rows.items() if said])
