"""An interaction as the control API and the page show it: everything but the token."""

from __future__ import annotations

from typing import Any

from sandbox.acts import messages as acts
from sandbox.clock import iso
from sandbox.interactions.store import Interaction
from sandbox.world import World

__all__ = ["published", "view"]


def view(world: World, one: Interaction) -> dict[str, Any]:
    """`{"id", "created_at", "state", "callbacks", "reply", "ephemeral", "followups", …}`; times are ISO 8601."""
    return {
        "id": str(one.id),
        "created_at": iso(one.created_at),
        "guild_id": str(one.guild_id),
        "channel_id": str(one.channel_id),
        "user_id": str(one.user_id),
        "command": one.command,
        "state": world.interactions.state(one, world.now()),
        "callbacks": [{**row, "at": iso(row["at"])} for row in one.callbacks],
        "reply": _message(world, one, one.message_id),
        "ephemeral": one.ephemeral,
        "followups": [row for i in one.followups if (row := _message(world, one, i)) is not None],
        "modal": one.modal,
    }


def _message(world: World, one: Interaction, message_id: int | None) -> dict[str, Any] | None:
    """None also while the answer is only deferred."""
    guild = world.state.guilds.get(one.guild_id)
    channel = guild.channels.get(one.channel_id) if guild else None
    message = acts.find(channel, message_id) if channel and message_id else None
    if message is None or message.flags & acts.LOADING:
        return None
    return acts.render(world, message, guild)


def published(world: World, one: Interaction) -> None:
    """Tells the page of the person who used the command, and whoever waits for an answer."""
    world.interactions.wake(one)
    world.feed.publish("interaction", view(world, one), only_for=one.user_id)
