"""What is counted for whom, and what is said of it."""

import pytest

from bus.ids import Snowflake
from models.rate_limits import RateLimit, Rates, Spent
from web.config import Settings
from web.principal import Principal
from web.problems import Problem
from web.rates import Throttle, rate_headers, spent_by

PERSON = Principal("user", "1", "Ada")


def throttle(**limits: int) -> Throttle:
    none = dict.fromkeys(
        ("rate_per_address", "rate_per_session", "rate_per_key", "rate_of_logins", "rate_per_guild"), 0
    )
    settings = Settings(
        public_url="http://x", session_secret=b"", discord_application_id=1, discord_client_secret="", **(none | limits)
    )
    return Throttle(Rates(), settings)


def scope(address: str = "192.0.2.1") -> dict[str, object]:
    return {"type": "http", "client": (address, 1)}


async def test_the_one_too_many_is_refused_until_there_is_room() -> None:
    one = throttle(rate_per_address=3)
    for _ in range(3):
        await one.request(scope())
    with pytest.raises(Problem) as refused:
        await one.request(scope())
    assert (refused.value.status, refused.value.extra) == (429, {"limit": "address"})
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    await one.request(scope("192.0.2.2"))


async def test_a_subscriber_of_ipv6_is_one_address_and_its_neighbour_another() -> None:
    one = throttle(rate_per_address=1)
    await one.request(scope("2001:db8:1:2::1"))
    with pytest.raises(Problem):
        await one.request(scope("2001:db8:1:2:ffff::9"))
    await one.request(scope("2001:db8:1:3::1"))


async def test_who_asks_is_counted_once_a_request_and_each_by_themselves() -> None:
    one, asked = throttle(rate_per_session=2, rate_per_key=1), scope()
    for _ in range(5):
        await one.principal(asked, PERSON)
    assert [spent.remaining for spent in spent_by(asked)] == [1]
    await one.principal(scope(), PERSON)
    with pytest.raises(Problem):
        await one.principal(scope(), PERSON)
    await one.principal(scope(), Principal("user", "2", "Bo"))
    await one.principal(scope(), Principal("api_key", "1", "key"))


async def test_a_servers_people_share_a_limit_that_scripts_are_no_part_of() -> None:
    one, guild = throttle(rate_per_guild=2), Snowflake(7)
    await one.command(scope(), PERSON, guild)
    await one.command(scope(), Principal("api_key", "k", "key"), guild)
    with pytest.raises(Problem) as refused:
        await one.command(scope(), Principal("user", "2", "Bo"), guild)
    assert "people of this server started more than 2 commands" in str(refused.value)
    await one.command(scope(), PERSON, Snowflake(8))
    await one.command(scope(), Principal("script", "s", "script"), guild)


def test_the_headers_name_every_limit_and_the_nearest() -> None:
    spent = [
        Spent(RateLimit("address", 3000), True, 2990, 40),
        Spent(RateLimit("guild", 100), True, 7, 12),
    ]
    assert rate_headers(spent) == {
        "RateLimit-Policy": '"address";q=3000;w=60, "guild";q=100;w=60',
        "RateLimit": '"address";r=2990;t=40, "guild";r=7;t=12',
        "RateLimit-Limit": "100",
        "RateLimit-Remaining": "7",
        "RateLimit-Reset": "12",
    }
    assert rate_headers([]) == {}
