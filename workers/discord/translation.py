"""hikari's errors in our words: what Discord refused, what must wait, what may have happened."""

from __future__ import annotations

import aiohttp
import hikari

from workers.failures import AttemptFailed, PermanentFailure, RetryableFailure, Wait

__all__ = ["translate"]

# Discord's reference, "JSON Error Codes": the ones that people run into, in words that say what to do.
_WORDS = {
    10003: "That channel does not exist (any more).",
    10004: "The bot is not in that server (any more).",
    10007: "That person is not a member of this server (any more).",
    10011: "That role does not exist (any more).",
    10013: "That user does not exist.",
    10026: "That person is not banned.",
    50001: "The bot cannot see that. Give it access in the server's settings.",
    50007: "That person does not accept direct messages.",
    50013: "The bot lacks the permission, or its highest role is not above theirs. Move its role up in the server's "
    "settings, under Roles.",
    50035: "Discord did not accept one of the values.",
}


def translate(error: Exception) -> AttemptFailed:
    """The failure that stands for an error of hikari's client (or of the connection under it)."""
    match error:
        case hikari.RateLimitTooLongError(retry_after=seconds):
            return Wait(f"Discord asks to wait {seconds:.1f} s", retry_after_seconds=seconds, code="rate_limited")
        case hikari.ClientHTTPResponseError(code=code, message=message, status=status):
            number = code or int(status)  # an answer without a JSON code is told by its status
            words = _WORDS.get(code, "Discord refused it.")
            said = message.removeprefix(f"{number}: ")
            return PermanentFailure(f"{words} (Discord {number}: {said})", code=f"discord_{number}")
        case hikari.HTTPResponseError(status=status):
            return RetryableFailure(
                f"Discord had trouble (status {int(status)})", code="discord_unavailable", ambiguous=True
            )
        case hikari.HTTPError():
            unsent = isinstance(error.__cause__, aiohttp.ClientConnectorError)
            words = "cannot be reached" if unsent else "gave no answer"
            return RetryableFailure(f"Discord {words}", code="discord_unreachable", ambiguous=not unsent)
        case TimeoutError():
            return RetryableFailure("Discord gave no answer in time", code="discord_timeout", ambiguous=True)
    # An answer that hikari could not read came after Discord acted on the request.
    return RetryableFailure(
        f"Discord's answer could not be read ({type(error).__name__})", code="discord_unreadable", ambiguous=True
    )
