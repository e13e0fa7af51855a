"""Changes of a guild's settings: one at a time, many at once, or all of them back to a version."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bus.errors import InvalidMessage
from models import settings_store
from models.errors import StaleVersion, UnknownVersion
from models.guild_settings import check_changes, read_setting, settings_of
from models.outcome import Outcome
from models.setting_kinds import in_words
from models.settings_store import StoredSettings, changes_to
from workers.failures import PermanentFailure
from workers.ports import Call

__all__ = ["change_settings", "restore_settings", "set_setting"]

_Change = Callable[[], Awaitable[tuple[StoredSettings, StoredSettings]]]


async def set_setting(call: Call) -> Outcome:
    key, text = call.options.key, call.options.value

    async def change() -> tuple[StoredSettings, StoredSettings]:
        return await _set_values(call, {key: read_setting(key, text, call.ports.catalogue)})

    before, after = await _or_refuse(change)
    value = in_words(_shown(call, after.data, key)) or "empty"
    return _outcome(call, f"`{key}` is now `{value}` (version {after.version}).", before, after, (key,))


async def change_settings(call: Call) -> Outcome:
    changes = call.options.changes

    async def change() -> tuple[StoredSettings, StoredSettings]:
        return await _set_values(call, check_changes(changes, call.ports.catalogue))

    before, after = await _or_refuse(change)
    what = "One setting was" if len(changes) == 1 else f"{len(changes)} settings were"
    return _outcome(call, f"{what} changed (version {after.version}).", before, after, changes)


async def restore_settings(call: Call) -> Outcome:
    async def change() -> tuple[StoredSettings, StoredSettings]:
        return await settings_store.restore(
            call.connection,
            call.guild_id,
            call.options.version,
            expected_version=call.options.expected_version,
            by=call.command.actor.id,
            command_id=call.command.id,
        )

    before, after = await _or_refuse(change)
    message = f"The settings are again as they were at version {call.options.version} (version {after.version})."
    return _outcome(call, message, before, after, changes_to(before.data, after.data))


async def _set_values(call: Call, values: Mapping[str, Any]) -> tuple[StoredSettings, StoredSettings]:
    return await settings_store.set_values(
        call.connection,
        call.guild_id,
        values,
        expected_version=call.options.expected_version,
        by=call.command.actor.id,
        command_id=call.command.id,
    )


async def _or_refuse(change: _Change) -> tuple[StoredSettings, StoredSettings]:
    try:
        return await change()
    except (InvalidMessage, UnknownVersion) as error:
        raise PermanentFailure(str(error), code="invalid_setting") from error
    except StaleVersion as error:
        raise PermanentFailure(str(error), code="stale_version") from error


def _outcome(
    call: Call, message: str, before: StoredSettings, after: StoredSettings, keys: Mapping[str, Any] | tuple[str, ...]
) -> Outcome:
    return Outcome(
        message,
        data={"version": after.version},
        before={**{key: _shown(call, before.data, key) for key in keys}, "version": before.version},
        after={**{key: _shown(call, after.data, key) for key in keys}, "version": after.version},
        control_version=after.control_version,
    )


def _shown(call: Call, data: Mapping[str, Any], key: str) -> Any:
    """What holds: the stored value, or the default of a setting that is known."""
    setting = settings_of(call.ports.catalogue).get(key)
    return data.get(key, None if setting is None else setting.default)
