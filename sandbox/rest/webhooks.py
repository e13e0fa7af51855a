"""Channel webhooks, as far as bots use them to post. https://discord.com/developers/docs/resources/webhook"""

from __future__ import annotations

import secrets

from sandbox import payloads
from sandbox.acts import messages as acts
from sandbox.acts.audit import Action, record
from sandbox.errors import INVALID_WEBHOOK_TOKEN, UNKNOWN_WEBHOOK, WRONG_CHANNEL_TYPE
from sandbox.permissions import Permission
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, read, text
from sandbox.rest.message_form import contents, read_message
from sandbox.state import Webhook
from sandbox.world import World

__all__ = ["create_webhook", "execute", "list_webhooks"]


def create_webhook(world: World, call: Call) -> Answer:
    channel, guild = world.channel(call.ids["channel_id"])
    if guild is None:
        raise WRONG_CHANNEL_TYPE.error()
    guard.may_in(world, guild, channel, Permission.MANAGE_WEBHOOKS)
    name = read(call.dictionary(), {"name": Field(text(1, 80), required=True)})["name"]
    row = Webhook(
        id=world.new_id(), channel_id=channel.id, guild_id=guild.id, name=name, token=secrets.token_urlsafe(50)
    )
    world.state.webhooks[row.id] = row
    record(world, guild, Action.WEBHOOK_CREATE, actor_id=call.user_id, target_id=row.id, reason=call.reason)
    world.emit("WEBHOOKS_UPDATE", {"guild_id": str(guild.id), "channel_id": str(channel.id)}, guild_id=guild.id)
    return Answer(body=payloads.webhook(row, world.settings.application_id), guild_id=guild.id, target=row.id)


def list_webhooks(world: World, call: Call) -> Answer:
    channel, guild = world.channel(call.ids["channel_id"])
    guard.may_in(world, guild, channel, Permission.MANAGE_WEBHOOKS)
    rows = [row for row in world.state.webhooks.values() if row.channel_id == channel.id]
    return Answer(body=[payloads.webhook(row, world.settings.application_id) for row in rows])


def execute(world: World, call: Call) -> Answer:
    """204, or the message with `?wait=true`."""
    row = world.state.webhooks.get(call.ids["webhook_id"])
    if row is None:
        raise UNKNOWN_WEBHOOK.error()
    if not secrets.compare_digest(row.token.encode(), call.words["token"].encode()):
        raise INVALID_WEBHOOK_TOKEN.error()
    channel, guild = world.channel(row.channel_id)
    body = call.dictionary()
    form = read_message(body)
    name = read(body, {"username": Field(text(1, 80))}).get("username", row.name)
    message = acts.post(world, channel, guild, author_id=row.id, webhook_id=row.id, webhook_name=name, **contents(form))
    wait = call.query.get("wait") == "true"
    shown = acts.render(world, message, guild) if wait else None
    return Answer(status=200 if wait else 204, body=shown, guild_id=row.guild_id, target=message.id)
