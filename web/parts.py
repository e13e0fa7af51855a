"""What an endpoint may use: everything that `create_app` was given or made, in one frozen place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from bus.clock import Clock
from bus.topology import Topology
from bus.transport import Transport
from models.access import Access
from models.catalogue import Catalogue
from models.database import Database
from models.ledger import Ledger
from web.config import Settings
from web.discord_check import DiscordCheck
from web.discord_overrides import DiscordOverrides
from web.kept import Kept
from web.live.company import Company
from web.live.follower import Follower
from web.live.hub import Hub
from web.live.recheck import Recheck
from web.live.ring import Ring
from web.login.discord import DiscordLogin
from web.login.own_guilds import OwnGuilds
from web.login.sessions import Sessions
from web.pages.render import Pages
from web.presence import Presence
from web.rates import Throttle

__all__ = ["Parts", "parts_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    clock: Clock
    transport: Transport
    topology: Topology
    database: Database
    ledger: Ledger
    catalogue: Catalogue
    access: Access
    ring: Ring
    hub: Hub
    recheck: Recheck
    follower: Follower
    login: DiscordLogin
    sessions: Sessions
    own_guilds: OwnGuilds
    pages: Pages
    throttle: Throttle
    discord: DiscordCheck
    overrides: DiscordOverrides
    presence: Presence
    company: Company
    kept: Kept
    bot_trouble: Callable[[], str] | None
    """What the bot in this process waits for, empty if nothing; None where it runs elsewhere."""


def parts_of(request: Request) -> Parts:
    """The parts of the application that serves this request."""
    parts: Parts = request.app.state.parts
    return parts
