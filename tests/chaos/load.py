"""A steady load of mixed commands, and what became of each promise: accepted, waiting, ended."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import aiohttp

from bus.clock import SystemClock
from bus.envelopes import Command
from bus.ids import Snowflake
from bus.transport import Transport
from models.catalogue import load_catalogue
from models.database import Database
from models.ledger import Ledger
from scripts.direct import build_command, publish_directly
from tests.chaos.books import Accepted
from tests.chaos.discord import GUILDS, Discord
from tests.chaos.kinds import KINDS, SOURCES, Kind, Targets

__all__ = ["Load", "WaysIn"]

_TRY_AGAIN_SECONDS = 0.5
_GIVE_UP_SECONDS = 30.0
_REQUEST = aiohttp.ClientTimeout(total=10)
_LOOK_SECONDS = 0.25
_FEWEST_STRANGERS = 20
_STRANGERS_AT_ONCE = 60
_RECENT = 200


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Where commands go: the sandbox, the load balancer before the web processes, the broker as `script`."""

    discord: Discord
    api_url: str
    api_key: str
    script: Transport
    database: Database
    confirmed_by_bots: Path


@dataclass(slots=True)
class Load:
    """Open loop: a command is due every 1/rate seconds, whatever became of the one before."""

    ways: WaysIn
    dice: Random
    rate: float
    accepted: dict[UUID, Accepted] = field(default_factory=dict)
    interactions: dict[UUID, str] = field(default_factory=dict)
    recent: list[Command] = field(default_factory=list)
    issued: Counter[str] = field(default_factory=Counter)
    given_up: list[str] = field(default_factory=list)
    tried_again: int = 0
    loading: bool = False
    _newest_ended: dict[str, float] = field(default_factory=dict)
    _waiting: dict[UUID, float] = field(default_factory=dict)
    _slash: dict[UUID, str] = field(default_factory=dict)
    _confirmed_read: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _number: int = 0
    _targets: list[Targets] = field(default_factory=list)

    async def prepare(self) -> None:
        """People to kick, and people to stay."""
        for guild_id in GUILDS:
            targets = Targets(guild_id, self.ways.discord.sink_url)
            targets.members = await self.ways.discord.newcomers(guild_id, _STRANGERS_AT_ONCE)
            targets.strangers = await self.ways.discord.newcomers(guild_id, _STRANGERS_AT_ONCE)
            self._targets.append(targets)

    async def run(self, until: float) -> None:
        """Until that moment of the loop's clock; returns once every request has its answer."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        self.loading = True
        async with aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self.ways.api_key}"},
            timeout=_REQUEST,
            connector=aiohttp.TCPConnector(limit=200),
        ) as api:
            while due < until:
                await asyncio.sleep(max(0.0, due - loop.time()))
                due += 1 / self.rate
                self._start(self._one(api))
            self.loading = False
            while self._tasks:
                await asyncio.wait(self._tasks)

    async def watch(self) -> None:
        """Keep track of what has ended, until cancelled."""
        while True:
            with suppress(Exception):  # a database that is away is asked again
                await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """One look at the ledger, and at what the bots have accepted since the last."""
        self._read_confirmed()
        if not self._waiting:
            return
        rows = await self.ways.database.fetch(
            "SELECT id FROM commands WHERE id = ANY($1::uuid[]) AND settled_at IS NOT NULL", list(self._waiting)
        )
        for row in rows:
            promised_at, source = self._waiting.pop(row["id"]), self.accepted[row["id"]].source
            self._newest_ended[source] = max(promised_at, self._newest_ended.get(source, 0.0))

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def oldest_waiting_seconds(self) -> float:
        """How long the oldest accepted command has been waiting for its end."""
        return time.monotonic() - min(self._waiting.values(), default=time.monotonic())

    def caught_up_with(self, moment: float) -> bool:
        """Whether what was promised until then has ended, and something that was promised since from each way in."""
        if any(promised_at <= moment for promised_at in self._waiting.values()):
            return False
        return not self.loading or all(self._newest_ended.get(source, 0.0) > moment for source, _ in SOURCES)

    def promise(self, one: Accepted) -> None:
        self.accepted[one.id] = one
        if not one.poison:
            self._waiting[one.id] = time.monotonic()

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, api: aiohttp.ClientSession) -> None:
        self._number += 1
        number = self._number
        (kind,) = self.dice.choices(KINDS, [kind.share for kind in KINDS])
        names, weights = zip(*(one for one in SOURCES if one[0] in kind.sources), strict=True)
        (source,) = self.dice.choices(names, weights)
        targets = self.dice.choice(self._targets)
        if len(targets.strangers) == _FEWEST_STRANGERS:
            self._start(self._invite(targets))
        if kind.type == "moderation.kick" and not targets.strangers:
            return
        options = kind.options(targets, self.dice, f"chaos-{number}")
        guild_id = None if kind.platform_wide else Snowflake(targets.guild_id)
        self.issued[f"{kind.effect} {source}"] += 1
        if source == "slash":
            await self._use(kind, targets, options)
        elif source == "api":
            await self._ask(api, kind, targets, options, f"chaos-{number}")
        else:
            await self._publish(kind, guild_id, options)

    async def _invite(self, targets: Targets) -> None:
        targets.strangers += await self.ways.discord.newcomers(targets.guild_id, _STRANGERS_AT_ONCE)

    async def _use(self, kind: Kind, targets: Targets, options: dict[str, Any]) -> None:
        try:
            interaction, command_id = await self.ways.discord.use(targets.guild_id, kind.slash, options)
        except RuntimeError as error:  # no bot is connected: Discord says so at once, and nobody was promised anything
            self.given_up.append(f"{kind.type}: {error}")
            return
        self.interactions[command_id] = interaction
        self._slash[command_id] = kind.type

    async def _ask(
        self, api: aiohttp.ClientSession, kind: Kind, targets: Targets, options: dict[str, Any], key: str
    ) -> None:
        """As a good client does it: again with the same key for as long as there is no answer."""
        url = f"{self.ways.api_url}/api/v1/guilds/{targets.guild_id}/commands"
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        said = ""
        while time.monotonic() < deadline:
            try:
                body = {"type": kind.type, "options": options}
                async with api.post(url, json=body, headers={"Idempotency-Key": key}) as answer:
                    if answer.status == 202:
                        self.promise(Accepted(UUID((await answer.json())["id"]), kind.type, "api"))
                        return
                    said = f"{answer.status} {(await answer.text())[:200]}"
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                said = f"{type(error).__name__} {error}"
            self.tried_again += 1
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
        self.given_up.append(f"{kind.type}: {said}")

    async def _publish(self, kind: Kind, guild_id: Snowflake | None, options: dict[str, Any]) -> None:
        command = build_command(
            load_catalogue(), kind.type, options, guild_id=guild_id, dry_run=False, clock=SystemClock(), who="chaos"
        )
        try:
            await publish_directly(command, ledger=Ledger(self.ways.database), transport=self.ways.script)
        except Exception as error:  # whatever broke, it was not accepted
            self.given_up.append(f"{kind.type}: {type(error).__name__} {str(error)[:100]}")
            return
        self.promise(Accepted(command.id, kind.type, "script"))
        self.recent = [*self.recent[-_RECENT:], command]

    def _read_confirmed(self) -> None:
        with suppress(FileNotFoundError), self.ways.confirmed_by_bots.open("rb") as book:
            book.seek(self._confirmed_read)
            whole = book.read().rpartition(b"\n")[0]
            self._confirmed_read += len(whole) + 1 if whole else 0
            for line in whole.split():
                id_ = UUID(line.decode())
                if id_ in self._slash and id_ not in self.accepted:
                    self.promise(Accepted(id_, self._slash[id_], "slash"))
