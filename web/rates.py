"""How often somebody may do what: the limits, whom each counts, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

from bus.ids import Snowflake
from models.rate_limits import RateLimit, Rates, Spent, guild_limit
from web.config import Settings
from web.principal import Principal
from web.problems import Problem

__all__ = ["Throttle", "rate_headers", "spent_by"]

_WORDS = {
    "address": "More than {n} requests a minute came from your address",
    "session": "More than {n} requests a minute came from this login's person",
    "key": "More than {n} requests a minute came with this key",
    "login": "More than {n} logins a minute were tried from your address",
    "wrong-key": "More than {n} wrong API keys a minute came from your address",
    "guild": "The people of this server started more than {n} commands within a minute",
}


class Throttle:
    """Spends the limits of the settings; each method raises Problem `rate_limited`.

    What was spent for a request stands in its scope, for the headers of its response (`rate_headers`).
    """

    def __init__(self, rates: Rates, settings: Settings) -> None:
        self._rates = rates
        self._address = RateLimit("address", settings.rate_per_address)
        self._session = RateLimit("session", settings.rate_per_session)
        self._key = RateLimit("key", settings.rate_per_key)
        self._login = RateLimit("login", settings.rate_of_logins)
        self._wrong_key = RateLimit("wrong-key", settings.rate_of_logins)
        self._guild = guild_limit(settings.rate_per_guild)

    async def request(self, scope: Scope) -> None:
        await self._spend(scope, self._address, _network_of(scope))

    async def login(self, scope: Scope) -> None:
        """The way to Discord and the way back are counted each for itself."""
        await self._spend(scope, self._login, f"{scope['path']} {_network_of(scope)}")

    async def wrong_key(self, scope: Scope) -> None:
        await self._spend(scope, self._wrong_key, _network_of(scope))

    async def principal(self, scope: Scope, principal: Principal) -> None:
        """Once a request, however often it is asked who makes it. All sessions of a person count together."""
        limit = self._session if principal.kind == "user" else self._key
        if not any(spent.limit is limit for spent in spent_by(scope)):
            await self._spend(scope, limit, principal.key)

    async def command(self, scope: Scope, principal: Principal, guild_id: Snowflake | None) -> None:
        """What a server's people start, with a key or without; what the platform's own scripts start is not counted."""
        if guild_id is not None and principal.kind != "script":
            await self._spend(scope, self._guild, str(int(guild_id)))

    async def _spend(self, scope: Scope, limit: RateLimit, key: str) -> None:
        if limit.amount == 0:
            return
        spent = await self._rates.spend(limit, key)
        scope.setdefault("state", {}).setdefault("rates", []).append(spent)
        if not spent.allowed:
            words = _WORDS[limit.name].format(n=limit.amount)
            raise Problem(
                "rate_limited",
                f"{words}. Try again in {spent.reset_seconds} s.",
                headers={"Retry-After": str(spent.reset_seconds)},
                extra={"limit": limit.name},
            )


def spent_by(scope: Scope) -> Sequence[Spent]:
    """What this request has spent so far."""
    found: Sequence[Spent] = scope.get("state", {}).get("rates", ())
    return found


def rate_headers(spent: Sequence[Spent]) -> dict[str, str]:
    """Every limit as draft-ietf-httpapi-ratelimit-headers-10 has it, and the nearest as its early versions had it."""
    if not spent:
        return {}
    nearest = min(spent, key=lambda one: (one.allowed, one.remaining))
    return {
        "RateLimit-Policy": ", ".join(
            f'"{one.limit.name}";q={one.limit.amount};w={one.limit.seconds}' for one in spent
        ),
        "RateLimit": ", ".join(f'"{one.limit.name}";r={one.remaining};t={one.reset_seconds}' for one in spent),
        "RateLimit-Limit": str(nearest.limit.amount),
        "RateLimit-Remaining": str(nearest.remaining),
        "RateLimit-Reset": str(nearest.reset_seconds),
    }


def _network_of(scope: Scope) -> str:
    """The client's address; of IPv6 its /64, which is what one subscriber gets."""
    client = scope.get("client")
    if not client:
        return "unknown"
    try:
        address = ip_address(client[0])
    except ValueError:
        return str(client[0])[:100]
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return address.exploded[:19]
    return str(address)
