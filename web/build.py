"""The parts of the application, made from what it is given."""

from __future__ import annotations

from collections.abc import Callable

from bus.clock import Clock
from bus.ids import new_id
from bus.topology import Topology
from bus.transport import Transport
from models import streams
from models.access import Access
from models.catalogue import Catalogue
from models.database import Database
from models.ledger import Ledger
from models.rate_limits import Rates
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
from web.login.endpoints import CALLBACK_PATH
from web.login.own_guilds import OwnGuilds
from web.login.sealing import Sealer
from web.login.sessions import Sessions
from web.pages.render import Pages
from web.parts import Parts
from web.presence import Presence
from web.rates import Throttle

__all__ = ["build_parts"]


class _StoredEpochs:
    """See `web.live.follower.Epochs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, stream: str) -> str:
        return (await streams.epoch(self._database, stream)).hex

    async def renew(self, stream: str, old: str) -> str:
        found = await self.current(stream)
        return found if found != old else (await streams.renew(self._database, stream)).hex


def build_parts(
    settings: Settings,
    *,
    transport: Transport,
    database: Database,
    ledger: Ledger,
    catalogue: Catalogue,
    clock: Clock,
    topology: Topology,
    rates: Rates,
    bot_trouble: Callable[[], str] | None = None,
) -> Parts:
    ring = Ring(keep_seconds=settings.ring_seconds, most_bytes=settings.ring_bytes)
    hub = Hub()
    process_id = new_id(clock.now())
    company = Company(hub, database, process_id)
    recheck = Recheck(hub=hub, every_seconds=settings.recheck_seconds)
    login = DiscordLogin(
        application_id=settings.discord_application_id,
        client_secret=settings.discord_client_secret,
        api_url=settings.discord_api_url,
        authorize_url=settings.authorize_url,
        redirect_uri=settings.public_url + CALLBACK_PATH,
    )
    sessions = Sessions(
        database,
        Sealer(settings.session_secret),
        clock,
        idle_seconds=settings.session_idle_seconds,
        lifetime_seconds=settings.session_seconds,
    )
    return Parts(
        settings=settings,
        clock=clock,
        transport=transport,
        topology=topology,
        database=database,
        ledger=ledger,
        catalogue=catalogue,
        access=Access(database),
        ring=ring,
        hub=hub,
        recheck=recheck,
        follower=Follower(
            transport=transport,
            epochs=_StoredEpochs(database),
            ring=ring,
            hub=hub,
            clock=clock,
            keep_seconds=settings.ring_seconds,
            check_seconds=settings.stream_check_seconds,
            guild_left=recheck.soon,
        ),
        login=login,
        sessions=sessions,
        own_guilds=OwnGuilds(login=login, sessions=sessions, clock=clock, believe_seconds=settings.own_guilds_seconds),
        pages=Pages(
            cdn_url=settings.cdn_url,
            session_cookie=settings.session_cookie,
            secret=settings.session_secret,
            embedded=settings.embedded,
            operators=settings.operators,
        ),
        throttle=Throttle(rates, settings),
        kept=Kept(clock),
        discord=DiscordCheck(settings.discord_api_url, clock),
        overrides=DiscordOverrides(
            application_id=settings.discord_application_id or 0,
            client_secret=settings.discord_client_secret,
            api_url=settings.discord_api_url,
            clock=clock,
        ),
        presence=Presence(
            database, process_id, lambda: {"streams": len(hub), "events kept": len(ring), "here": company.here()}
        ),
        company=company,
        bot_trouble=bot_trouble,
    )
