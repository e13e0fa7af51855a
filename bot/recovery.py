"""What to do after the gateway went: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass

from interactions.client.errors import LoginError, WebSocketClosed

__all__ = ["DiscordRefused", "Verdict", "backoff_seconds", "judge"]

_LONGEST_SECONDS = 60.0
_DISALLOWED_INTENTS = 4014

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_FATAL = {
    4004: "Discord does not accept the bot's token; set DISCORD_TOKEN to the present one",
    4010: "Discord does not know this shard; check SHARD_ID and TOTAL_SHARDS",
    4011: "Discord wants more shards for this many servers; raise TOTAL_SHARDS",
    4012: "Discord's gateway no longer speaks the version that this bot speaks; update it",
    4013: "Discord does not know the intents that this bot asked for; update it",
}


class DiscordRefused(Exception):
    """Discord will say the same however often it is asked: a person must change something, as the message says."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a sentence; `refused` means that trying again cannot help."""

    reason: str
    without_privileged: bool = False
    refused: bool = False


def judge(error: BaseException | None, *, privileged: bool) -> Verdict:
    """What the end of a connection means; None is an end without an error."""
    if error is None:
        return Verdict("the gateway connection ended")
    if isinstance(error, LoginError):
        return Verdict(_FATAL[4004], refused=True)
    if isinstance(error, WebSocketClosed):
        if error.code == _DISALLOWED_INTENTS:
            if privileged:
                return Verdict("Discord does not grant the members intent", without_privileged=True)
            return Verdict("Discord refuses intents that need no permission; check the application", refused=True)
        if error.code in _FATAL:
            return Verdict(_FATAL[error.code], refused=True)
        return Verdict(f"Discord closed the gateway connection with {error.code}")
    return Verdict(f"{type(error).__name__}: {error}"[:300])


def backoff_seconds(attempt: int, chance: float) -> float:
    """The wait before try `attempt` (1, 2, …): it doubles from half a second to a minute.

    `chance` (0 … 1) takes up to half of it away, so that shards do not all come at once.
    """
    longest = min(_LONGEST_SECONDS, 0.5 * 2.0 ** min(attempt - 1, 10))
    return longest * (1 - chance / 2)
