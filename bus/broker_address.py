"""A broker's URL taken apart: what to connect to, and what may be shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bus.errors import BrokerAddressInvalid

__all__ = ["BrokerAddress", "parse_address"]

_PORTS = {"amqp": 5672, "amqps": 5671}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`url` holds the password and is for connecting only; `shown` is host:port/vhost, for people."""

    url: str
    user: str
    shown: str

    def __repr__(self) -> str:
        return f"BrokerAddress(user={self.user!r}, shown={self.shown!r})"


def parse_address(url: str) -> BrokerAddress:
    """Raises BrokerAddressInvalid that says what is wrong, without the password."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BrokerAddressInvalid("the broker's URL has a port that is no number, or a broken host") from error
    if parts.scheme not in _PORTS:
        raise BrokerAddressInvalid(
            f"the broker's URL begins with {parts.scheme[:20] + '://' if parts.scheme else 'nothing known'}; "
            "it must begin with amqp:// or amqps://"
        )
    if not parts.hostname:
        raise BrokerAddressInvalid("the broker's URL names no host; write amqp://user:password@host:5672/vhost")
    vhost = unquote(parts.path[1:]) or "/"
    if "/" in parts.path[1:] and parts.path != "//":
        raise BrokerAddressInvalid(f"a slash in the virtual host's name is written %2F: {vhost[:80]!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = f"{host}:{port or _PORTS[parts.scheme]}" + ("" if vhost == "/" else f" (virtual host {vhost})")
    return BrokerAddress(url.strip(), unquote(parts.username or "guest"), shown)
