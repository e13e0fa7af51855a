"""What the bot may do: Discord's permission and role-order checks, each with Discord's error."""

from __future__ import annotations

from sandbox.errors import MISSING_ACCESS, MISSING_PERMISSIONS
from sandbox.permissions import Permission, base, can_act_on, in_channel, outranks_role
from sandbox.state import Channel, Guild, Member, Role
from sandbox.world import World

__all__ = ["above_member", "above_role", "may", "may_in", "own"]


def own(world: World, guild: Guild) -> Member:
    return guild.members[world.bot_id]


def may(world: World, guild: Guild, needed: Permission) -> None:
    if not base(guild, own(world, guild), world.now()) & needed:
        raise MISSING_PERMISSIONS.error()


def may_in(world: World, guild: Guild | None, channel: Channel, needed: Permission) -> None:
    """50001 if the bot doesn't even see the channel. In direct messages everything is allowed."""
    if guild is None:
        return
    bits = in_channel(guild, own(world, guild), channel, world.now())
    if not bits & Permission.VIEW_CHANNEL:
        raise MISSING_ACCESS.error()
    if bits & needed != needed:
        raise MISSING_PERMISSIONS.error()


def above_member(world: World, guild: Guild, target: Member) -> None:
    if not can_act_on(guild, own(world, guild), target):
        raise MISSING_PERMISSIONS.error()


def above_role(world: World, guild: Guild, role: Role) -> None:
    if not outranks_role(guild, own(world, guild), role):
        raise MISSING_PERMISSIONS.error()
