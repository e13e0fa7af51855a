"""Who may do what: Discord's bits, overwrites and role order, as pure functions.

https://discord.com/developers/docs/topics/permissions#permission-overwrites
"""

from __future__ import annotations

from enum import IntFlag

from sandbox.state import Channel, Guild, Member, Role

__all__ = ["ALL", "Permission", "base", "can_act_on", "highest_role", "in_channel", "is_above", "outranks_role"]


class Permission(IntFlag):
    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    MOVE_MEMBERS = 1 << 24
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    MODERATE_MEMBERS = 1 << 40


ALL = (1 << 53) - 1
_TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY


def base(guild: Guild, member: Member, now: float) -> int:
    """What a member may do in the guild as a whole."""
    if guild.owner_id == member.user_id:
        return ALL
    bits = guild.roles[guild.id].permissions
    for role_id in member.roles:
        if role_id in guild.roles:
            bits |= guild.roles[role_id].permissions
    if bits & Permission.ADMINISTRATOR:
        return ALL
    if member.communication_disabled_until and member.communication_disabled_until > now:
        # A timed-out member keeps only what is needed to read along.
        bits &= _TIMED_OUT
    return bits


def in_channel(guild: Guild, member: Member, channel: Channel, now: float) -> int:
    """What a member may do in one channel: @everyone's overwrite, then the roles' together, then their own."""
    bits = base(guild, member, now)
    if bits == ALL:
        return ALL
    rows = {row.id: row for row in channel.overwrites}
    if everyone := rows.get(guild.id):
        bits = (bits & ~everyone.deny) | everyone.allow
    allow = deny = 0
    for role_id in member.roles:
        if row := rows.get(role_id):
            allow |= row.allow
            deny |= row.deny
    bits = (bits & ~deny) | allow
    if own := rows.get(member.user_id):
        bits = (bits & ~own.deny) | own.allow
    if not bits & Permission.VIEW_CHANNEL:
        return 0
    if member.communication_disabled_until and member.communication_disabled_until > now:
        bits &= _TIMED_OUT
    return bits


def is_above(one: Role, other: Role) -> bool:
    """Higher position wins; at the same position the older (smaller) id does."""
    return (one.position, -one.id) > (other.position, -other.id)


def highest_role(guild: Guild, member: Member) -> Role:
    best = guild.roles[guild.id]
    for role_id in member.roles:
        role = guild.roles.get(role_id)
        if role is not None and is_above(role, best):
            best = role
    return best


def outranks_role(guild: Guild, actor: Member, role: Role) -> bool:
    return guild.owner_id == actor.user_id or is_above(highest_role(guild, actor), role)


def can_act_on(guild: Guild, actor: Member, target: Member) -> bool:
    """Kick, ban, rename or time out: nobody touches the owner, everybody else needs the higher role."""
    if target.user_id == guild.owner_id:
        return False
    if actor.user_id == guild.owner_id:
        return True
    return is_above(highest_role(guild, actor), highest_role(guild, target))
