"""What a principal is in a guild, looked up: guild state first, then the person's own list at Discord."""

from __future__ import annotations

from starlette.requests import Request

from bus.ids import Snowflake
from models.permissions import level_of
from web.authorization import Action, Standing, key_standing, refusal_of
from web.guild_lookup import GuildSummary, guild_summary
from web.parts import Parts, parts_of
from web.principal import Principal
from web.problems import Problem

__all__ = ["Admitted", "admit", "guild_id_of", "standing_of"]


class Admitted:
    """A principal that may do what was asked in this guild."""

    __slots__ = ("guild", "principal", "standing")

    def __init__(self, principal: Principal, guild: GuildSummary, standing: Standing) -> None:
        self.principal = principal
        self.guild = guild
        self.standing = standing


def guild_id_of(request: Request) -> Snowflake:
    """The guild in the path. Anything that is no snowflake names no guild."""
    try:
        return Snowflake(request.path_params["guild_id"])
    except ValueError as error:
        raise Problem("guild_not_found", "A server's id is a number of up to 19 digits.") from error


async def admit(request: Request, principal: Principal, action: Action) -> Admitted:
    """Raises Problem `guild_not_found`, `not_permitted` or `scope_missing`."""
    parts, guild_id = parts_of(request), guild_id_of(request)
    guild = await guild_summary(parts.database, guild_id)
    standing = None if guild is None else await standing_of(parts, principal, guild_id)
    refusal = refusal_of(action, principal, standing)
    if refusal is not None or guild is None or standing is None:
        if refusal is None:
            raise Problem("guild_not_found")
        raise Problem(refusal.code, refusal.detail, extra={"missing": refusal.missing} if refusal.missing else None)
    return Admitted(principal, guild, standing)


async def standing_of(parts: Parts, principal: Principal, guild_id: Snowflake) -> Standing | None:
    """None for who has no part in the guild, and for whom nothing is known: unknown denies."""
    if principal.kind != "user":
        standing = key_standing(principal, guild_id)
        if standing is None or principal.owner_id is None:
            return standing
    known = await _standing_of_person(parts, principal, guild_id)
    if principal.operator:
        return Standing("operator", 0 if known is None else known.permissions)
    return known


async def _standing_of_person(parts: Parts, principal: Principal, guild_id: Snowflake) -> Standing | None:
    person_id = principal.person_id
    known = None if person_id is None else await parts.access.member_permissions(guild_id, person_id)
    if known is not None:
        return Standing(known.level, known.permissions)
    permissions = await _own_permissions(parts, principal, guild_id)
    return None if permissions is None else Standing(level_of(permissions), permissions)


async def _own_permissions(parts: Parts, principal: Principal, guild_id: Snowflake) -> int | None:
    """As Discord lists them for who is logged in; with a key nobody is, so that only guild state counts."""
    session = None if principal.session_id is None else await parts.sessions.find(principal.session_id)
    guilds = None if session is None else await parts.own_guilds.of(session)
    own = next((guild for guild in guilds or () if guild.id == guild_id), None)
    return None if own is None else int(own.permissions)
