"""Whether the stream that this process reads is still the one that the broker holds."""

from __future__ import annotations

from typing import Literal

__all__ = ["StreamState", "decide_stream_state"]

StreamState = Literal["same", "anew", "gap"]


def decide_stream_state(*, epoch_read: str, epoch_stored: str, head: int, ends: tuple[int, int] | None) -> StreamState:
    """Compare what was read with both ends of the stream and with the epoch of ours.

    RabbitMQ says nothing when a stream was deleted and made again, or when retention took what was not yet read:
    a reader then waits for ever, or goes on as if nothing were missing.
    """
    if epoch_stored != epoch_read:
        return "anew"
    if ends is None:
        return "same"
    first, last = ends
    if last < head:
        return "anew"
    return "gap" if first > head + 1 else "same"
