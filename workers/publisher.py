"""Publishing what follows from a command, which must be confirmed before its delivery is acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from loguru import logger
from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_delay, wait_exponential_jitter

from bus.transport import Consumer, Delivery, Message, Transport

__all__ = ["Parcel", "hand_on", "publish_parcels"]

_GIVE_UP_AFTER_SECONDS = 60.0


@dataclass(slots=True, eq=False)
class Parcel:
    """The messages of one command; `confirmed` once every one of them was."""

    messages: list[Message] = field(default_factory=list)
    confirmed: bool = False


async def publish_parcels(transport: Transport, parcels: Sequence[Parcel]) -> None:
    """Publish all parcels in one window, and with backoff again what was not confirmed, for up to a minute.

    Repeating is safe: events, commands and replies are recognised by their ids. The delivery of a parcel that
    stays unconfirmed must not be acknowledged.
    """
    waiting = [(parcel, message) for parcel in parcels for message in parcel.messages]

    async def attempt() -> bool:
        nonlocal waiting
        if waiting:
            answers = await transport.publish_all([message for _, message in waiting])
            waiting = [pair for pair, error in zip(waiting, answers, strict=True) if error is not None]
        return bool(waiting)

    try:
        # The first attempt is nearly always the last one: only a repeat needs the machinery.
        if await attempt():
            await AsyncRetrying(
                retry=retry_if_result(bool),
                wait=wait_exponential_jitter(multiplier=0.05, max=2.0),
                stop=stop_after_delay(_GIVE_UP_AFTER_SECONDS),
            )(attempt)
    except RetryError:
        logger.error("{} messages stayed unconfirmed; their commands will be delivered again", len(waiting))
    unconfirmed = {id(parcel) for parcel, _ in waiting}
    for parcel in parcels:
        parcel.confirmed = id(parcel) not in unconfirmed


async def hand_on(transport: Transport, consumer: Consumer, delivery: Delivery, message: Message) -> None:
    """Put a message in the delivery's place, and only then acknowledge it; else the broker delivers it again."""
    parcel = Parcel([message])
    await publish_parcels(transport, [parcel])
    (consumer.ack if parcel.confirmed else consumer.requeue)(delivery)
