"""Messages in channels. https://discord.com/developers/docs/resources/message"""

from __future__ import annotations

from typing import Any

from sandbox.acts import messages as acts
from sandbox.acts.audit import Action, record
from sandbox.errors import EDIT_OTHER_USER, UNKNOWN_MESSAGE, WRONG_CHANNEL_TYPE, FormErrors
from sandbox.permissions import Permission
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, list_of, read, snowflake
from sandbox.rest.message_form import contents, read_message
from sandbox.snowflakes import created_at
from sandbox.state import Channel, ChannelType, Guild, Message
from sandbox.world import World

__all__ = [
    "bulk_delete", "create_message", "delete_message", "edit_message", "get_message", "list_messages",
]  # fmt: skip

_SUPPRESS = 1 << 2
_SILENT = 1 << 12
_TWO_WEEKS_SECONDS = 14 * 86_400


def _find(world: World, call: Call) -> tuple[Channel, Guild | None, Message]:
    channel, guild = world.channel(call.ids["channel_id"])
    guard.may_in(world, guild, channel, Permission.READ_MESSAGE_HISTORY)
    message = acts.find(channel, call.ids["message_id"])
    if message is None or message.visible_to is not None:
        raise UNKNOWN_MESSAGE.error()
    return channel, guild, message


def _guild_id(guild: Guild | None) -> int | None:
    return None if guild is None else guild.id


def list_messages(world: World, call: Call) -> Answer:
    """Newest first; one of `before`, `after`, `around`, and `limit` up to 100."""
    channel, guild = world.channel(call.ids["channel_id"])
    guard.may_in(world, guild, channel, Permission.READ_MESSAGE_HISTORY)
    limit = call.number("limit", 50, 1, 100)
    before, after, around = call.snowflake("before"), call.snowflake("after"), call.snowflake("around")
    rows = [row for row in channel.messages if row.visible_to is None]
    if around is not None:
        older = [row for row in rows if row.id < around]
        newer = [row for row in rows if row.id >= around]
        rows = older[len(older) - min(len(older), limit // 2) :] + newer[: limit - limit // 2]
    elif after is not None:
        rows = [row for row in rows if row.id > after][:limit]
    elif before is not None:
        rows = [row for row in rows if row.id < before]
    return Answer(body=[acts.render(world, row, guild) for row in reversed(rows[-limit:])])


def get_message(world: World, call: Call) -> Answer:
    _, guild, message = _find(world, call)
    return Answer(body=acts.render(world, message, guild))


def create_message(world: World, call: Call) -> Answer:
    """With `enforce_nonce`, an equal nonce within some minutes answers with the message that is there already."""
    channel, guild = world.channel(call.ids["channel_id"])
    guard.may_in(world, guild, channel, Permission.SEND_MESSAGES)
    if channel.type in (ChannelType.CATEGORY, ChannelType.FORUM):
        raise WRONG_CHANNEL_TYPE.error()
    body = call.dictionary()
    form = read_message(body)
    nonce = form.get("nonce")
    if nonce is not None and form.get("enforce_nonce"):
        same = _with_nonce(world, channel, call.user_id, nonce)
        if same is not None:
            return Answer(
                body=acts.render(world, same, guild), guild_id=_guild_id(guild), target=same.id, changed=False,
                duplicate_of=same.id,
            )  # fmt: skip
    message = acts.post(
        world, channel, guild, author_id=call.user_id, nonce=nonce, reference=_reference(channel, body),
        flags=(form.get("flags") or 0) & (_SUPPRESS | _SILENT), type=19 if body.get("message_reference") else 0,
        **contents(form),
    )  # fmt: skip
    return Answer(body=acts.render(world, message, guild), guild_id=_guild_id(guild), target=message.id)


def _with_nonce(world: World, channel: Channel, author_id: int, nonce: str | int) -> Message | None:
    horizon = world.now() - world.settings.nonce_window_seconds
    for message in reversed(channel.messages):
        if message.timestamp < horizon:
            return None
        if message.author_id == author_id and message.nonce is not None and str(message.nonce) == str(nonce):
            return message
    return None


def _reference(channel: Channel, body: dict[str, Any]) -> int | None:
    asked = body.get("message_reference")
    if not isinstance(asked, dict):
        return None
    identifier = str(asked.get("message_id", ""))
    if identifier.isdigit() and acts.find(channel, int(identifier)) is not None:
        return int(identifier)
    if asked.get("fail_if_not_exists", True):
        errors = FormErrors()
        errors.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        errors.raise_if_any()
    return None


def edit_message(world: World, call: Call) -> Answer:
    _, guild, message = _find(world, call)
    if message.author_id != call.user_id:
        raise EDIT_OTHER_USER.error()
    acts.edit(world, message, guild, contents(read_message(call.dictionary(), may_be_empty=True)))
    return Answer(body=acts.render(world, message, guild), guild_id=_guild_id(guild), target=message.id)


def delete_message(world: World, call: Call) -> Answer:
    channel, guild, message = _find(world, call)
    if message.author_id != call.user_id:
        if guild is None:
            raise EDIT_OTHER_USER.error()
        guard.may_in(world, guild, channel, Permission.MANAGE_MESSAGES)
        record(
            world, guild, Action.MESSAGE_DELETE, actor_id=call.user_id, target_id=message.author_id,
            reason=call.reason, options={"channel_id": str(channel.id), "count": "1"},
        )  # fmt: skip
    acts.delete(world, channel, message, guild)
    return Answer(status=204, guild_id=_guild_id(guild), target=message.id)


def bulk_delete(world: World, call: Call) -> Answer:
    """2 to 100 messages, none older than two weeks; unknown ones are passed over."""
    channel, guild = world.channel(call.ids["channel_id"])
    guard.may_in(world, guild, channel, Permission.MANAGE_MESSAGES)
    ids = set(read(call.dictionary(), {"messages": Field(list_of(snowflake, 100), required=True)})["messages"])
    errors = FormErrors()
    if len(ids) < 2:
        errors.add(("messages",), "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
    if any(world.now() - created_at(row) > _TWO_WEEKS_SECONDS for row in ids):
        errors.add(("messages",), "MESSAGE_TOO_OLD", "A message provided was too old to bulk delete.")
    errors.raise_if_any()
    gone = [row for row in channel.messages if row.id in ids]
    channel.messages = [row for row in channel.messages if row.id not in ids]
    payload = {"ids": [str(row.id) for row in gone], "channel_id": str(channel.id)}
    if guild is not None:
        payload["guild_id"] = str(guild.id)
        record(
            world, guild, Action.MESSAGE_BULK_DELETE, actor_id=call.user_id, target_id=channel.id,
            reason=call.reason, options={"count": str(len(gone))},
        )  # fmt: skip
    world.emit("MESSAGE_DELETE_BULK", payload, guild_id=_guild_id(guild), direct=guild is None)
    return Answer(status=204, guild_id=_guild_id(guild), target=channel.id, changed=bool(gone))
