"""The first answer to an interaction.

https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response
"""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.acts import messages as acts
from sandbox.errors import ALREADY_ACKNOWLEDGED, UNKNOWN_INTERACTION
from sandbox.interactions.store import Interaction, InteractionType
from sandbox.interactions.view import published
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, choice, raw_list, read, text
from sandbox.rest.message_form import contents, read_message
from sandbox.state import Message
from sandbox.world import World

__all__ = ["CallbackType", "create_callback"]


class CallbackType:
    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_ALLOWED: dict[int, tuple[int, ...]] = {
    InteractionType.COMMAND: (4, 5, 9),
    InteractionType.COMPONENT: (4, 5, 6, 7, 9),
    InteractionType.AUTOCOMPLETE: (8,),
    InteractionType.MODAL: (4, 5, 6, 7),
}
_MODAL_FORM = {"custom_id": Field(text(1, 100), required=True), "title": Field(text(1, 45), required=True)}


def create_callback(world: World, call: Call) -> Answer:
    """204, or with `?with_response=true` the callback and its message. Later than three seconds is 10062."""
    now = world.now()
    one = world.interactions.get(call.ids["interaction_id"])
    if one is None or not secrets.compare_digest(one.token.encode(), call.words["token"].encode()):
        raise UNKNOWN_INTERACTION.error()
    if one.callbacks:
        raise ALREADY_ACKNOWLEDGED.error()
    if now - one.created_at > world.settings.interaction_deadline_seconds:
        raise UNKNOWN_INTERACTION.error()
    body = call.dictionary()
    kind = read(body, {"type": Field(choice(*_ALLOWED[one.type]), required=True)})["type"]
    data = body.get("data")
    data = data if isinstance(data, dict) else {}
    _act(world, one, kind, data)
    one.callbacks.append(
        {"type": kind, "at": now, "after_ms": round((now - one.created_at) * 1000, 3), "data": body.get("data")}
    )
    published(world, one)
    message = _message(world, one)
    answer = Answer(status=204, guild_id=one.guild_id, target=one.id)
    if call.query.get("with_response") == "true":
        answer.status = 200
        answer.body = _response(world, one, kind, message)
    return answer


def _act(world: World, one: Interaction, kind: int, data: dict[str, Any]) -> None:
    if kind == CallbackType.MESSAGE:
        form = read_message(data)
        _post(world, one, bool((form.get("flags") or 0) & acts.EPHEMERAL), form)
        one.replied = True
    elif kind == CallbackType.DEFERRED_MESSAGE:
        form = read_message(data, may_be_empty=True)
        _post(world, one, bool((form.get("flags") or 0) & acts.EPHEMERAL), None)
    elif kind in (CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE):
        one.message_id = one.source_message_id
        message = _message(world, one)
        if kind == CallbackType.UPDATE and message is not None:
            form = read_message(data, may_be_empty=True)
            acts.edit(world, message, world.state.guilds[one.guild_id], contents(form))
            one.replied = True
    elif kind == CallbackType.CHOICES:
        one.choices = read(data, {"choices": Field(raw_list(25), required=True)})["choices"]
        one.replied = True
    else:
        read(data, _MODAL_FORM)
        one.modal = data
        one.replied = True


def _post(world: World, one: Interaction, ephemeral: bool, form: dict[str, Any] | None) -> None:
    """The answer's message; without a form it is the "… is thinking" of a deferred one."""
    guild = world.state.guilds[one.guild_id]
    flags = (acts.EPHEMERAL if ephemeral else 0) | (acts.LOADING if form is None else 0)
    one.ephemeral = ephemeral
    message = acts.post(
        world, guild.channels[one.channel_id], guild, author_id=world.bot_id, type=20, flags=flags,
        webhook_id=world.settings.application_id, interaction=one.metadata,
        visible_to=one.user_id if ephemeral else None, **(contents(form) if form else {}),
    )  # fmt: skip
    one.message_id = message.id


def _message(world: World, one: Interaction) -> Message | None:
    channel = world.state.guilds[one.guild_id].channels.get(one.channel_id)
    return acts.find(channel, one.message_id) if channel and one.message_id else None


def _response(world: World, one: Interaction, kind: int, message: Message | None) -> dict[str, Any]:
    interaction: dict[str, Any] = {"id": str(one.id), "type": one.type}
    answer: dict[str, Any] = {"interaction": interaction, "resource": {"type": kind}}
    if message is not None:
        interaction |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & acts.LOADING),
            "response_message_ephemeral": bool(message.flags & acts.EPHEMERAL),
        }
        answer["resource"]["message"] = acts.render(world, message, world.state.guilds[one.guild_id])
    return answer
