"""What a handler is given: the command, its options, and the ports it may use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import iscoroutinefunction
from typing import Any, Protocol

from bus.clock import Clock
from bus.envelopes import Actor, Command, Grant
from bus.ids import Snowflake
from models.catalogue import Catalogue
from models.checks import Trouble
from models.outcome import Outcome
from models.ranks import Ranks
from models.spec import CommandSpec

__all__ = ["Approvers", "AuditEntry", "Call", "Discord", "GuildReader", "Handler", "Ports", "Run", "WebhookCaller"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of Discord's audit log, as far as reconciling needs it."""

    action: int
    target_id: int | None
    reason: str


class Discord(Protocol):
    """Discord's REST API, as far as the handlers use it.

    Every method raises PermanentFailure for a 4xx (with Discord's code and words), Wait for a rate limit over two
    seconds, RetryableFailure for a 5xx or a lost connection.
    """

    async def ban(self, guild_id: int, user_id: int, *, delete_seconds: int, reason: str) -> None: ...
    async def unban(self, guild_id: int, user_id: int, *, reason: str) -> None: ...
    async def kick(self, guild_id: int, user_id: int, *, reason: str) -> None: ...
    async def time_out(self, guild_id: int, user_id: int, *, until: datetime, reason: str) -> None: ...
    async def add_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str) -> None: ...
    async def remove_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str) -> None: ...
    async def member(self, guild_id: int, user_id: int) -> dict[str, Any] | None: ...
    async def permissions(self, guild_id: int, user_id: int) -> int | None: ...
    async def guild_of_channel(self, channel_id: int) -> int | None: ...
    async def ranks(self, guild_id: int, user_ids: Sequence[int]) -> Ranks: ...
    async def is_banned(self, guild_id: int, user_id: int) -> bool: ...
    async def create_channel(
        self, guild_id: int, *, name: str, kind: str, category: int | None, topic: str, reason: str
    ) -> int: ...
    async def post_message(self, channel_id: int, *, text: str, nonce: str) -> int: ...
    async def direct_message(self, user_id: int, *, text: str, nonce: str) -> int: ...
    async def audit_log(self, guild_id: int, *, action: int, since: datetime) -> Sequence[AuditEntry]: ...
    async def edit_reply(self, application_id: int, token: str, *, text: str) -> None: ...


class WebhookCaller(Protocol):
    """POSTs to addresses outside Discord."""

    async def post(self, url: str, body: Mapping[str, Any], *, headers: Mapping[str, str]) -> int: ...


class GuildReader(Protocol):
    """What the platform knows of guilds, without asking Discord."""

    async def summary(self, guild_id: Snowflake) -> dict[str, Any] | None: ...
    async def announcement_targets(self) -> Sequence[tuple[Snowflake, Snowflake]]: ...


class Approvers(Protocol):
    """Who may decide on a command that waits for a second person: who may do it too, and is not who asked."""

    async def trouble_of_decider(self, waiting: Command, by: Actor, grant: Grant | None) -> Trouble | None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside world, passed in, and which commands there are."""

    catalogue: Catalogue
    clock: Clock
    discord: Discord
    webhooks: WebhookCaller
    guilds: GuildReader
    approvers: Approvers


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a handler. `connection` is the open transaction of a transactional command, else None."""

    command: Command
    options: Any
    ports: Ports
    connection: Any = None

    @property
    def guild_id(self) -> Snowflake:
        """The guild; a spec that needs one is never run without (`workers.gate`)."""
        if self.command.guild_id is None:
            raise ValueError(f"{self.command.type} needs a guild")
        return self.command.guild_id

    @property
    def audit_reason(self) -> str:
        """What stands in Discord's audit log: the person's reason, and the command's id to look it up by."""
        reason = getattr(self.options, "reason", "")
        who = self.command.actor.name or self.command.actor.id
        return f"{reason or 'no reason given'} · by {who} · {self.command.id}"


Run = Callable[[Call], Awaitable[Outcome]] | Callable[[Call], Outcome]


@dataclass(frozen=True, slots=True)
class Handler:
    """What executes a spec. `look` tells whether an earlier attempt's effect happened (None: it did not).

    `run` is an ordinary function where it only computes: it has no time limit then.
    """

    spec: type[CommandSpec]
    run: Run
    look: Callable[[Call], Awaitable[Outcome | None]] | None = None

    @property
    def waits(self) -> bool:
        """Whether others are to go on meanwhile: not for what only computes."""
        return iscoroutinefunction(self.run)
