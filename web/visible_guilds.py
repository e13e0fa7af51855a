"""Which guilds somebody sees, and where they could invite the bot."""

from __future__ import annotations

from dataclasses import dataclass

from bus.ids import Snowflake
from models.permissions import Permission
from web.guild_lookup import GuildSummary, guild_summaries
from web.login.discord import OwnGuild
from web.login.own_guilds import Answer
from web.parts import Parts
from web.principal import Principal

__all__ = ["Invitable", "invitable_guilds", "may_invite", "own_guilds", "visible_guilds"]


@dataclass(frozen=True, slots=True)
class Invitable:
    """A guild without the bot, which this person may add it to."""

    id: Snowflake
    name: str
    icon: str | None


async def visible_guilds(parts: Parts, principal: Principal) -> list[GuildSummary]:
    """By name. For a person: what guild state and their own list say together, where the bot is; operators see all."""
    person_id = principal.person_id
    if person_id is None or principal.operator:
        wanted = None if principal.guild_ids is None else [Snowflake(guild) for guild in principal.guild_ids]
        return await guild_summaries(parts.database, wanted)
    found = {guild.guild_id for guild in await parts.access.guilds_of(person_id)}
    found |= {guild.id for guild in (await own_guilds(parts, principal)).guilds or ()}
    if principal.guild_ids is not None:
        found &= principal.guild_ids
    return await guild_summaries(parts.database, sorted(found))


def invitable_guilds(own: Answer, present: list[GuildSummary]) -> list[Invitable]:
    """Guilds where the person has Manage Server and the bot is not."""
    here = {guild.id for guild in present}
    return [
        Invitable(guild.id, guild.name, guild.icon)
        for guild in own.guilds or ()
        if guild.id not in here and may_invite(guild)
    ]


def may_invite(guild: OwnGuild) -> bool:
    """As Discord asks it when a bot is added."""
    return guild.owner or bool(int(guild.permissions) & int(Permission.MANAGE_GUILD | Permission.ADMINISTRATOR))


async def own_guilds(parts: Parts, principal: Principal) -> Answer:
    """The person's own list, as Discord tells it; nothing for a key."""
    if principal.session_id is None:
        return Answer(())
    session = await parts.sessions.find(principal.session_id)
    return Answer(None, login_needed=True) if session is None else await parts.own_guilds.asked(session)
