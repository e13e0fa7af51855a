"""Bring Discord's list of slash commands to what the specs say, with as few writes as that takes.

The library would overwrite the whole scope, and with localised commands at every start; Discord allows 200
creations a day. https://discord.com/developers/docs/interactions/application-commands#registering-a-command
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from interactions.client.const import GLOBAL_SCOPE
from loguru import logger

from bot.command_diff import Changes, compare, whole_list

__all__ = ["CommandsApi", "RegistrationTurn", "SyncFailed", "sync_commands"]

RegistrationTurn = Callable[[], AbstractAsyncContextManager[bool]]
"""Enters with True in one process at a time, the one that may sync, and with False in all others."""


_ONE_BY_ONE = 4
"""More changes than this are one bulk overwrite: Discord takes five single writes in twenty seconds. Commands in it
that did not change are no creations."""


class SyncFailed(Exception):
    """Discord gave no usable answer; to be tried again later."""


class CommandsApi(Protocol):
    """The part of the library's HTTP client that this needs."""

    async def get_application_commands(self, application_id: Any, guild_id: Any) -> Any: ...

    async def create_application_command(self, app_id: Any, command: Any, guild_id: Any) -> Any: ...

    async def overwrite_application_commands(self, app_id: Any, data: Any, guild_id: Any) -> Any: ...

    async def delete_application_command(self, application_id: Any, guild_id: Any, command_id: Any) -> Any: ...


async def sync_commands(api: CommandsApi, application_id: int, wanted: Sequence[dict[str, Any]]) -> Changes:
    """Compare and write what changed. Raises SyncFailed, or the library's HTTPException with Discord's reason."""
    present = await api.get_application_commands(application_id, GLOBAL_SCOPE)
    if not isinstance(present, list):
        # After three 429s or server errors the library answers None (DISCORD.md 2).
        raise SyncFailed("Discord did not list the commands")
    changes = compare(wanted, present)
    if changes.count > _ONE_BY_ONE:
        answer = await api.overwrite_application_commands(application_id, whole_list(wanted, present), GLOBAL_SCOPE)
        if not isinstance(answer, list):
            raise SyncFailed("Discord did not take the commands")
    else:
        await _one_by_one(api, application_id, changes)
    logger.info(
        "slash commands: {} created, {} changed, {} deleted, {} in all",
        len(changes.create),
        len(changes.update),
        len(changes.delete),
        len(wanted),
    )
    return changes


async def _one_by_one(api: CommandsApi, application_id: int, changes: Changes) -> None:
    for command in (*changes.create, *(row for _, row in changes.update)):
        # POST with a name that exists updates that command and keeps its id.
        answer = await api.create_application_command(application_id, command, GLOBAL_SCOPE)
        if not isinstance(answer, dict):
            raise SyncFailed(f"Discord did not take /{command['name']}")
    for command_id, _ in changes.delete:
        await api.delete_application_command(application_id, GLOBAL_SCOPE, command_id)
