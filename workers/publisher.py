"""Publishing what follows from a command, then acknowledging it: never the other way round."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from loguru import logger
from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_delay, wait_exponential_jitter

from bus.errors import BusError
from bus.transport import Message, Transport

__all__ = ["Parcel", "publish_parcels"]

_GIVE_UP_AFTER_SECONDS = 60.0


@dataclass(slots=True)
class Parcel:
    """The messages of one command; `failed` is set when they could not be confirmed in time."""

    messages: list[Message]
    failed: BusError | None = None


async def publish_parcels(transport: Transport, parcels: Sequence[Parcel]) -> None:
    """Publish everything in one window, and again with backoff what was not confirmed, for up to a minute.

    Repeating is safe: events, commands and replies are recognised by their ids. A parcel that stays unconfirmed
    says so in `failed`; its delivery must then not be acknowledged.
    """
    open_ = [(parcel, message) for parcel in parcels for message in parcel.messages]
    if not open_:
        return

    async def attempt() -> bool:
        nonlocal open_
        answers = await transport.publish_all([message for _, message in open_])
        rest = []
        for (parcel, message), error in zip(open_, answers, strict=True):
            parcel.failed = error or None
            if error is not None:
                rest.append((parcel, message))
        open_ = rest
        for parcel, _ in open_:
            # A later message of the same parcel that was confirmed must not hide an earlier one that was not.
            parcel.failed = parcel.failed or BusError("not confirmed")
        return bool(open_)

    try:
        async for round_ in AsyncRetrying(
            retry=retry_if_result(bool),
            wait=wait_exponential_jitter(initial=0.05, max=2.0),
            stop=stop_after_delay(_GIVE_UP_AFTER_SECONDS),
            sleep=asyncio.sleep,
        ):
            with round_:
                unconfirmed = await attempt()
            if round_.retry_state.outcome is not None and not round_.retry_state.outcome.failed:
                round_.retry_state.set_result(unconfirmed)
    except RetryError:
        logger.error("{} messages stayed unconfirmed; their commands will be delivered again", len(open_))
