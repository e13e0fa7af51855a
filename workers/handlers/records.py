"""Commands whose effect is rows of ours: written in the same transaction as the claim and the audit trail."""

from __future__ import annotations

from bus.errors import InvalidMessage
from models import control, notes, settings_store, warnings
from models.errors import StaleVersion
from models.guild_settings import parse_setting
from models.outcome import Outcome
from workers.failures import PermanentFailure
from workers.ports import Call

__all__ = ["note", "set_setting", "warn"]


async def warn(call: Call) -> Outcome:
    command, options = call.command, call.options
    before = await warnings.count(call.connection, call.guild_id, options.member)
    await warnings.add(
        call.connection,
        command_id=command.id,
        guild_id=call.guild_id,
        member_id=options.member,
        moderator=command.actor.id,
        reason=options.reason,
        at=call.ports.clock.now(),
    )
    total = before + 1
    times = "once" if total == 1 else f"{total} times"
    return Outcome(
        f"<@{options.member}> was warned: {options.reason} (warned {times} so far)",
        data={"warnings": total},
        before={"warnings": before},
        after={"warnings": total},
    )


async def note(call: Call) -> Outcome:
    command, options = call.command, call.options
    before = await notes.count(call.connection, call.guild_id, options.member)
    await notes.add(
        call.connection,
        command_id=command.id,
        guild_id=call.guild_id,
        member_id=options.member,
        moderator=command.actor.id,
        text=options.text,
        at=call.ports.clock.now(),
    )
    return Outcome(
        f"Noted about <@{options.member}>: {options.text}",
        data={"notes": before + 1},
        before={"notes": before},
        after={"notes": before + 1},
    )


async def set_setting(call: Call) -> Outcome:
    options = call.options
    try:
        value = parse_setting(options.key, options.value)
        before, after = await settings_store.set_values(
            call.connection,
            call.guild_id,
            {options.key: value},
            expected_version=options.expected_version,
            by=call.command.actor.id,
            command_id=call.command.id,
        )
    except InvalidMessage as error:
        raise PermanentFailure(str(error), code="invalid_setting") from error
    except StaleVersion as error:
        raise PermanentFailure(str(error), code="stale_version") from error
    await control.bump(call.connection)  # whoever keeps settings in memory reads them again
    return Outcome(
        f"`{options.key}` is now `{value}` (version {after.version}).",
        data={"version": after.version},
        before={options.key: before.data[options.key], "version": before.version},
        after={options.key: value, "version": after.version},
    )
