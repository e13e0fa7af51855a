"""What happens when somebody uses a slash command: defer and publish together, and say so when it was not taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from loguru import logger

from bot.callbacks import Answered, Callbacks
from bot.commands import Refusal, to_command
from bot.interaction import Interaction
from bus.clock import Clock
from bus.envelopes import Command
from bus.errors import BusError, PublishUnconfirmed
from bus.ids import Snowflake, snowflake_time
from models.catalogue import Catalogue
from models.guild_rules import RulesInForce

__all__ = ["NOT_ACCEPTED", "UNCONFIRMED", "Intake", "PublishCommand", "RateRefusal"]

PublishCommand = Callable[[Command], Awaitable[None]]
"""Returns when the command can no longer be lost.

Raises PublishUnconfirmed where it may or may not have been taken, any other BusError where it surely was not.
"""

RateRefusal = Callable[[Snowflake], Awaitable[str | None]]
"""Counts a command that a guild's people start; returns why it may not be started now, in words for who asked."""

_CONFIRM_SECONDS = 2.0
_STALE = timedelta(seconds=2.5)

NOT_ACCEPTED = (
    "The command was not accepted, because the message broker cannot take it at present. "
    "Nothing was done. Please try again in a moment."
)
UNCONFIRMED = (
    "The command was not accepted within two seconds, and it is not known whether it still will be: it may yet be "
    "carried out. If so, this answer changes. Please look before you try again."
)


class Intake:
    """Takes slash commands, as far as the rules of their guild let them be used."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        callbacks: Callbacks,
        publish: PublishCommand,
        clock: Clock,
        rules: RulesInForce,
        rate_refusal: RateRefusal,
        confirm_seconds: float = _CONFIRM_SECONDS,
    ) -> None:
        self._catalogue = catalogue
        self._callbacks = callbacks
        self._publish = publish
        self._clock = clock
        self._rules = rules
        self._rate_refusal = rate_refusal
        self._confirm_seconds = confirm_seconds

    async def take(self, interaction: Interaction) -> None:
        """Handle one slash command from its arrival to its acceptance or refusal."""
        command = to_command(interaction, self._catalogue, self._rules)
        if isinstance(command, Refusal):
            await self._callbacks.tell(interaction.id, interaction.token, command.text)
            return
        refused = None if command.guild_id is None else await self._rate_refusal(command.guild_id)
        if refused is not None:
            await self._callbacks.tell(interaction.id, interaction.token, refused)
            return
        if self._clock.now() - snowflake_time(interaction.id) > _STALE:
            await self._take_stale(interaction, command)
            return
        deferred, trouble = await asyncio.gather(self._defer(interaction, command), self._accept(command))
        self._report(command, deferred)
        if trouble is not None:
            await self._tell(interaction, command, trouble)

    async def _take_stale(self, interaction: Interaction, command: Command) -> None:
        """One that was replayed after an outage, or came from a clock behind ours.

        Its asker has perhaps been told already that nobody answered: only Discord knows whether it still stands.
        """
        deferred = await self._defer(interaction, command)
        if deferred is Answered.UNKNOWN_INTERACTION:
            logger.info("{} {} came too late to be answered and was dropped", command.type, command.id)
            return
        self._report(command, deferred)
        trouble = await self._accept(command)
        if trouble is not None:
            await self._tell(interaction, command, trouble)

    async def _defer(self, interaction: Interaction, command: Command) -> Answered:
        private = command.reply_to is not None and command.reply_to.ephemeral
        return await self._callbacks.defer(interaction.id, interaction.token, private=private)

    async def _accept(self, command: Command) -> str | None:
        """None once the command can no longer be lost, else what to tell the asker."""
        try:
            async with asyncio.timeout(self._confirm_seconds):
                await self._publish(command)
        except (TimeoutError, PublishUnconfirmed):
            logger.warning("{} {} was not confirmed in {} s", command.type, command.id, self._confirm_seconds)
            return UNCONFIRMED
        except BusError as error:
            logger.warning("{} {} was not accepted: {}", command.type, command.id, error)
            return NOT_ACCEPTED
        except Exception:
            # Whatever it was, the asker must not be left with "… is thinking".
            logger.exception("{} {} could not be published", command.type, command.id)
            return UNCONFIRMED
        return None

    async def _tell(self, interaction: Interaction, command: Command, text: str) -> None:
        told = await self._callbacks.edit(interaction.application_id, interaction.token, text)
        if told is not Answered.TAKEN:
            logger.warning("nobody could be told that {} {} was not accepted", command.type, command.id)

    def _report(self, command: Command, deferred: Answered) -> None:
        if deferred is not Answered.TAKEN:
            # It is published, so it runs: the answer goes to the channel (X4).
            logger.warning("{} {} could not be deferred: {}", command.type, command.id, deferred.value)
