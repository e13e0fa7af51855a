"""Filters of lists, which the API and the pages read from the query in the same way."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from bus.envelopes import Source
from bus.ids import Snowflake
from models.outcome import CommandState
from models.queries import AuditEntry, AuditFilter, CommandFilter
from web.api.lists import FIELDS, SOME, Cursor, Limit, Paging, name_of
from web.command_view import CommandView

__all__ = ["AuditFilters", "AuditQuery", "BulkCommandQuery", "CommandQuery"]

_Text = Annotated[str, msgspec.Meta(max_length=100)]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Type = Annotated[_Text | None, msgspec.Meta(description="Of this type, as `moderation.ban`.")]
_Actor = Annotated[_Text | None, msgspec.Meta(description="By this actor: a Discord user's or a key's id.")]
_Subject = Annotated[_Text | None, msgspec.Meta(description="About this, as `member:80351110224678912`.")]
_Since = Annotated[_Moment | None, msgspec.Meta(description="From this moment on (RFC 3339, with its zone).")]
_Before = Annotated[_Moment | None, msgspec.Meta(description="Before this moment (RFC 3339, with its zone).")]


CommandFields = Annotated[Annotated[list[Annotated[str, name_of(CommandView)]], SOME] | None, FIELDS]
AuditFields = Annotated[Annotated[list[Annotated[str, name_of(AuditEntry)]], SOME] | None, FIELDS]


class BulkCommandQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Commands, newest first."""

    fields: CommandFields = None


class CommandQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Commands, newest first."""

    state: Annotated[list[CommandState] | None, msgspec.Meta(description="In one of these states.")] = None
    type: _Type = None
    actor: _Actor = None
    subject: _Subject = None
    since: _Since = None
    before: _Before = None
    fields: CommandFields = None

    def filter(self) -> CommandFilter:
        return CommandFilter(
            states=self.state or None,
            type=self.type or None,
            actor_id=self.actor or None,
            subject=self.subject or None,
            since=self.since,
            before=self.before,
        )


class AuditFilters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which lines of the audit trail."""

    text: Annotated[_Text | None, msgspec.Meta(description="Holding these words; the last may be unfinished.")] = None
    person: Annotated[Snowflake | None, msgspec.Meta(description="About this person.")] = None
    source: Annotated[Source | None, msgspec.Meta(description="From there.")] = None
    intents: Annotated[
        bool,
        msgspec.Meta(
            description="Also lines written before an effect; `text`, `person` and `source` always leave them out."
        ),
    ] = True
    command_id: Annotated[UUID | None, msgspec.Meta(description="Of this command.")] = None
    type: _Type = None
    actor: _Actor = None
    subject: _Subject = None
    since: _Since = None
    before: _Before = None

    def filter(self) -> AuditFilter:
        return AuditFilter(
            command_id=self.command_id,
            type=self.type or None,
            actor_id=self.actor or None,
            subject=self.subject or None,
            since=self.since,
            before=self.before,
            source=self.source,
            person_id=None if self.person is None else int(self.person),
            text=self.text or None,
            intents=self.intents,
        )


class AuditQuery(AuditFilters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lines of the audit trail, newest first."""

    limit: Limit = 50
    cursor: Cursor = None
    fields: AuditFields = None
