"""From aio-pika's and aiormq's errors to the bus's own: no vendor error leaves the transport."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import aiormq.exceptions as vendor

from bus.errors import AccessRefused, BrokerUnavailable, BusError, PublishRefused, PublishUnconfirmed, Unroutable

__all__ = [
    "VENDOR_ERRORS",
    "closed_is_an_error",
    "connect_error",
    "ignoring_failures",
    "opening",
    "publish_error",
    "refused_exchange",
    "words_of",
]

# What connecting, declaring or publishing can raise when broker or network fail. ChannelInvalidStateError and
# aiormq's "closed" errors are RuntimeErrors.
VENDOR_ERRORS = (vendor.AMQPError, OSError, TimeoutError, RuntimeError, EOFError)

_QUOTED = re.compile(r"exchange '([^']*)'")


@contextmanager
def closed_is_an_error() -> Iterator[None]:
    """What aiormq ends waiting calls with when their connection is closed, as one of VENDOR_ERRORS.

    That is CancelledError, which a task takes for its own cancellation and ends quietly, or a bare Exception.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ConnectionError("the connection was closed meanwhile") from error
    except Exception as error:
        if type(error) is not Exception:
            raise
        raise ConnectionError("the connection was closed meanwhile") from error


@contextmanager
def opening() -> Iterator[None]:
    """Connecting, opening a channel, attaching to a queue: whatever it fails with is one of VENDOR_ERRORS.

    A broker that hangs up in the middle of the handshake makes aiormq raise StopAsyncIteration, and KeyError where its
    greeting lacks something. Whoever opens again by itself must not end with such an error.
    """
    try:
        with closed_is_an_error():
            yield
    except (*VENDOR_ERRORS, BusError):
        raise
    except Exception as error:
        raise ConnectionError(f"{type(error).__name__} while connecting: {error}".rstrip(": ")) from error


@contextmanager
def ignoring_failures() -> Iterator[None]:
    """For what is only polite: closing what may be gone already."""
    with suppress(*VENDOR_ERRORS), opening():
        yield


def words_of(error: BaseException) -> str:
    """The broker's own words, or the error's."""
    words = " ".join(str(part) for part in error.args if part not in (None, "")) or type(error).__name__
    return words[:500]


def connect_error(error: BaseException, *, shown: str, user: str) -> BusError:
    """Why there is no connection: AccessRefused where trying again cannot help by itself."""
    words = words_of(error)
    if isinstance(error, vendor.ProbableAuthenticationError | vendor.AuthenticationError):
        return AccessRefused(f"the broker at {shown} does not accept user {user!r} with this password")
    if isinstance(error, vendor.InvalidFrameError) and "OpenOk" in words:
        # The broker closes instead of opening the virtual host; aiormq loses its words.
        return AccessRefused(
            f"the broker at {shown} does not open this virtual host for user {user!r}: it does not exist, or the user "
            "has no permissions in it"
        )
    return BrokerUnavailable(f"no connection to the broker at {shown}: {words}")


def refused_exchange(error: BaseException) -> str | None:
    """The exchange that a channel's closure names (404, 403), or None. The default exchange is "" here too."""
    found = _QUOTED.search(words_of(error))
    return found[1].removeprefix("amq.default") if found else None


def publish_error(error: BaseException, *, exchange: str, routing_key: str, shown: str) -> BusError:
    """What became of one publish."""
    if isinstance(error, vendor.PublishError):
        return Unroutable(f"no queue takes {routing_key!r} from exchange {exchange!r}; run `guildbus topology verify`")
    if isinstance(error, vendor.DeliveryError):
        return PublishRefused(f"a queue behind exchange {exchange!r} refused {routing_key!r}: it is full")
    if isinstance(error, vendor.ChannelNotFoundEntity) and refused_exchange(error) in (exchange, None):
        return Unroutable(f"exchange {exchange!r} does not exist on the broker; run `guildbus topology apply`")
    if isinstance(error, vendor.ChannelAccessRefused) and refused_exchange(error) in (exchange, None):
        return AccessRefused(f"the broker at {shown} refused: {words_of(error)}")
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return PublishUnconfirmed(f"the broker at {shown} did not confirm in time")
    return PublishUnconfirmed(f"the connection to {shown} was lost before the confirm: {words_of(error)}")
