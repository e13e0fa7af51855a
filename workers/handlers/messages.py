"""Saying something, in a channel or to an address outside."""

from __future__ import annotations

from models.outcome import Outcome
from workers.nonces import nonce_of
from workers.ports import Call

__all__ = ["announce", "call_webhook"]


async def announce(call: Call) -> Outcome:
    channel, text = call.options.channel, call.options.text
    message_id = await call.ports.discord.post_message(channel, text=text, nonce=nonce_of(call.command.id))
    return Outcome(
        f"Announced in <#{channel}>.",
        data={"message_id": str(message_id), "channel_id": str(int(channel))},
        after={"message_id": str(message_id), "text": text},
    )


async def call_webhook(call: Call) -> Outcome:
    """The receiver can tell a duplicate by the id, should a person decide to repeat a call that is in doubt."""
    options, command = call.options, call.command
    status = await call.ports.webhooks.post(
        options.url,
        {"id": str(command.id), "guild_id": str(int(call.guild_id)), "text": options.text},
        headers={"Idempotency-Key": str(command.id)},
    )
    return Outcome(f"The address answered with {status}.", data={"status": status}, after={"status": status})
