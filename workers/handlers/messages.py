"""Saying something, in a channel or to an address outside."""

from __future__ import annotations

from models.bulks import Target, start_bulk
from models.outcome import Outcome
from workers.nonces import nonce_of
from workers.ports import Call

__all__ = ["announce", "broadcast", "call_webhook"]


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


async def broadcast(call: Call) -> Outcome:
    """A bulk of one announcement a guild; a guild without an announcement channel is left out."""
    chosen = await call.ports.guilds.announcement_targets()
    targets = [Target({"channel": str(int(channel_id))}, guild_id) for guild_id, channel_id in chosen]
    await start_bulk(
        call.connection,
        command_id=call.command.id,
        guild_id=None,
        type="messages.announce",
        options={"text": call.options.text},
        targets=targets,
    )
    return Outcome(f"The announcement goes to {len(targets)} servers.", data={"total": len(targets)})
