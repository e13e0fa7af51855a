"""A broker's URL taken apart."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.broker_address import parse_address
from bus.errors import BrokerAddressInvalid


@pytest.mark.parametrize(
    ("url", "user", "shown"),
    [
        ("amqp://bot:pw@broker/", "bot", "broker:5672"),
        ("amqps://bot:pw@broker", "bot", "broker:5671"),
        ("amqp://bot:pw@broker:1234/%2F", "bot", "broker:1234"),
        ("amqp://b%40t:pw@broker/guilds", "b@t", "broker:5672 (virtual host guilds)"),
        ("amqp://broker", "guest", "broker:5672"),
        ("amqp://bot:pw@[::1]:5672/a%2Fb", "bot", "[::1]:5672 (virtual host a/b)"),
    ],
)
def test_what_is_shown_of_an_address(url: str, user: str, shown: str) -> None:
    address = parse_address(url)
    assert (address.user, address.shown) == (user, shown)
    assert "pw" not in repr(address)


@pytest.mark.parametrize(
    "url", ["", "broker:5672", "http://u:hidden@h/", "amqp://", "amqp://u:hidden@h:port/", "amqp://u:hidden@h/a/b"]
)
def test_what_cannot_be_an_address_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(BrokerAddressInvalid) as caught:
        parse_address(url)
    assert "hidden" not in str(caught.value)


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(BrokerAddressInvalid):
        parse_address(text)
