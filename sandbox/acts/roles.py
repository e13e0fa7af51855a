"""Roles: create, change, delete."""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.acts.audit import Action, record
from sandbox.state import Guild, Role
from sandbox.world import World

__all__ = ["change", "create", "delete"]


def _payload(guild: Guild, role: Role) -> dict[str, Any]:
    return {"guild_id": str(guild.id), "role": payloads.role(role)}


def create(world: World, guild: Guild, fields: dict[str, Any], *, actor_id: int, reason: str | None) -> Role:
    """New roles come right above @everyone and push the others up."""
    for other in guild.roles.values():
        if other.position >= 1:
            other.position += 1
    values: dict[str, Any] = {"name": "new role", "permissions": guild.roles[guild.id].permissions} | fields
    role = Role(id=world.new_id(), position=1, **values)
    guild.roles[role.id] = role
    world.emit("GUILD_ROLE_CREATE", _payload(guild, role), guild_id=guild.id)
    changes = [{"key": key, "new_value": _shown(key, value)} for key, value in values.items()]
    record(world, guild, Action.ROLE_CREATE, actor_id=actor_id, target_id=role.id, reason=reason, changes=changes)
    return role


def change(
    world: World, guild: Guild, role: Role, fields: dict[str, Any], *, actor_id: int, reason: str | None
) -> bool:
    """False if all was so already."""
    changes = []
    for key, value in fields.items():
        old = getattr(role, key)
        if old != value:
            changes.append({"key": key, "old_value": _shown(key, old), "new_value": _shown(key, value)})
            setattr(role, key, value)
    if not changes:
        return False
    world.emit("GUILD_ROLE_UPDATE", _payload(guild, role), guild_id=guild.id)
    record(world, guild, Action.ROLE_UPDATE, actor_id=actor_id, target_id=role.id, reason=reason, changes=changes)
    return True


def delete(world: World, guild: Guild, role: Role, *, actor_id: int, reason: str | None) -> None:
    del guild.roles[role.id]
    for member in guild.members.values():
        if role.id in member.roles:
            member.roles.remove(role.id)
    for other in guild.roles.values():
        if other.position > role.position:
            other.position -= 1
    world.emit("GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role.id)}, guild_id=guild.id)
    changes = [{"key": "name", "old_value": role.name}]
    record(world, guild, Action.ROLE_DELETE, actor_id=actor_id, target_id=role.id, reason=reason, changes=changes)


def _shown(key: str, value: Any) -> Any:
    return str(value) if key == "permissions" else value
