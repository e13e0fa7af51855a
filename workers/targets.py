"""Whom and what a command is about: looked up in guild state, and asked of Discord where that does not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bus.ids import Snowflake
from models.checks import Trouble, of_targets
from models.ranks import Ranks
from models.spec import options_of
from workers.ports import Discord
from workers.work import Work

__all__ = ["Surroundings", "check_targets", "member_behind", "roles_of"]


class Surroundings(Protocol):
    """Guild state about channels and ranks; what it does not know is left out of its answers."""

    async def guild_of_channels(self, channel_ids: Sequence[int]) -> dict[int, int]: ...

    async def roles_of(self, guild_id: Snowflake, user_id: int) -> frozenset[int] | None: ...

    async def ranks(self, guild_id: Snowflake, user_ids: Sequence[int], role_ids: Sequence[int]) -> Ranks: ...


async def roles_of(
    guild_id: Snowflake, user_id: int, *, surroundings: Surroundings, discord: Discord
) -> frozenset[int] | None:
    """A member's roles, @everyone's with them; None for who is no member. Raises what Discord's port raises."""
    known = await surroundings.roles_of(guild_id, user_id)
    if known is None:
        member = await discord.member(guild_id, user_id)
        known = None if member is None else frozenset(map(int, member["roles"]))
    return None if known is None else known | {int(guild_id)}


async def check_targets(work: Work, *, surroundings: Surroundings, discord: Discord) -> Trouble | None:
    """Why the command's targets are out of its reach, or None. Raises what Discord's port raises."""
    guild_id, options, spec = work.command.guild_id, work.options, work.spec
    if guild_id is None:
        return None
    kinds = {option.name: option.kind for option in options_of(spec)}
    channels = [getattr(options, name) for name, kind in kinds.items() if kind == "channel"]
    foreign = await _foreign([channel for channel in channels if channel], guild_id, surroundings, discord)
    actor_id = member_behind(work)
    if not spec.outrank or actor_id is None:
        return of_targets(actor_rank=None, target_ranks={}, foreign_channels=foreign)
    members = {name: int(getattr(options, name)) for name in spec.outrank if kinds[name] == "member"}
    roles = {name: int(getattr(options, name)) for name in spec.outrank if kinds[name] == "role"}
    asked = sorted({actor_id, *members.values()})
    known = await surroundings.ranks(guild_id, asked, sorted(roles.values()))
    if actor_id not in known.members or any(role not in known.roles for role in roles.values()):
        known = await discord.ranks(guild_id, asked)
    # Somebody who is no member can be banned by anybody who may ban; a role that is nowhere is Discord's to refuse.
    targets = {name: known.members[member] for name, member in members.items() if member in known.members}
    targets |= {name: known.roles[role] for name, role in roles.items() if role in known.roles}
    return of_targets(actor_rank=known.members.get(actor_id, 0), target_ranks=targets, foreign_channels=foreign)


def member_behind(work: Work) -> int | None:
    """Whose rank and roles count: the person's, or those of whose key it is; None for what is no member."""
    if work.command.actor.kind == "user":
        return int(Snowflake(work.command.actor.id))
    owner_id = None if work.authority is None else work.authority.owner_id
    return None if owner_id is None else int(owner_id)


async def _foreign(
    channels: Sequence[int], guild_id: Snowflake, surroundings: Surroundings, discord: Discord
) -> list[int]:
    """Those of another guild or of none. One that Discord does not show to the bot is Discord's to refuse."""
    if not channels:
        return []
    known = await surroundings.guild_of_channels(channels)
    foreign = []
    for channel in channels:
        home = known[channel] if channel in known else await discord.guild_of_channel(channel)
        if home is not None and home != guild_id:
            foreign.append(int(channel))
    return foreign
