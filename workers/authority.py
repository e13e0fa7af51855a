"""Where an actor's rights are looked up at every claim: the interaction, guild state, Discord, keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from bus.clock import Clock
from bus.envelopes import Command
from bus.ids import Snowflake
from models.access import Known
from models.checks import Authority
from workers.failures import AttemptFailed
from workers.ports import Discord

__all__ = ["AccessReader", "KeyGrant", "KeyReader", "authority_at_hand", "authority_for"]

_GRANT_SECONDS = 60


class AccessReader(Protocol):
    """Guild state: a member's permissions as last told by the gateway, None for who is not known."""

    async def member_permissions(self, guild_id: Snowflake, user_id: Snowflake) -> Known | None: ...


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """A key that may be used, when that was found out, and whose it is (None: the platform's own)."""

    at: datetime
    owner_id: Snowflake | None


class KeyReader(Protocol):
    """API keys as they are now: None for one that is revoked, expired, or not for this guild and scope."""

    async def allows(self, key_id: UUID, *, scope: str, guild_id: Snowflake | None) -> KeyGrant | None: ...


def authority_at_hand(command: Command, now: datetime) -> Authority | None:
    """What the command itself tells: the interaction's grant while it is young, and actors that may without asking.

    None where somebody must be asked: `authority_for`.
    """
    match command.actor.kind:
        case "system":
            return Authority("platform", now, allowed=True)
        case "script" if _key_id(command) is None:
            # Published by the command line itself: the broker user `script`, or whoever the workers took it from.
            return Authority("script", now, allowed=True)
        case "script" | "api_key":
            return None
    try:
        Snowflake(command.actor.id)
    except ValueError:
        return Authority("unknown", None, reason=f"{command.actor.id[:40]!r} is not the id of a Discord user.")
    grant = command.grant
    if grant is not None and timedelta(0) <= now - grant.at + timedelta(seconds=5) <= timedelta(seconds=_GRANT_SECONDS):
        return Authority("interaction", grant.at, permissions=int(grant.permissions))
    if command.guild_id is None:
        return Authority("platform", now, permissions=0)
    return None


async def authority_for(
    command: Command, *, clock: Clock, access: AccessReader, keys: KeyReader, discord: Discord
) -> Authority:
    """What is known now. A failure to find out is `unknown`, which denies; it raises only to wait and try again."""
    now = clock.now()
    at_hand = authority_at_hand(command, now)
    if at_hand is not None:
        return at_hand
    if command.guild_id is None or command.actor.kind != "user":
        return await _key_authority(command, now, access, keys, discord)
    return await _member_authority(command.guild_id, Snowflake(command.actor.id), now, access, discord)


async def _member_authority(
    guild_id: Snowflake, user_id: Snowflake, now: datetime, access: AccessReader, discord: Discord
) -> Authority:
    known = await access.member_permissions(guild_id, user_id)
    if known is not None:
        return Authority("guild_state", known.at, permissions=known.permissions)
    try:
        asked = await discord.permissions(guild_id, user_id)
    except AttemptFailed as failure:
        if failure.retryable:
            raise
        return Authority("unknown", None)
    if asked is None:
        return Authority("discord", now, allowed=False, reason="You are not a member of that server.")
    return Authority("discord", now, permissions=asked)


async def _key_authority(
    command: Command, now: datetime, access: AccessReader, keys: KeyReader, discord: Discord
) -> Authority:
    """A person's key may what that person may at this moment; the platform's own what its scopes say."""
    key_id = _key_id(command)
    if key_id is None:
        return Authority("unknown", None, allowed=False, reason="The API key's id is not a UUID.")
    key = await keys.allows(key_id, scope="commands:write", guild_id=command.guild_id)
    if key is None:
        reason = "The API key is revoked, expired, or not for this server."
        return Authority("api_key", None, allowed=False, reason=reason)
    if key.owner_id is None:
        return Authority("api_key", key.at, allowed=True)
    if command.guild_id is None:
        return Authority("api_key", key.at, allowed=False, reason="A person's API key is for servers only.")
    authority = await _member_authority(command.guild_id, key.owner_id, now, access, discord)
    return msgspec.structs.replace(authority, owner_id=key.owner_id)


def _key_id(command: Command) -> UUID | None:
    """The key that the actor came with; scripts on the command line have a name instead."""
    try:
        return UUID(command.actor.id)
    except ValueError:
        return None
