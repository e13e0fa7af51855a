"""A running web process on a free port, the sandbox as Discord inside it, and a guild state to look at."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Audience, Event
from bus.ids import Snowflake, new_id
from bus.topology import load_topology
from bus.transport import Message, Transport
from models import api_keys
from models.catalogue import load_catalogue
from models.database import WEB_ROLE, Database
from models.events import GuildSnapshot, MemberData, MembersSnapshot, RoleData, make_event
from models.guild_state import apply_event
from models.ledger import Ledger
from models.rate_limits import Rates
from sandbox.app import routes as sandbox_routes
from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id
from sandbox.settings import API_PREFIX, SandboxSettings
from sandbox.world import World
from tests.postgres import as_role
from web.app import create_app
from web.config import Settings
from web.server import WebServer

__all__ = ["ADMIN", "GUILD", "MEMBER", "MODERATOR", "OTHER_GUILD", "RunningWeb", "know_the_guilds", "running_web"]

GUILD, OTHER_GUILD = Snowflake(GUILD_ONE), Snowflake(GUILD_TWO)
ADMIN, MODERATOR, MEMBER = (Snowflake(person_id(key)) for key in ("admin", "moderator", "member"))
_ROLES = {ADMIN: 1 << 5 | 1 << 2 | 1 << 1 | 1 << 40, MODERATOR: 1 << 1 | 1 << 2 | 1 << 40, MEMBER: 0}


@dataclass(frozen=True, slots=True)
class RunningWeb:
    url: str
    app: Starlette
    database: Database
    transport: Transport
    settings: Settings
    world: World

    def client(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=10.0, trust_env=False)

    async def key_client(
        self, *scopes: str, guild_ids: tuple[int, ...] | None = None, kind: Any = "api"
    ) -> httpx.AsyncClient:
        _, key = await api_keys.create(
            self.database,
            name="test",
            scopes=scopes or api_keys.SCOPES,
            created_by="test",
            kind=kind,
            guild_ids=guild_ids,
        )
        return self.client(Authorization=f"Bearer {key.reveal()}")

    async def log_in(self, user_id: int) -> httpx.AsyncClient:
        """A browser's cookies after a login through the sandbox's own page, and the token for its forms."""
        async with self.client() as browser:
            leave = await browser.get("/login", params={"next": f"/guilds/{GUILD}"})
            back = await browser.get(f"{leave.headers['location']}&sandbox_user={user_id}")
            arrived = await browser.get(back.headers["location"])
            assert arrived.status_code == 303, arrived.text
            page = await browser.get("/guilds")
            token = page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
            client = self.client(**{"X-CSRF-Token": token, "Origin": self.url})
            client.cookies = browser.cookies
        return client

    async def publish(
        self, *, guild_id: Snowflake = GUILD, audience: Audience = "viewer", actor_id: str | None = None, **data: Any
    ) -> str:
        """An event of the feed; returns its id."""
        now = SystemClock().now()
        event = Event(
            id=new_id(now),
            type="role.create",
            guild_id=guild_id,
            timestamp=now,
            data={"role": {"id": "5", "name": "Night watch"}, **data},
            source="bot",
            audience=audience,
            actor_id=actor_id,
        )
        await self.publish_event(event)
        return str(event.id)

    async def publish_event(self, event: Event) -> None:
        # Only workers may publish for the bot on a real broker; `results` is what the web's own user may write to.
        await self.transport.publish(Message("results", f"bot.{event.type}", codec.encode(event)))


@asynccontextmanager
async def running_web(
    database: Database,
    transport: Transport,
    *,
    bot_trouble: Callable[[], str] | None = None,
    head_seconds: float = 10.0,
    **changes: Any,
) -> AsyncIterator[RunningWeb]:
    """Stopped at the end, within seconds, whatever streams are open. It works with the web process's own rights."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    world, sandbox = World(), SandboxSettings()
    world.public_url = url
    settings = replace(
        Settings(
            public_url=url,
            session_secret=b"a secret of the tests",
            discord_application_id=sandbox.application_id,
            discord_client_secret=sandbox.client_secret,
            discord_api_url=url + API_PREFIX,
            profile="test",
            recheck_seconds=0.3,
            own_guilds_seconds=0.1,
            stream_check_seconds=0.5,
            rate_per_address=0,
            rate_per_session=0,
            rate_per_key=0,
            rate_of_logins=0,
            rate_per_guild=0,
        ),
        **changes,
    )
    async with as_role(database, WEB_ROLE) as own:
        rates = Rates(settings.rate_storage_url)
        app = create_app(
            settings,
            transport=transport,
            database=own,
            ledger=Ledger(own),
            catalogue=load_catalogue(),
            clock=SystemClock(),
            topology=load_topology(),
            rates=rates,
            extra_routes=sandbox_routes(world),
            bot_trouble=bot_trouble,
        )
        server = WebServer(app, host="127.0.0.1", port=0, grace_seconds=3, head_seconds=head_seconds)
        server.config.load()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        running = RunningWeb(url, app, database, transport, settings, world)
        try:
            async with running.client() as client, asyncio.timeout(15):
                while not server.started or (await client.get("/readyz")).status_code != 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            yield running
        finally:
            server.should_exit = True
            async with asyncio.timeout(5):
                await serving
            await rates.close()
            world.close()


async def know_the_guilds(database: Database) -> None:
    """Guild state as the gateway would have told it: two guilds, three people in the first."""
    now = SystemClock().now()
    for guild_id, name in ((GUILD, "Harbour Lights"), (OTHER_GUILD, "Night Market")):
        roles = [RoleData(id=guild_id, name="@everyone")]
        roles += [
            RoleData(id=Snowflake(guild_id + 50 + n), name=f"r{n}", permissions=str(bits))
            for n, bits in enumerate(_ROLES.values())
        ]
        members = [
            MemberData(id=who, username=f"user{n}", display_name=f"User {n}", roles=[Snowflake(guild_id + 50 + n)])
            for n, who in enumerate(_ROLES)
        ]
        snapshot = GuildSnapshot(name=name, owner_id=Snowflake(1), member_count=3, roles=roles)
        people = MembersSnapshot(members=members if guild_id == GUILD else [], complete=True, snapshot_id=uuid4())
        async with database.transaction() as connection:
            for data in (snapshot, people):
                await apply_event(
                    connection, make_event(data, id=new_id(now), guild_id=guild_id, timestamp=now, source="bot")
                )
