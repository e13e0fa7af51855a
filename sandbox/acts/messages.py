"""Messages: post, edit, delete, and how they look in JSON. https://discord.com/developers/docs/resources/message"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from sandbox import payloads
from sandbox.clock import iso
from sandbox.state import Channel, Guild, Message
from sandbox.world import World

__all__ = ["EPHEMERAL", "LOADING", "delete", "edit", "find", "post", "render"]

EPHEMERAL = 1 << 6
LOADING = 1 << 7
_MENTION = re.compile(r"<@!?(\d{1,19})>")


def render(world: World, message: Message, guild: Guild | None) -> dict[str, Any]:
    """A message object; `guild_id` and `member` are only in gateway events, see `_event`."""
    author = world.state.users.get(message.author_id)
    if message.webhook_id is not None and message.webhook_name is not None:
        shown_author: dict[str, Any] = {
            "id": str(message.webhook_id), "username": message.webhook_name, "avatar": None, "discriminator": "0000",
            "bot": True, "global_name": None,
        }  # fmt: skip
    else:
        shown_author = payloads.user(author) if author else {"id": str(message.author_id), "username": "gone"}
    answer: dict[str, Any] = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.type,
        "content": message.content,
        "author": shown_author,
        "timestamp": iso(message.timestamp),
        "edited_timestamp": None if message.edited is None else iso(message.edited),
        "tts": False,
        "mention_everyone": "@everyone" in message.content or "@here" in message.content,
        "mentions": [payloads.user(world.state.users[i]) for i in message.mentions if i in world.state.users],
        "mention_roles": re.findall(r"<@&(\d{1,19})>", message.content),
        "attachments": [],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": False,
        "flags": message.flags,
    }
    if message.nonce is not None:
        answer["nonce"] = message.nonce
    if message.webhook_id is not None:
        answer["webhook_id"] = str(message.webhook_id)
        answer["application_id"] = str(world.settings.application_id)
    if message.interaction is not None:
        answer["interaction_metadata"] = message.interaction
    if message.reference is not None:
        answer["message_reference"] = {"type": 0, "message_id": str(message.reference)}
        answer["message_reference"]["channel_id"] = str(message.channel_id)
        if guild is not None:
            answer["message_reference"]["guild_id"] = str(guild.id)
    return answer


def _event(world: World, message: Message, guild: Guild | None) -> dict[str, Any]:
    answer = render(world, message, guild)
    if guild is not None:
        answer["guild_id"] = str(guild.id)
        member = guild.members.get(message.author_id)
        if member is not None and message.webhook_id is None:
            answer["member"] = payloads.member(member, None)
    return answer


def post(world: World, channel: Channel, guild: Guild | None, *, author_id: int, **fields: Any) -> Message:
    """Adds a message. One with `visible_to` is ephemeral: the gateway is not told of it."""
    message = Message(id=world.new_id(), channel_id=channel.id, author_id=author_id, timestamp=world.now(), **fields)
    message.mentions = _mentions(message.content)
    channel.messages.append(message)
    channel.last_message_id = message.id
    _forget_oldest(world, channel)
    _tell(world, "MESSAGE_CREATE", message, guild)
    return message


def _forget_oldest(world: World, channel: Channel) -> None:
    """What Discord still needs stays: a deferred answer to be filled in, and a nonce that must be recognised."""
    surplus = len(channel.messages) - world.settings.messages_kept
    if surplus > 0:
        horizon = world.now() - world.settings.nonce_window_seconds
        needless = (one for one in channel.messages if not _is_needed(one, horizon))
        for message in list(islice(needless, surplus)):
            channel.messages.remove(message)


def _is_needed(message: Message, horizon: float) -> bool:
    return bool(message.flags & LOADING) or (message.nonce is not None and message.timestamp >= horizon)


def edit(world: World, message: Message, guild: Guild | None, fields: dict[str, Any]) -> None:
    """Filling in a deferred answer is no edit: it has no `edited_timestamp` afterwards."""
    was_loading = bool(message.flags & LOADING)
    message.flags &= ~LOADING
    for key, value in fields.items():
        setattr(message, key, value)
    message.mentions = _mentions(message.content)
    if not was_loading:
        message.edited = world.now()
    _tell(world, "MESSAGE_UPDATE", message, guild)


def delete(world: World, channel: Channel, message: Message, guild: Guild | None) -> None:
    channel.messages.remove(message)
    payload: dict[str, Any] = {"id": str(message.id), "channel_id": str(channel.id)}
    if guild is not None:
        payload["guild_id"] = str(guild.id)
    if message.visible_to is None:
        world.emit("MESSAGE_DELETE", payload, guild_id=guild.id if guild else None, direct=guild is None)
    else:
        world.touch()
        world.feed.publish("ephemeral_deleted", payload, only_for=message.visible_to)


def find(channel: Channel, message_id: int) -> Message | None:
    for message in reversed(channel.messages):
        if message.id == message_id:
            return message
    return None


def _mentions(content: str) -> list[int]:
    return list(dict.fromkeys(int(i) for i in _MENTION.findall(content)))


def _tell(world: World, event: str, message: Message, guild: Guild | None) -> None:
    payload = _event(world, message, guild)
    if message.visible_to is None:
        world.emit(event, payload, guild_id=guild.id if guild else None, direct=guild is None)
    else:
        world.touch()
        world.feed.publish("ephemeral", payload, only_for=message.visible_to)
