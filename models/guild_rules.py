"""Every guild's rules for its commands, as one process knows them: read once, then only what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec
from loguru import logger

from bus.errors import InvalidMessage
from models import control
from models.catalogue import Catalogue
from models.command_rules import CommandRules, rules_of, types_in
from models.database import Database
from models.spec import CommandSpec

__all__ = ["GuildRules", "RulesInForce"]

_CHANGED = "SELECT guild_id, data FROM guild_settings WHERE control_version > $1"


@dataclass(frozen=True, slots=True)
class GuildRules:
    """What one guild decided; commands that are not in `commands` are as they were declared."""

    private_replies: bool
    commands: Mapping[str, CommandRules]


class RulesInForce:
    """What this process obeys: the rules of guilds and the kill switches, as of `version`.

    Memory grows with the guilds that ever changed a setting, by some hundred bytes each; a guild that changed none
    costs nothing. Settings get their control version under a lock that is held until their commit, so that asking
    for what is newer than the last version misses nothing.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._declared = {type_: rules_of({}, spec) for type_, spec in catalogue.by_type.items()}
        self._guilds: dict[int, GuildRules] = {}
        self._switches = control.Switches(0, MappingProxyType({}))

    @property
    def version(self) -> int:
        """The control version that this process obeys."""
        return self._switches.version

    def of(self, guild_id: int | None, spec: type[CommandSpec]) -> CommandRules:
        """The rules for a command; outside of guilds only what the command itself declares."""
        guild = None if guild_id is None else self._guilds.get(guild_id)
        found = None if guild is None else guild.commands.get(spec.type)
        return self._declared[spec.type] if found is None else found

    def private(self, guild_id: int, spec: type[CommandSpec]) -> bool:
        """Whether only the asker sees the answer. What a command declares as private is never made public."""
        wanted = self.of(guild_id, spec).private_reply
        guild = self._guilds.get(guild_id)
        return spec.private_reply or (guild is not None and guild.private_replies if wanted is None else wanted)

    def switched_off(self, command_type: str, guild_id: int | None) -> str | None:
        """Why a command is switched off by the platform's operators, or None (FEATURES.md X17)."""
        return self._switches.refusal(command_type, guild_id)

    async def refresh(self, database: Database) -> None:
        """Reads what has changed since the last time. Raises what the database raises; then nothing has changed."""
        switches = await control.switches(database)
        rows = await database.fetch(_CHANGED, self._switches.version)
        for row in rows:
            self.learn(row["guild_id"], msgspec.json.decode(row["data"]))
        self._switches = switches

    def learn(self, guild_id: int, data: Mapping[str, Any]) -> None:
        """A guild's settings as they are stored, in the place of what was known of them."""
        rules = {}
        for type_ in types_in(data) & self._declared.keys():
            spec = self._catalogue.by_type[type_]
            try:
                found = rules_of(data, spec)
            except InvalidMessage as error:
                logger.error("guild {}: settings of {} cannot be read and do not count: {}", guild_id, type_, error)
                continue
            if found != self._declared[type_]:
                rules[type_] = found
        self._guilds[guild_id] = GuildRules(data.get("private_replies") is True, rules)
