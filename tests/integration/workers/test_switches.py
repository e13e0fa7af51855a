"""Kill switches on running workers."""

from __future__ import annotations

import time

from bus import codec
from bus.transport import Message
from models.control import Switch, set_switch
from sandbox.seed import GUILD_ONE
from tests.integration.workers.commands import CROWD, a_command
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import eventually


async def flip(platform: Platform, *, off: bool) -> None:
    switch = Switch("guild_command", GUILD_ONE, "moderation.ban", "under repair", "operator")
    async with platform.database.transaction() as connection:
        version = await set_switch(connection, switch, off=off)
    # Nobody may be listening yet: then it is found in the table.
    await (await platform.transport("web")).publish_all([Message("control", "", codec.encode({"version": version}))])


async def test_a_switch_works_within_a_second_of_its_announcement(on_both: Platform) -> None:
    platform = on_both
    async with platform.worker():
        first = a_command("moderation.ban", {"member": CROWD[0]})
        await platform.publish(first)
        assert (await platform.end_of(first)).state == "succeeded"
        try:
            await flip(platform, off=True)
            flipped = time.monotonic()

            async def refused() -> bool:
                command = a_command("moderation.ban", {"member": CROWD[1]}, dry_run=True)
                await platform.publish(command)
                return (await platform.end_of(command)).state == "refused"

            await eventually(refused, "the switch")
            assert time.monotonic() - flipped < 1.0
            other = a_command("moderation.unban", {"member": CROWD[0]})
            await platform.publish(other)
            assert (await platform.end_of(other)).state == "succeeded", "only what was switched off"
        finally:
            await flip(platform, off=False)
        again = a_command("moderation.ban", {"member": CROWD[1]}, dry_run=True)

        async def accepted() -> bool:
            command = a_command("moderation.ban", {"member": CROWD[1]}, dry_run=True)
            await platform.publish(command)
            return (await platform.end_of(command)).state == "succeeded"

        await eventually(accepted, "the switch back")
        await platform.publish(again)
        await platform.end_of(again)


async def test_what_is_switched_off_before_a_start_stays_off_and_says_why(platform: Platform) -> None:
    await flip(platform, off=True)
    try:
        command = a_command("moderation.ban", {"member": CROWD[2]})
        async with platform.worker():
            await platform.publish(command)
            record = await platform.end_of(command)
        assert record.outcome is not None
        assert (record.state, record.outcome.code) == ("refused", "switched_off")
        assert "under repair" in record.outcome.message
        assert (await platform.audit(command.id))[0]["detail"]["code"] == "switched_off"
    finally:
        await flip(platform, off=False)
