"""Members: join, leave, kick, change, ban. https://discord.com/developers/docs/resources/guild"""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.acts.audit import Action, record
from sandbox.clock import iso
from sandbox.state import Ban, Guild, Member, User
from sandbox.world import World

__all__ = ["ban", "change", "join", "kick", "leave", "unban"]


def join(world: World, guild: Guild, user: User) -> Member:
    member = Member(user_id=user.id, joined_at=world.now())
    guild.members[user.id] = member
    payload = payloads.member(member, user) | {"guild_id": str(guild.id)}
    world.emit("GUILD_MEMBER_ADD", payload, guild_id=guild.id)
    return member


def leave(world: World, guild: Guild, user: User) -> None:
    guild.members.pop(user.id, None)
    payload = {"guild_id": str(guild.id), "user": payloads.user(user)}
    world.emit("GUILD_MEMBER_REMOVE", payload, guild_id=guild.id)


def kick(world: World, guild: Guild, user: User, *, actor_id: int, reason: str | None) -> None:
    record(world, guild, Action.MEMBER_KICK, actor_id=actor_id, target_id=user.id, reason=reason)
    leave(world, guild, user)


def ban(world: World, guild: Guild, user: User, *, actor_id: int, reason: str | None) -> bool:
    """False if the user was banned already: nothing changes then, not even the reason."""
    if user.id in guild.bans:
        return False
    guild.bans[user.id] = Ban(user_id=user.id, reason=reason)
    payload = {"guild_id": str(guild.id), "user": payloads.user(user)}
    world.emit("GUILD_BAN_ADD", payload, guild_id=guild.id)
    record(world, guild, Action.MEMBER_BAN_ADD, actor_id=actor_id, target_id=user.id, reason=reason)
    if user.id in guild.members:
        leave(world, guild, user)
    return True


def unban(world: World, guild: Guild, user: User, *, actor_id: int, reason: str | None) -> None:
    del guild.bans[user.id]
    payload = {"guild_id": str(guild.id), "user": payloads.user(user)}
    world.emit("GUILD_BAN_REMOVE", payload, guild_id=guild.id)
    record(world, guild, Action.MEMBER_BAN_REMOVE, actor_id=actor_id, target_id=user.id, reason=reason)


def change(
    world: World, guild: Guild, member: Member, wanted: dict[str, Any], *, actor_id: int, reason: str | None
) -> bool:
    """Sets `nick`, `roles` (ids), `communication_disabled_until` (Unix seconds or None), `mute`, `deaf`.

    False if all was so already. Roles and the rest are separate entries in the audit log, as with Discord.
    """
    before = {key: getattr(member, key) for key in wanted}
    changed = {key: value for key, value in wanted.items() if _differs(before[key], value)}
    if not changed:
        return False
    for key, value in changed.items():
        setattr(member, key, value)
    user = world.state.users[member.user_id]
    payload = payloads.member(member, user) | {"guild_id": str(guild.id)}
    world.emit("GUILD_MEMBER_UPDATE", payload, guild_id=guild.id)
    plain = [
        {"key": key, "old_value": _shown(key, before[key]), "new_value": _shown(key, value)}
        for key, value in changed.items()
        if key != "roles"
    ]
    if "roles" in changed:
        rows = _role_changes(guild, before["roles"], changed["roles"])
        record(
            world, guild, Action.MEMBER_ROLE_UPDATE,
            actor_id=actor_id, target_id=user.id, reason=reason, changes=rows,
        )  # fmt: skip
    if plain:
        record(world, guild, Action.MEMBER_UPDATE, actor_id=actor_id, target_id=user.id, reason=reason, changes=plain)
    return True


def _differs(old: Any, new: Any) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        return set(old) != set(new)
    return bool(old != new)


def _shown(key: str, value: Any) -> Any:
    if key == "communication_disabled_until" and value is not None:
        return iso(value)
    return value


def _role_changes(guild: Guild, old: list[int], new: list[int]) -> list[dict[str, Any]]:
    rows = []
    for key, ids in (("$add", set(new) - set(old)), ("$remove", set(old) - set(new))):
        if ids:
            named = [{"id": str(i), "name": guild.roles[i].name if i in guild.roles else ""} for i in sorted(ids)]
            rows.append({"key": key, "new_value": named})
    return rows
