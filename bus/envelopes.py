"""What travels: commands, events (results are events of `command.*`), and replies to interactions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from bus.ids import Snowflake

__all__ = [
    "COMMAND_VERSION",
    "EVENT_VERSION",
    "Actor",
    "ActorKind",
    "Audience",
    "Command",
    "Event",
    "Grant",
    "Lane",
    "Reply",
    "ReplyTo",
    "Source",
]

COMMAND_VERSION = 1
EVENT_VERSION = 1

Source = Literal["bot", "dashboard", "api", "script", "schedule"]
Lane = Literal["interactive", "bulk"]
ActorKind = Literal["user", "api_key", "script", "system"]
Audience = Literal["actor", "moderator", "admin", "viewer"]

CommandType = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=64)]
EventType = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=64)]
Traceparent = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Actor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who wants it: a Discord user by snowflake, an API key or a script by name, or the platform itself."""

    kind: ActorKind
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Discord said of the actor's permissions inside the interaction: a bit set in decimal, and when."""

    permissions: Annotated[str, msgspec.Meta(pattern=r"^\d{1,20}$")]
    at: Moment


class ReplyTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the answer to an interaction goes.

    The token lives here and in `Reply` alone: never in events, rows, dead letters or logs. It is None in a command
    that was rebuilt from the ledger, whose answer then goes to the channel (FEATURES.md X4).
    """

    application_id: Snowflake | None = None
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=512)] | None = None
    channel_id: Snowflake | None = None
    ephemeral: bool = False
    locale: Annotated[str, msgspec.Meta(max_length=10)] = "en-US"

    def __repr__(self) -> str:
        return f"ReplyTo(application_id={self.application_id}, token=…, channel_id={self.channel_id})"


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Something somebody wants done, in the imperative. `options` is validated against the type's spec.

    `in_doubt_since` is when the first attempt began whose effect may have happened although it failed, `last_tried_at`
    until when the last such attempt may have called: its call may still be on its way for a while. What has its default
    is left out on the wire, so that a process of the version before understands all that does not need a new field.
    """

    id: UUID
    type: CommandType
    version: int = COMMAND_VERSION
    guild_id: Snowflake | None = None
    subject: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    actor: Actor
    grant: Grant | None = None
    source: Source
    lane: Lane = "interactive"
    correlation_id: UUID
    causation_id: UUID | None = None
    parent_id: UUID | None = None
    issued_at: Moment
    expires_at: Moment | None = None
    attempt: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    in_doubt_since: Moment | None = None
    last_tried_at: Moment | None = None
    dry_run: bool = False
    trace: Traceparent | None = None
    options: dict[str, Any] = {}
    reply_to: ReplyTo | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, in the past tense (FEATURES.md E1), with who may see it.

    `audience` is the least a session must be: `actor` means the person who caused it (and moderators up).
    Command states are events too, `command.<state>`, and carry a rising `revision` in `data`.
    """

    id: UUID
    type: EventType
    guild_id: Snowflake | None
    timestamp: Moment
    data: dict[str, Any]
    source: Source
    version: int = EVENT_VERSION
    correlation_id: UUID | None = None
    audience: Audience = "viewer"
    actor_id: str | None = None


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answer to a deferred interaction; without a token in `to` it goes to the channel (X4)."""

    command_id: UUID
    guild_id: Snowflake | None
    user_id: Snowflake | None
    issued_at: Moment
    content: Annotated[str, msgspec.Meta(max_length=2000)]
    attempt: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    to: ReplyTo
