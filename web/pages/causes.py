"""Why commands fail, in words that say what to do: by the code that the platform gave the failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["Cause", "cause_of"]


@dataclass(frozen=True, slots=True)
class Cause:
    """What was the matter, and what to do before it is tried again."""

    title: str
    advice: str


_OVER = "Replay it: what was in the way has most likely passed."
_LOOK = "Look on Discord whether it happened. Replay it if it did not, discard it if it did."

_CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        "discord_50013": Cause(
            "The bot may not do this",
            "Give the bot the permission, or move its role above the role concerned (Server settings → Roles). "
            "Then replay.",
        ),
        "discord_403": Cause(
            "The bot may not do this", "Give the bot the permission, or move its role up in the list, then replay."
        ),
        "discord_404": Cause("What it is about is gone", "Choose another and replay, or discard it."),
        "discord_50001": Cause("The bot has no access", "Let the bot see the channel concerned, then replay."),
        "discord_50035": Cause("Discord did not accept a value", "Edit the value that the reason names, then replay."),
        "discord_10003": Cause("The channel is gone", "Choose another channel and replay, or discard it."),
        "discord_10007": Cause("The person is no longer a member", "Discard it, or ban them by id."),
        "discord_10011": Cause("The role is gone", "Choose another role and replay, or discard it."),
        "discord_10013": Cause("There is no such user", "Choose somebody else and replay, or discard it."),
        "discord_10026": Cause("The person is not banned", "There is nothing left to do: discard it."),
        "discord_unavailable": Cause("Discord had trouble", _OVER),
        "discord_unreachable": Cause("Discord could not be reached", _OVER),
        "discord_timeout": Cause("Discord did not answer in time", _OVER),
        "discord_unreadable": Cause("Discord’s answer could not be read", _LOOK),
        "rate_limited": Cause("Discord asked to slow down", _OVER),
        "circuit_open": Cause("Discord had trouble for longer", _OVER),
        "timeout": Cause("It took longer than its time limit", _OVER),
        "in_doubt": Cause("Nobody knows whether it happened", _LOOK),
        "poison": Cause(
            "It stopped the worker that ran it", "Tell the operators of the platform before you replay it."
        ),
        "internal_error": Cause("A mistake of the platform", "Tell the operators of the platform; replay it later."),
        "member_gone": Cause("The person is no longer a member", "Discard it, or ban them by id."),
        "guild_unknown": Cause("The platform does not know this server yet", _OVER),
        "stale_version": Cause(
            "Somebody else changed the settings first", "Look at the settings, then edit and replay."
        ),
        "invalid_setting": Cause("The setting does not take this value", "Edit the value and replay."),
        "address_not_allowed": Cause(
            "The address is not among the allowed ones", "Choose an allowed address, or ask the operators to allow it."
        ),
        "webhook_unreachable": Cause("The address cannot be reached", "Check that it is up, then replay."),
        "webhook_no_answer": Cause("The address gave no answer", "Look whether it arrived there before you replay it."),
    }
)


def cause_of(code: str, reason: str) -> Cause:
    """For a code that the table does not name, the reason itself."""
    found = _CAUSES.get(code)
    if found is not None:
        return found
    if code.startswith("webhook_"):
        return Cause("The address refused it", "Look what it says about this status, then replay.")
    if code.startswith("discord_"):
        return Cause("Discord refused it", "Change what the reason names, then replay.")
    return Cause(reason, "Change what the reason names and replay, or discard it.")
