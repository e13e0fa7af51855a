"""Discord's own rules for commands, as the web process asks for them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx

from models.command_overrides import Override, Overrides
from web.discord_overrides import DiscordOverrides

APPLICATION, GUILD = 7, 100
OWN = f"/api/v10/applications/{APPLICATION}"
RULES = [
    {"id": "1", "permissions": [{"id": "11", "type": 1, "permission": True}]},
    {"id": str(APPLICATION), "permissions": [{"id": "99", "type": 3, "permission": False}]},
]


class Hands:
    """A clock that is set by hand."""

    at = 0.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> None: ...


class Discord:
    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.silent = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked[request.url.path] += 1
        if self.silent:
            return httpx.Response(503)
        if request.url.path == "/api/v10/oauth2/token":
            assert request.headers["authorization"].startswith("Basic ")
            return httpx.Response(200, json={"access_token": "own", "expires_in": 3600, "token_type": "Bearer"})
        assert request.headers["authorization"] == "Bearer own"
        answers: dict[str, Any] = {
            f"{OWN}/commands": [{"id": "1", "name": "ping"}, {"id": "2", "name": "ban"}],
            f"{OWN}/guilds/{GUILD}/commands": [],
            f"{OWN}/guilds/{GUILD}/commands/permissions": RULES,
        }
        return httpx.Response(200, json=answers[request.url.path])


def overrides(discord: Discord, clock: Hands) -> DiscordOverrides:
    return DiscordOverrides(
        application_id=APPLICATION,
        client_secret="its secret",
        api_url="http://discord.example/api/v10",
        clock=clock,  # type: ignore[arg-type]
        http_transport=httpx.MockTransport(discord),
    )


async def test_they_are_known_by_the_commands_name_and_believed_for_seconds() -> None:
    discord, clock = Discord(), Hands()
    asked = overrides(discord, clock)
    shared = (Override(99, "channel", False),)
    for at in (0.0, 4.9, 5.0):
        clock.at = at
        assert await asked.of(GUILD) == {
            "ping": Overrides((Override(11, "role", True),), shared),
            "ban": Overrides((), shared),
            "": Overrides((), shared),
        }
    assert discord.asked["/api/v10/oauth2/token"] == 1
    assert discord.asked[f"{OWN}/commands"] == 2


async def test_where_discord_does_not_say_they_are_unknown_and_it_is_left_alone_for_a_while() -> None:
    discord, clock = Discord(), Hands()
    discord.silent = True
    asked = overrides(discord, clock)
    assert [await asked.of(GUILD), await asked.of(GUILD)] == [None, None]
    assert sum(discord.asked.values()) == 1
    discord.silent, clock.at = False, 5.0
    assert await asked.of(GUILD) is not None
