"""From the slash command to the message on the broker, through the real library and the stand-in for Discord."""

from __future__ import annotations

from sandbox.seed import GUILD_ONE, person_id
from tests.integration.bot.running_bot import World, running_bot


async def test_a_slash_command_is_deferred_and_published(world: World) -> None:
    async with running_bot(world) as bot:
        used = await world.use("ban", member=str(person_id("member")), reason="spam")
        seen = await world.deferred(used)
        command = await bot.next_command()
    assert [row["type"] for row in seen["callbacks"]] == [5]
    assert command.type == "moderation.ban"
    assert command.guild_id == GUILD_ONE
    assert command.options == {"member": str(person_id("member")), "reason": "spam"}
