"""One example of each thing that the API answers with or takes: the documentation shows them, and tests hold them
against the types and the schemas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

from bus.envelopes import Actor
from bus.ids import Snowflake
from bus.queue_load import QueueLoad
from models.analytics import ActivityBucket, CommandBucket, CommandUse, EventBucket, EventUse
from models.bulks import Bulk
from models.cases import CASE_KINDS, Case, FoundCase
from models.commands.moderation import Warn
from models.dead_letters import DeadLetter, LetterGroup
from models.known_people import UserActivity
from models.outcome import Outcome
from models.queries import AuditEntry
from models.throughput import Minute
from models.timeline import Step
from web.accept import CommandRequest
from web.api.analytics import Activity, CommandAnalytics, EventAnalytics
from web.api.approvals import DeclineRequest
from web.api.bulks import BulkRequest
from web.api.catalogue import spec_view
from web.api.checks import ChecksAnswer, CheckView
from web.api.commands import Accepted, CommandDetail, PlatformCommandRequest
from web.api.dead_letters import CauseRequest, EditedReplay, HandledLetters
from web.api.guilds import Guild, GuildDetail, Person
from web.api.health import Health, LiveFigures
from web.api.keys import Key, KeyRequest, NewKey, RotateRequest
from web.api.lists import Listing
from web.api.me import Me
from web.api.operators import Flipped
from web.api.presets import Preset, PresetRequest, RunRequest
from web.api.sessions import OwnSession
from web.api.settings import Change, Reach, Setting, SettingChanges, Settings, SettingValues, VersionView
from web.api.templates import Taken, Template, TemplateRequest
from web.api.users import GuildOfUser, GuildUser, GuildUserDetail, User, UserDetail
from web.api.webhooks import NewWebhook, Webhook, WebhookRequest
from web.command_view import CommandView
from web.guild_lookup import Channel, Member, Role
from web.operations_view import PlatformView, ProcessView, QueueView
from web.replay import Handled
from web.settings_reach import Reached
from web.switching import SwitchRequest

__all__ = ["EXAMPLES", "example_of"]

_GUILD = Snowflake(81384788765712384)
_ADA, _BO = Snowflake(80351110224678912), Snowflake(90339695967350784)
_ASKED = datetime(2026, 3, 23, 14, 5, 9, tzinfo=UTC)
_DONE = _ASKED + timedelta(milliseconds=412)
_DAY = _ASKED.replace(hour=0, minute=0, second=0)
_LOAD = QueueLoad(published_per_second=0.3, delivered_per_second=0.3, waiting=[0, 0, 2, 1, 0])
_COMMAND = UUID("01932c07-209c-7f3a-8d5e-5b7c6e1f0a42")
_CORRELATION = UUID("01932c07-2099-7c20-9f4e-8a1b2c3d4e5f")
_LETTER = UUID("01932c07-3b1e-7c11-9a52-0f6d2c9e8b17")
_KEY = UUID("01932c07-5d40-7a6b-b1c3-2e8f4d7a9c05")
_ACTOR = Actor("user", str(int(_ADA)), "Ada")
_WARNING = {"member": str(int(_BO)), "reason": "Spam in #general"}

_COMMAND_VIEW = CommandView(
    id=_COMMAND,
    type="moderation.warn",
    version=1,
    lane="interactive",
    guild_id=_GUILD,
    subject=None,
    actor=_ACTOR,
    source="api",
    correlation_id=_CORRELATION,
    causation_id=None,
    parent_id=None,
    issued_at=_ASKED,
    expires_at=None,
    dry_run=False,
    options=_WARNING,
    trace=None,
    state="succeeded",
    attempts=1,
    revision=3,
    outcome=Outcome("Bo was warned: Spam in #general"),
    next_attempt_at=None,
    created_at=_ASKED,
    updated_at=_DONE,
    settled_at=_DONE,
    delivered_at=None,
)
_GUILD_USER = GuildUser(
    id=_BO, username="bo", name="Bo", avatar=None, bot=False, member=True, level="viewer", warnings=2, notes=0
)
_USER = User(
    id=_ADA,
    username="ada",
    name="Ada",
    avatar=None,
    locale="en-GB",
    operator=False,
    created_at=_DAY,
    last_login_at=_ASKED,
    sessions=1,
    keys=2,
)
_GUILD_VIEW = Guild(id=_GUILD, name="Harbour Lights", icon=None, member_count=1204, available=True)
_KEY_VIEW = Key(
    id=_KEY,
    name="nightly report",
    prefix="k3v9x2ab",
    kind="api",
    owner="me",
    scopes=["analytics:read", "audit:read"],
    guild_ids=[_GUILD],
    created_at=_ASKED,
    expires_at=_ASKED + timedelta(days=90),
    revoked_at=None,
    last_used_at=_DONE,
)
_PRESET_REQUEST = PresetRequest(name="Spam warning", type="moderation.warn", options={"reason": "Spam in #general"})
_PRESET = Preset(
    id=UUID("01932c07-8b20-7d15-a3c4-4f5e6d7c8b9a"),
    guild_id=_GUILD,
    name="Spam warning",
    description="",
    type="moderation.warn",
    options={"reason": "Spam in #general"},
    version=1,
    updated_at=_ASKED,
    updated_by=f"user:{int(_ADA)}",
)
_WEBHOOK = Webhook(
    id=UUID("01932c07-8d42-7f37-85e6-617283940516"),
    guild_id=_GUILD,
    name="Log archive",
    url="https://hooks.example.com/guildbus",
    types=["member.join"],
    enabled=True,
    version=1,
    updated_at=_ASKED,
    updated_by=f"user:{int(_ADA)}",
)
_STATES: dict[Any, int] = {"failed": 1, "succeeded": 17}
_BUCKET = CommandBucket(at=_DAY, total=18, states=_STATES, median_ms=212.4, p95_ms=640.0)

EXAMPLES: Mapping[Any, Any] = MappingProxyType(
    {
        type(example): example
        for example in (
            CommandRequest(type="moderation.warn", options=_WARNING),
            PlatformCommandRequest(type="admin.broadcast", options={"text": "Maintenance tonight at ten."}),
            Accepted(_COMMAND),
            DeclineRequest(reason="He has apologised."),
            _COMMAND_VIEW,
            CommandDetail(
                **msgspec.structs.asdict(_COMMAND_VIEW),
                timeline=[
                    Step(_ASKED, "requested", "Requested by Ada over the API", {"source": "api"}),
                    Step(_DONE, "settled", "Succeeded: Bo was warned", {"state": "succeeded", "code": "ok"}),
                ],
            ),
            _PRESET_REQUEST,
            RunRequest(options={"member": str(int(_BO))}),
            _PRESET,
            TemplateRequest(name="Moderation", presets=[_PRESET_REQUEST]),
            Template(
                id=UUID("01932c07-8c31-7e26-b4d5-5061728394a5"),
                name="Moderation",
                description="What every server needs",
                presets=[_PRESET_REQUEST],
                version=1,
                updated_at=_ASKED,
                updated_by=f"user:{int(_ADA)}",
            ),
            Taken(items=[_PRESET], skipped=["Night mode"]),
            WebhookRequest(name="Log archive", url="https://hooks.example.com/guildbus", types=["member.join"]),
            _WEBHOOK,
            NewWebhook(**msgspec.structs.asdict(_WEBHOOK), secret="whsec_…"),  # noqa: S106 (an ellipsis is none)
            Health(
                status="healthy",
                dependencies={"database": {"ok": True}, "broker": {"ok": True}},
                live=LiveFigures(sessions=2, events_kept=310, entries_skipped=0),
            ),
            FoundCase(
                number="6e1f0a42",
                kind="timeout",
                at=_ASKED,
                reason="Spam in #general",
                command_id=_COMMAND,
                actor=_ACTOR,
                minutes=30,
                member_id=_BO,
                member_name="Bo",
            ),
            BulkRequest(command="roles.add", options={"role": "81384788765712401"}, members=[_ADA, _BO]),
            Bulk(
                id=UUID("01932c07-7c22-7e4f-9b6a-1d2e3f405162"),
                guild_id=_GUILD,
                command="roles.add",
                options={"role": "81384788765712401"},
                state="running",
                total=2,
                begun=2,
                in_flight=1,
                done=1,
                failed=0,
                actor=_ACTOR,
                issued_at=_ASKED,
            ),
            spec_view(Warn),
            _GUILD_VIEW,
            GuildDetail(**msgspec.structs.asdict(_GUILD_VIEW), level="moderator"),
            Member(id=_BO, username="bo", name="Bo", avatar=None, bot=False),
            _GUILD_USER,
            GuildUserDetail(
                **msgspec.structs.asdict(_GUILD_USER),
                roles=[Snowflake(81384788765712401)],
                joined_at=_DAY,
                timed_out_until=None,
                activity=UserActivity(since=_ASKED - timedelta(days=30), commands=18, states=_STATES, last_at=_DONE),
                cases={kind: 2 if kind == "warning" else 0 for kind in CASE_KINDS},
            ),
            Case(
                number="6e1f0a42",
                kind="warning",
                at=_DONE,
                reason="Spam in #general",
                command_id=_COMMAND,
                actor=_ACTOR,
            ),
            _USER,
            UserDetail(
                **msgspec.structs.asdict(_USER),
                guilds=[GuildOfUser(id=_GUILD, name="Harbour Lights", level="moderator")],
            ),
            Person(id=_BO, name="Bo", guild_id=_GUILD),
            Role(id=Snowflake(81384788765712401), name="Night watch", color=3447003, position=4, managed=False),
            Channel(id=Snowflake(81384788765712402), name="general", kind=0, position=1, parent_id=None),
            Settings(
                version=7,
                updated_at=_DONE,
                updated_by=str(int(_ADA)),
                items=[
                    Setting(
                        key="timezone",
                        description="The server's time zone",
                        kind="time_zone",
                        value="Europe/Lisbon",
                        default="UTC",
                        command=None,
                    )
                ],
            ),
            SettingChanges({"timezone": "Europe/Lisbon", "commands.moderation.ban.enabled": False}),
            SettingValues({"timezone": "Europe/Lisbon", "commands.moderation.ban.user_cooldown": {"seconds": 30}}),
            VersionView(
                version=7,
                at=_DONE,
                by=str(int(_ADA)),
                by_name="Ada",
                command_id=_COMMAND,
                changes=[Change("timezone", None, "Europe/Lisbon")],
            ),
            Reach(version=7, bots=Reached(2, 3), workers=Reached(1, 1), everywhere=False),
            ChecksAnswer(
                command="moderation.ban",
                member=_BO,
                allowed=False,
                checks=[
                    CheckView(
                        name="permission",
                        title="Discord's permission",
                        state="failed",
                        code="not_permitted",
                        message="You need the permission Ban Members for this.",
                        fix="Give them a role on Discord that has Ban Members.",
                    )
                ],
            ),
            AuditEntry(
                id=UUID("01932c07-2238-7d4c-a0b1-6c5d4e3f2a10"),
                guild_id=_GUILD,
                command_id=_COMMAND,
                type="moderation.warn",
                phase="outcome",
                at=_DONE,
                actor=_ACTOR,
                source="api",
                correlation_id=_CORRELATION,
                subject=None,
                reason="Spam in #general",
                before=None,
                after={"warnings": 2},
                detail={"state": "succeeded", "attempt": 1},
            ),
            CommandAnalytics(
                since=_DAY,
                until=_DAY + timedelta(days=1),
                total=18,
                by_type=[
                    CommandUse(
                        type="moderation.warn", total=18, states=_STATES, people=3, median_ms=212.4, p95_ms=640.0
                    )
                ],
                over_time=[_BUCKET],
            ),
            EventAnalytics(
                since=_DAY,
                until=_DAY + timedelta(days=1),
                total=42,
                by_type=[EventUse(type="member.join", total=42)],
                over_time=[EventBucket(at=_DAY, total=42, types={"member.join": 42})],
            ),
            Activity(
                since=_DAY,
                until=_DAY + timedelta(days=1),
                over_time=[ActivityBucket(at=_DAY, commands=18, events=42, people=3)],
            ),
            DeadLetter(
                id=_LETTER,
                guild_id=_GUILD,
                command_id=_COMMAND,
                type="moderation.warn",
                reason="Discord did not answer 6 times.",
                code="discord_unavailable",
                body={"type": "moderation.warn", "options": _WARNING},
                queue="commands.interactive",
                actor_kind="user",
                actor_id=str(int(_ADA)),
                first_at=_DONE,
            ),
            LetterGroup(
                code="discord_unavailable",
                type="moderation.warn",
                count=4,
                readable=4,
                people=2,
                first_at=_ASKED,
                last_at=_DONE,
                newest_id=_LETTER,
                reason="Discord did not answer 6 times.",
            ),
            EditedReplay(options=_WARNING),
            CauseRequest(code="discord_unavailable", type="moderation.warn"),
            HandledLetters(items=[Handled(id=_LETTER, command_id=_COMMAND)], left=0),
            PlatformView(
                processes=[
                    ProcessView(
                        id=UUID("01932c07-6a11-7b3d-a4c5-d6e7f8091a2b"),
                        kind="worker",
                        host="worker-1",
                        pid=17,
                        version="0.1.0",
                        shard=None,
                        started_at=_DAY,
                        heartbeat_at=_DONE,
                        obeys=12,
                        details={},
                    )
                ],
                queues=[QueueView(name="commands.interactive", ready=0, consumers=2, load=_LOAD)],
                broker_trouble="",
                rates_trouble="",
                minutes=[Minute(minute=_ASKED, accepted=18, ended=18, trouble=0, p95_ms=640.0)],
                unfinished={"queued": 1},
                switches=[],
                control_version=12,
            ),
            SwitchRequest(off=True, command="messages.announce", reason="Discord is slow; back at noon."),
            Flipped(
                scope="command",
                guild_id=None,
                command="messages.announce",
                reason="Discord is slow; back at noon.",
                by="Ada",
                off=True,
                control_version=13,
            ),
            Me(
                kind="api_key",
                id=str(_KEY),
                name="nightly report",
                operator=False,
                owner_id=_ADA,
                scopes=["analytics:read", "audit:read"],
                guild_ids=[_GUILD],
            ),
            OwnSession(
                id="Yx3q9vVb0kM",
                current=True,
                created_at=_ASKED,
                last_seen_at=_DONE,
                expires_at=_ASKED + timedelta(days=30),
                user_agent="Mozilla/5.0",
                address="192.0.2.7",
            ),
            KeyRequest(name="nightly report", scopes=["analytics:read", "audit:read"], guild_ids=[_GUILD]),
            RotateRequest(days=90),
            _KEY_VIEW,
            NewKey(**msgspec.structs.asdict(_KEY_VIEW), key="gb_k3v9x2ab_…"),
        )
    }
)


def example_of(kind: Any) -> Any:
    """An instance of the type; of a `Listing[T]`, a last page with one. Raises KeyError where there is none."""
    if getattr(kind, "__origin__", None) is Listing:
        return Listing([EXAMPLES[kind.__args__[0]]], None)
    if getattr(kind, "__origin__", None) is list:
        return [EXAMPLES[kind.__args__[0]]]
    return EXAMPLES[kind]
