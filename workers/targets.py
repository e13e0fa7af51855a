"""Whom and what a command is about: looked up in guild state, and asked of Discord where that does not know."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bus.ids import Snowflake
from models.checks import Trouble, of_targets
from models.spec import options_of
from workers.asked import Asked, member_behind
from workers.ports import Discord

__all__ = ["Known", "Surroundings", "Targets", "ask_discord", "look_up", "roles_of", "targets_of"]

_InGuild = tuple[int, int]


class Surroundings(Protocol):
    """Guild state about channels and ranks, by (guild, own id); what it does not know is left out of its answers."""

    async def guild_of_channels(self, channel_ids: Sequence[int]) -> Mapping[int, int]: ...

    async def roles_of(self, guild_id: Snowflake, user_id: int) -> frozenset[int] | None: ...

    async def member_ranks(self, members: Sequence[_InGuild]) -> Mapping[_InGuild, int]: ...

    async def role_ranks(self, roles: Sequence[_InGuild]) -> Mapping[_InGuild, int]: ...


@dataclass(frozen=True, slots=True)
class Known:
    """The guild of each channel, and the rank of each member and role by (guild, own id)."""

    homes: Mapping[int, int]
    members: Mapping[_InGuild, int]
    roles: Mapping[_InGuild, int]


@dataclass(frozen=True, slots=True)
class Targets:
    """What must be looked up before a command may run: its channels' guild, and who has to stand below whom.

    `actor_id` is None where ranks do not count; `members` and `roles` are by option.
    """

    guild_id: int
    channels: Sequence[int]
    actor_id: int | None
    members: Mapping[str, int]
    roles: Mapping[str, int]

    @property
    def people(self) -> Sequence[_InGuild]:
        """Whose ranks are needed."""
        ids = () if self.actor_id is None else sorted({self.actor_id, *self.members.values()})
        return [(self.guild_id, id_) for id_ in ids]

    def unknown_channels(self, known: Known) -> Sequence[int]:
        return [channel for channel in self.channels if channel not in known.homes]

    def ranks_unknown(self, known: Known) -> bool:
        """Whether guild state cannot compare: somebody who is no member can be banned by anybody who may ban."""
        if self.actor_id is None:
            return False
        missing = any((self.guild_id, role) not in known.roles for role in self.roles.values())
        return missing or (self.guild_id, self.actor_id) not in known.members

    def trouble(self, known: Known) -> Trouble | None:
        """Why they are out of the command's reach, or None. A role that is nowhere is Discord's to refuse, and so is a
        channel that Discord does not show to the bot."""
        guild_id = self.guild_id
        homes = {channel: known.homes.get(channel, guild_id) for channel in self.channels}
        foreign = [channel for channel, home in homes.items() if home != guild_id]
        if self.actor_id is None:
            return of_targets(actor_rank=None, target_ranks={}, foreign_channels=foreign)
        below = [(name, known.members.get((guild_id, id_))) for name, id_ in self.members.items()]
        below += [(name, known.roles.get((guild_id, id_))) for name, id_ in self.roles.items()]
        return of_targets(
            actor_rank=known.members.get((guild_id, self.actor_id), 0),
            target_ranks={name: rank for name, rank in below if rank is not None},
            foreign_channels=foreign,
        )


def targets_of(asked: Asked) -> Targets | None:
    """What has to be looked up for a command, or None where nothing has to be."""
    guild_id, options, spec = asked.command.guild_id, asked.options, asked.spec
    if guild_id is None:
        return None
    kinds = {option.name: option.kind for option in options_of(spec)}
    given = (getattr(options, name) for name, kind in kinds.items() if kind == "channel")
    channels = [int(channel) for channel in given if channel]
    actor_id = member_behind(asked) if spec.outrank else None
    if not channels and actor_id is None:
        return None

    def outranked(wanted: str) -> dict[str, int]:
        if actor_id is None:
            return {}
        return {name: int(getattr(options, name)) for name in spec.outrank if kinds[name] == wanted}

    return Targets(int(guild_id), channels, actor_id, outranked("member"), outranked("role"))


async def look_up(all_targets: Sequence[Targets], surroundings: Surroundings) -> Known:
    """What guild state knows of them, one question of each kind for all."""
    homes, members, roles = await asyncio.gather(
        surroundings.guild_of_channels([channel for targets in all_targets for channel in targets.channels]),
        surroundings.member_ranks([one for targets in all_targets for one in targets.people]),
        surroundings.role_ranks([(targets.guild_id, id_) for targets in all_targets for id_ in targets.roles.values()]),
    )
    return Known(homes, members, roles)


async def ask_discord(targets: Targets, known: Known, discord: Discord) -> Known:
    """`known`, and what guild state did not know. Raises what Discord's port raises."""
    homes = dict(known.homes)
    for channel in targets.unknown_channels(known):
        home = await discord.guild_of_channel(channel)
        if home is not None:
            homes[channel] = home
    if not targets.ranks_unknown(known):
        return replace(known, homes=homes)
    guild_id = targets.guild_id
    ranks = await discord.ranks(guild_id, [id_ for _, id_ in targets.people])
    return Known(
        homes,
        {(guild_id, id_): rank for id_, rank in ranks.members.items()},
        {(guild_id, id_): rank for id_, rank in ranks.roles.items()},
    )


async def roles_of(
    guild_id: Snowflake, user_id: int, *, surroundings: Surroundings, discord: Discord
) -> frozenset[int] | None:
    """A member's roles, @everyone's with them; None for who is no member. Raises what Discord's port raises."""
    known = await surroundings.roles_of(guild_id, user_id)
    if known is None:
        member = await discord.member(guild_id, user_id)
        known = None if member is None else frozenset(map(int, member["roles"]))
    return None if known is None else known | {int(guild_id)}
