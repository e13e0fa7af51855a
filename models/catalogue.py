"""Which commands there are: the one table, joined by the specs of installed plugins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from uuid import UUID

from bus import codec
from bus.envelopes import COMMAND_VERSION, Command
from bus.errors import InvalidMessage
from models.commands import approvals, bulk, messages, moderation, server, settings, utility
from models.spec import CommandSpec

__all__ = ["BUILT_IN", "PLUGIN_GROUP", "Catalogue", "load_catalogue"]

PLUGIN_GROUP = "guildbus.commands"

BUILT_IN: tuple[type[CommandSpec], ...] = (
    utility.Ping,
    utility.ServerInfo,
    settings.SetSetting,
    settings.ChangeSettings,
    settings.RestoreSettings,
    moderation.Warn,
    moderation.Note,
    moderation.Ban,
    moderation.Unban,
    moderation.Timeout,
    moderation.Kick,
    server.AddRole,
    server.RemoveRole,
    server.CreateChannel,
    messages.Announce,
    messages.CallWebhook,
    messages.Broadcast,
    bulk.StartBulk,
    bulk.PauseBulk,
    bulk.ResumeBulk,
    bulk.CancelBulk,
    bulk.RetryBulk,
    approvals.Approve,
    approvals.Decline,
)

TypeOfBulk = Callable[[UUID], Awaitable[str | None]]
"""The type of a bulk's children; None for one that does not exist."""


class Catalogue:
    """The specs by type. Raises ValueError for two specs of one type or one slash path."""

    def __init__(self, specs: Iterable[type[CommandSpec]]) -> None:
        by_type: dict[str, type[CommandSpec]] = {}
        by_slash: dict[str, type[CommandSpec]] = {}
        for spec in specs:
            if by_type.setdefault(spec.type, spec) is not spec:
                raise ValueError(f"two commands are called {spec.type}: {by_type[spec.type]!r} and {spec!r}")
            if spec.slash is not None and by_slash.setdefault(spec.slash, spec) is not spec:
                raise ValueError(f"two commands are /{spec.slash}: {by_slash[spec.slash].type} and {spec.type}")
        self.by_type: Mapping[str, type[CommandSpec]] = MappingProxyType(by_type)
        self.by_slash: Mapping[str, type[CommandSpec]] = MappingProxyType(by_slash)

    def parse(self, type_: str, options: Mapping[str, object]) -> CommandSpec:
        """The options as the type's spec. Raises InvalidMessage that says what is wrong with which option."""
        spec = self.by_type.get(type_)
        if spec is None:
            raise InvalidMessage(f"there is no command {type_!r}; known are {', '.join(sorted(self.by_type))}")
        return codec.convert(dict(options), spec)

    def parse_command(self, command: Command) -> CommandSpec:
        """As `parse`, for a received command; refuses versions that this process does not know."""
        if command.version != COMMAND_VERSION:
            raise InvalidMessage(f"command version {command.version} is unknown; this process speaks {COMMAND_VERSION}")
        return self.parse(command.type, command.options)

    async def with_what_it_leads_to(self, options: CommandSpec, type_of_bulk: TypeOfBulk) -> list[type[CommandSpec]]:
        """The command's own spec, and that of what it leads to: a bulk is judged by what it does to each member."""
        leads_to = options.leads_to()
        if isinstance(leads_to, UUID):
            leads_to = await type_of_bulk(leads_to)
        other = None if leads_to is None else self.by_type.get(leads_to)
        return [type(options)] if other is None else [type(options), other]


def load_catalogue() -> Catalogue:
    """The built-in specs and those that installed packages declare under `guildbus.commands`.

    An entry point names a tuple of spec classes.
    """
    plugins = [spec for point in entry_points(group=PLUGIN_GROUP) for spec in point.load()]
    return Catalogue((*BUILT_IN, *plugins))
