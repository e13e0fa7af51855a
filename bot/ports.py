"""What the bot needs from outside, besides Discord and the broker; with stand-ins that do nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.autocomplete import BUILT_IN, Suggest
from bot.intake import PublishCommand, RateRefusal
from bot.registration import RegistrationTurn
from bus.ids import Snowflake
from models.guild_rules import RulesInForce

__all__ = ["Beat", "ControlVersion", "Ports"]

Beat = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Writes the heartbeat row of `processes` with these details (`BotHealth.report`)."""

ControlVersion = Callable[[], Awaitable[int]]
"""The present version of `control`."""


@asynccontextmanager
async def _alone() -> AsyncIterator[bool]:
    yield True


async def _no_beat(details: Mapping[str, Any]) -> None:
    del details


async def _no_control() -> int:
    return 0


async def _never_too_many(guild_id: Snowflake) -> str | None:
    del guild_id
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`publish` None: straight to the broker. The embedded platform puts the ledger before it.

    `rules` None: no guild ever changed any. Whoever gives them keeps them up to date.
    """

    publish: PublishCommand | None = None
    registration_turn: RegistrationTurn = _alone
    beat: Beat = _no_beat
    control_version: ControlVersion = _no_control
    rules: RulesInForce | None = None
    rate_refusal: RateRefusal = _never_too_many
    suggestions: Mapping[tuple[str, str], Suggest] = field(default_factory=lambda: BUILT_IN)
