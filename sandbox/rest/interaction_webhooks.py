"""What follows the first answer: `@original` and follow-ups, for the token's 15 minutes.

https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

from sandbox.acts import messages as acts
from sandbox.errors import INVALID_WEBHOOK_TOKEN, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK
from sandbox.interactions.store import Interaction
from sandbox.interactions.view import published
from sandbox.rest.call import Answer, Call
from sandbox.rest.message_form import contents, read_message
from sandbox.rest.webhooks import execute
from sandbox.state import Message
from sandbox.world import World

__all__ = [
    "delete_message", "delete_original", "edit_message", "edit_original", "follow_up", "get_message", "get_original",
]  # fmt: skip


def _interaction(world: World, call: Call) -> Interaction:
    if call.ids["webhook_id"] != world.settings.application_id:
        raise UNKNOWN_WEBHOOK.error()
    one = world.interactions.by_token(call.words["token"], world.now())
    if one is None:
        raise INVALID_WEBHOOK_TOKEN.error()
    if not one.callbacks:
        raise UNKNOWN_WEBHOOK.error()  # As Discord: the webhook exists from the first answer on.
    return one


def _message(world: World, one: Interaction, message_id: int | None) -> Message:
    channel = world.state.guilds[one.guild_id].channels.get(one.channel_id)
    known = message_id is not None and message_id in (one.message_id, *one.followups)
    message = acts.find(channel, message_id) if channel and known and message_id else None
    if message is None:
        raise UNKNOWN_MESSAGE.error()
    return message


def _get(world: World, one: Interaction, message_id: int | None) -> Answer:
    message = _message(world, one, message_id)
    return Answer(body=acts.render(world, message, world.state.guilds[one.guild_id]))


def _edit(world: World, call: Call, one: Interaction, message_id: int | None) -> Answer:
    message = _message(world, one, message_id)
    guild = world.state.guilds[one.guild_id]
    form = read_message(call.dictionary(), may_be_empty=not message.flags & acts.LOADING)
    acts.edit(world, message, guild, contents(form))
    if message.id == one.message_id:
        one.replied = True
    published(world, one)
    return Answer(body=acts.render(world, message, guild), guild_id=guild.id, target=message.id)


def _delete(world: World, one: Interaction, message_id: int | None) -> Answer:
    message = _message(world, one, message_id)
    guild = world.state.guilds[one.guild_id]
    acts.delete(world, guild.channels[one.channel_id], message, guild)
    if message.id == one.message_id:
        one.message_id, one.replied = None, True
    else:
        one.followups.remove(message.id)
    published(world, one)
    return Answer(status=204, guild_id=guild.id, target=message.id)


def get_original(world: World, call: Call) -> Answer:
    one = _interaction(world, call)
    return _get(world, one, one.message_id)


def edit_original(world: World, call: Call) -> Answer:
    one = _interaction(world, call)
    return _edit(world, call, one, one.message_id)


def delete_original(world: World, call: Call) -> Answer:
    one = _interaction(world, call)
    return _delete(world, one, one.message_id)


def get_message(world: World, call: Call) -> Answer:
    return _get(world, _interaction(world, call), call.ids["message_id"])


def edit_message(world: World, call: Call) -> Answer:
    return _edit(world, call, _interaction(world, call), call.ids["message_id"])


def delete_message(world: World, call: Call) -> Answer:
    return _delete(world, _interaction(world, call), call.ids["message_id"])


def follow_up(world: World, call: Call) -> Answer:
    """A channel webhook has the same address; after a deferral the first follow-up fills in the answer itself."""
    if call.ids["webhook_id"] in world.state.webhooks:
        return execute(world, call)
    one = _interaction(world, call)
    form = read_message(call.dictionary())
    guild = world.state.guilds[one.guild_id]
    waiting = one.message_id is not None and not one.replied and one.callbacks[0]["type"] == 5
    if waiting:
        return _edit(world, call, one, one.message_id)
    ephemeral = bool((form.get("flags") or 0) & acts.EPHEMERAL)
    message = acts.post(
        world, guild.channels[one.channel_id], guild, author_id=world.bot_id,
        flags=acts.EPHEMERAL if ephemeral else 0, webhook_id=world.settings.application_id, interaction=one.metadata,
        visible_to=one.user_id if ephemeral else None, reference=one.message_id, **contents(form),
    )  # fmt: skip
    one.followups.append(message.id)
    published(world, one)
    return Answer(body=acts.render(world, message, guild), guild_id=guild.id, target=message.id)
