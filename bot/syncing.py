"""Sync the slash commands once, when it is this process's turn, trying again while Discord is in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from interactions.client.errors import HTTPException
from loguru import logger

from bot.health import BotHealth
from bot.registration import CommandsApi, RegistrationTurn, sync_commands
from bot.supervisor import Pauses

__all__ = ["keep_commands_synced"]

_TURN_PAUSE_SECONDS = 30.0


async def keep_commands_synced(
    api: CommandsApi,
    application_id: int,
    wanted: Sequence[dict[str, Any]],
    *,
    turn: RegistrationTurn,
    health: BotHealth,
    pauses: Pauses,
) -> None:
    """Returns once Discord has the commands. What Discord refuses (400) is reported and not tried again."""
    attempt = 0
    while True:
        attempt += 1
        try:
            async with turn() as mine:
                if mine:
                    await sync_commands(api, application_id, wanted)
                    health.commands_synced, health.commands_trouble = True, ""
                    return
            pause = _TURN_PAUSE_SECONDS
        except HTTPException as error:
            health.commands_trouble = f"Discord refuses the slash commands: {error}"[:500]
            logger.error("{}", health.commands_trouble)
            if error.status is not None and 400 <= int(error.status) < 500:
                return
            pause = pauses.before(attempt)
        except Exception as error:
            # Discord or the database in trouble, whose errors are many: the commands must be synced in the end.
            health.commands_trouble = f"the slash commands could not be synced: {error!r}"[:500]
            logger.warning("{}", health.commands_trouble)
            pause = pauses.before(attempt)
        await asyncio.sleep(pause)
