"""Which handler executes which spec: the one table, joined by the handlers of installed plugins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

from models.catalogue import Catalogue
from models.commands import approvals as approval_specs
from models.commands import bulk as bulk_specs
from models.commands import messages as message_specs
from models.commands import moderation as moderation_specs
from models.commands import server as server_specs
from models.commands import settings as settings_specs
from models.commands import utility as utility_specs
from workers.handlers import approvals, bulk, messages, moderation, records, server, settings, utility
from workers.ports import Handler

__all__ = ["BUILT_IN", "PLUGIN_GROUP", "load_handlers", "table_of"]

PLUGIN_GROUP = "guildbus.handlers"

BUILT_IN: tuple[Handler, ...] = (
    Handler(utility_specs.Ping, utility.ping),
    Handler(utility_specs.ServerInfo, utility.server_info),
    Handler(settings_specs.SetSetting, settings.set_setting),
    Handler(settings_specs.ChangeSettings, settings.change_settings),
    Handler(settings_specs.RestoreSettings, settings.restore_settings),
    Handler(moderation_specs.Warn, records.warn),
    Handler(moderation_specs.Note, records.note),
    Handler(moderation_specs.Ban, moderation.ban),
    Handler(moderation_specs.Unban, moderation.unban),
    Handler(moderation_specs.Timeout, moderation.time_out),
    Handler(moderation_specs.Kick, moderation.kick, look=moderation.look_for_kick),
    Handler(server_specs.AddRole, server.add_role),
    Handler(server_specs.RemoveRole, server.remove_role),
    Handler(server_specs.CreateChannel, server.create_channel, look=server.look_for_channel),
    Handler(message_specs.Announce, messages.announce),
    Handler(message_specs.CallWebhook, messages.call_webhook),
    Handler(message_specs.Broadcast, messages.broadcast),
    Handler(bulk_specs.StartBulk, bulk.start),
    Handler(bulk_specs.PauseBulk, bulk.pause),
    Handler(bulk_specs.ResumeBulk, bulk.resume),
    Handler(bulk_specs.CancelBulk, bulk.cancel),
    Handler(bulk_specs.RetryBulk, bulk.retry),
    Handler(approval_specs.Approve, approvals.approve),
    Handler(approval_specs.Decline, approvals.decline),
)


def table_of(handlers: Iterable[Handler], catalogue: Catalogue) -> Mapping[str, Handler]:
    """The handlers by command type. Raises ValueError where specs and handlers do not match one to one."""
    table = {handler.spec.type: handler for handler in handlers}
    without = sorted(set(catalogue.by_type) - set(table))
    unknown = sorted(set(table) - set(catalogue.by_type))
    if without or unknown:
        raise ValueError(f"commands without a handler: {without}; handlers without a command: {unknown}")
    return MappingProxyType(table)


def load_handlers(catalogue: Catalogue) -> Mapping[str, Handler]:
    """The built-in handlers and those that packages declare under `guildbus.handlers` (a tuple of Handler)."""
    plugins = [handler for point in entry_points(group=PLUGIN_GROUP) for handler in point.load()]
    return table_of((*BUILT_IN, *plugins), catalogue)
