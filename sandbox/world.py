"""The world: one object that holds the state and the parts that act on it. Nothing here is global."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.book import Book
from sandbox.clock import Clock, SystemClock
from sandbox.counters import Requests
from sandbox.errors import UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_ROLE, UNKNOWN_USER
from sandbox.faults import FaultTable
from sandbox.feed import Feed
from sandbox.gateway.hub import Hub
from sandbox.interactions.store import InteractionStore
from sandbox.limits import Limits
from sandbox.oauth.grants import Grants
from sandbox.persistence import StateFile
from sandbox.seed import seed_world
from sandbox.settings import SandboxSettings
from sandbox.snowflakes import SnowflakeSource
from sandbox.state import Channel, Guild, Member, Role, User, WorldState

__all__ = ["World"]


class World:
    """Guilds and people, and everything a bot can reach of them.

    With `state_path` the world is loaded from there if it exists, and saved there.
    """

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        *,
        clock: Clock | None = None,
        state_path: Path | None = None,
    ) -> None:
        self.settings = settings or SandboxSettings()
        self.clock = clock or SystemClock()
        self.public_url = "http://127.0.0.1"
        self.file = StateFile(state_path, self._snapshot) if state_path else None
        self.state = (self.file.load() if self.file else None) or seed_world(self.settings, self.clock.now())
        self.ids = SnowflakeSource(self.state.last_id)
        self.book = Book(self.settings.effects_kept)
        self.requests = Requests()
        self.faults = FaultTable()
        self.limits = Limits(global_per_second=self.settings.global_per_second)
        self.bucket_limits = dict(self.settings.bucket_limits)
        self.feed = Feed()
        self.gateway = Hub(self.settings, self.clock, self._gateway_changed)
        self.interactions = InteractionStore(self.settings)
        self.grants = Grants(self.clock)

    # -- life ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Ends gateway connections and streams, and saves. To be called before the server waits for its clients."""
        self.gateway.close()
        self.feed.close()
        if self.file:
            self.file.save()

    def reset(self) -> None:
        """Back to the seed: guilds, messages, book, counters, faults, limits and logins.

        Bots stay connected, and what commands they have registered stays too: they do that only when they start.
        """
        commands, creates = self.state.commands, self.state.command_creates
        self.state = seed_world(self.settings, self.clock.now())
        self.state.commands, self.state.command_creates = commands, creates
        self.book.clear()
        self.requests.clear()
        self.faults.clear()
        self.limits.clear()
        self.limits.global_per_second = self.settings.global_per_second
        self.bucket_limits = dict(self.settings.bucket_limits)
        self.interactions.clear()
        self.grants.clear()
        self.touch()
        self.feed.publish("reset", {})

    def touch(self) -> None:
        """The state has changed and wants saving."""
        if self.file:
            self.file.touch()

    def now(self) -> float:
        return self.clock.now()

    def new_id(self) -> int:
        return self.ids.next(self.clock.now())

    # -- telling ---------------------------------------------------------------------------------------------------

    def emit(self, event: str, data: dict[str, Any], *, guild_id: int | None = None, direct: bool = False) -> None:
        """Something happened: to the gateway and to the page."""
        self.touch()
        if guild_id is None or not self.state.guilds[guild_id].bot_removed or event == "GUILD_DELETE":
            self.gateway.dispatch(event, data, guild_id=guild_id, direct=direct)
        self.feed.publish("dispatch", {"event": event, "guild_id": guild_id and str(guild_id), "data": data})

    def _gateway_changed(self) -> None:
        self.feed.publish("gateway", self.gateway.report())

    # -- looking up ------------------------------------------------------------------------------------------------

    @property
    def bot_id(self) -> int:
        return self.settings.application_id

    def guild(self, guild_id: int) -> Guild:
        """A guild that the bot is in; an unavailable one is as good as unknown."""
        guild = self.state.guilds.get(guild_id)
        if guild is None or guild.bot_removed or guild.unavailable:
            raise UNKNOWN_GUILD.error()
        return guild

    def user(self, user_id: int) -> User:
        user = self.state.users.get(user_id)
        if user is None:
            raise UNKNOWN_USER.error()
        return user

    def member(self, guild: Guild, user_id: int) -> Member:
        member = guild.members.get(user_id)
        if member is None:
            raise (UNKNOWN_MEMBER if user_id in self.state.users else UNKNOWN_USER).error()
        return member

    def role(self, guild: Guild, role_id: int) -> Role:
        role = guild.roles.get(role_id)
        if role is None:
            raise UNKNOWN_ROLE.error()
        return role

    def channel(self, channel_id: int) -> tuple[Channel, Guild | None]:
        """A guild channel with its guild, or a direct-message channel with None."""
        direct = self.state.direct.get(channel_id)
        if direct is not None:
            return direct, None
        for guild in self.state.guilds.values():
            if channel_id in guild.channels and not guild.bot_removed and not guild.unavailable:
                return guild.channels[channel_id], guild
        raise UNKNOWN_CHANNEL.error()

    def _snapshot(self) -> WorldState:
        self.state.last_id = self.ids.last
        return self.state
