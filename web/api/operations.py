"""Every operation of `/api/v1`, in one table.

Routes, checks and the OpenAPI document come from it (`web.api.serving`, `web.api.openapi`). A row reads: method, path,
operationId, what it is for, endpoint, who may; then what may be asked, what is sent, and what comes back.
"""

from __future__ import annotations

from models.bulks import Bulk
from models.cases import Case, FoundCase
from models.dead_letters import DeadLetter, LetterGroup
from models.queries import AuditEntry
from web.accept import CommandRequest
from web.api import (
    analytics,
    approvals,
    audit,
    bulks,
    cases,
    catalogue,
    checks,
    commands,
    dead_letters,
    events,
    export,
    guilds,
    health,
    keys,
    me,
    operators,
    presets,
    sessions,
    settings,
    templates,
    users,
    webhooks,
)
from web.api.analytics import Activity, CommandAnalytics, CommandAnalyticsQuery, EventAnalytics, SpanQuery
from web.api.approvals import DeclineRequest
from web.api.audit import PlatformAuditQuery
from web.api.bulks import BulkRequest
from web.api.cases import CasesQuery
from web.api.catalogue import CatalogueQuery, CommandKind
from web.api.checks import ChecksAnswer, ChecksQuery
from web.api.commands import Accepted, CommandDetail, PlatformCommandRequest
from web.api.dead_letters import CauseRequest, DeadLetterQuery, EditedReplay, HandledLetters
from web.api.events import EventsQuery
from web.api.export import EXPORT_MEDIA, AuditExportQuery
from web.api.filters import AuditQuery, BulkCommandQuery, CommandQuery
from web.api.guilds import Guild, GuildDetail, GuildsQuery, MembersQuery, PartsQuery, Person
from web.api.health import Health
from web.api.keys import Key, KeyRequest, KeysQuery, NewKey, RotateRequest
from web.api.lists import Listing, Paging
from web.api.me import Me
from web.api.named import NameQuery
from web.api.operation import ANYBODY, Operation, at_a_letter, in_guild, on_the_platform, whoever_may
from web.api.operators import Flipped
from web.api.presets import Preset, PresetRequest, RunRequest
from web.api.sessions import OwnSession
from web.api.settings import Reach, SettingChanges, Settings, SettingValues, VersionView
from web.api.templates import Taken, Template, TemplateRequest
from web.api.users import GuildUser, GuildUserDetail, GuildUserQuery, User, UserDetail, UserQuery
from web.api.webhooks import NewWebhook, Webhook, WebhookRequest
from web.command_view import CommandView
from web.guild_lookup import Channel, Member, Role
from web.operations_view import PlatformView
from web.switching import SwitchRequest

__all__ = ["OPERATIONS"]

_ISSUING = ("command_unknown", "version_unknown", "options_invalid", "idempotency_key_reused", "not_confirmed")
_DECIDING = ("own_command", "not_awaiting_approval")
_CHANGING = ("options_invalid", "not_confirmed", "not_finished", "rate_limited")
_MAKING = ("idempotency_key_reused", "name_taken", "too_many")
_SAVING = ("command_unknown", "options_invalid")
_STREAM = ("text/event-stream",)

# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/catalogue", "listCatalogue", "Every command there is",
              catalogue.list_catalogue, whoever_may("catalogue.read"),
              query=CatalogueQuery, answer=Listing[CommandKind]),
    Operation("GET", "/catalogue/{type}", "getCommandKind", "One command, with the JSON Schema of its options",
              catalogue.get_command_kind, whoever_may("catalogue.read"), answer=CommandKind),

    Operation("POST", "/commands", "issuePlatformCommand", "Start a command for no server in particular",
              commands.post_platform_command, on_the_platform("commands.write"),
              body=PlatformCommandRequest, status=202, answer=Accepted, errors=_ISSUING),
    Operation("GET", "/commands", "listPlatformCommands", "Commands for no server in particular, newest first",
              commands.list_platform_commands, on_the_platform("commands.read"),
              query=CommandQuery, answer=Listing[CommandView]),
    Operation("GET", "/commands/{command_id}", "getPlatformCommand", "A command for no server, with its timeline",
              commands.get_platform_command, on_the_platform("commands.read"), answer=CommandDetail),

    Operation("GET", "/guilds", "listGuilds", "The servers that the caller is in, or the key is for",
              guilds.list_guilds, ANYBODY, query=GuildsQuery, answer=Listing[Guild]),
    Operation("GET", "/guilds/{guild_id}", "getGuild", "One server, and what the caller is there",
              guilds.get_guild, in_guild("guild.view"), answer=GuildDetail),
    Operation("GET", "/guilds/{guild_id}/members", "listMembers", "Members by name",
              guilds.list_members, in_guild("guild.view"), query=MembersQuery, answer=Listing[Member]),
    Operation("GET", "/guilds/{guild_id}/cases", "listCases", "Cases by number, member or reason, newest first",
              cases.list_cases, in_guild("audit.read"), query=CasesQuery, answer=Listing[FoundCase]),
    Operation("GET", "/guilds/{guild_id}/people/{person_id}", "getPerson", "The name of somebody whom the server knows",
              guilds.get_person, in_guild("guild.view"), answer=Person),
    Operation("GET", "/guilds/{guild_id}/users", "listGuildUsers", "Members, and who left with a record, by name",
              users.list_guild_users, in_guild("users.read"), query=GuildUserQuery, answer=Listing[GuildUser]),
    Operation("GET", "/guilds/{guild_id}/users/{user_id}", "getGuildUser", "Roles, activity and record of one of them",
              users.get_guild_user, in_guild("users.read"), answer=GuildUserDetail),
    Operation("GET", "/guilds/{guild_id}/users/{user_id}/cases", "listUserCases", "Their record there, newest first",
              users.list_user_cases, in_guild("users.read"), query=Paging, answer=Listing[Case]),
    Operation("GET", "/guilds/{guild_id}/roles", "listRoles", "Roles, the highest first",
              guilds.list_roles, in_guild("guild.view"), query=PartsQuery, answer=Listing[Role]),
    Operation("GET", "/guilds/{guild_id}/channels", "listChannels", "Channels in Discord's order",
              guilds.list_channels, in_guild("guild.channels"), query=PartsQuery, answer=Listing[Channel]),
    Operation("GET", "/guilds/{guild_id}/settings", "getSettings", "Settings with their version",
              settings.get_settings, in_guild("settings.read"), answer=Settings),
    Operation("PATCH", "/guilds/{guild_id}/settings", "changeSettings", "Change some settings; null is the default",
              settings.patch_settings, in_guild("settings.write"),
              body=SettingChanges, answer=Settings, versioned=True, errors=_CHANGING),
    Operation("PUT", "/guilds/{guild_id}/settings", "replaceSettings", "Set all settings; what is not named is default",
              settings.put_settings, in_guild("settings.write"),
              body=SettingValues, answer=Settings, versioned=True, errors=_CHANGING),
    Operation("GET", "/guilds/{guild_id}/settings/versions", "listSettingsVersions", "What changed, newest first",
              settings.list_versions, in_guild("settings.read"), query=Paging, answer=Listing[VersionView]),
    Operation("GET", "/guilds/{guild_id}/settings/reach", "getSettingsReach", "Which processes obey them already",
              settings.get_reach, in_guild("settings.read"), answer=Reach),
    Operation("GET", "/guilds/{guild_id}/checks", "getChecks", "Why somebody can or cannot use a command somewhere",
              checks.get_checks, in_guild("checks.read"),
              query=ChecksQuery, answer=ChecksAnswer, errors=("command_unknown",)),
    Operation("GET", "/guilds/{guild_id}/commands", "listCommands", "Commands, newest first",
              commands.list_guild_commands, in_guild("commands.read"), query=CommandQuery, answer=Listing[CommandView]),
    Operation("POST", "/guilds/{guild_id}/commands", "issueCommand", "Start a command",
              commands.post_command, in_guild("commands.write"),
              body=CommandRequest, status=202, answer=Accepted, errors=_ISSUING),
    Operation("GET", "/guilds/{guild_id}/commands/{command_id}", "getCommand", "One command, with its timeline",
              commands.get_command, in_guild("commands.read"), answer=CommandDetail),
    Operation("GET", "/guilds/{guild_id}/bulks", "listBulks", "Commands for many members, newest first",
              bulks.list_guild_bulks, in_guild("commands.read"), query=Paging, answer=Listing[Bulk]),
    Operation("POST", "/guilds/{guild_id}/bulks", "startBulk", "Do one command for many members, a few at a time",
              bulks.post_bulk, in_guild("commands.write"),
              body=BulkRequest, status=202, answer=Accepted, errors=_ISSUING),
    Operation("GET", "/guilds/{guild_id}/bulks/{bulk_id}", "getBulk", "How far a bulk is",
              bulks.get_one_bulk, in_guild("commands.read"), answer=Bulk),
    Operation("GET", "/guilds/{guild_id}/bulks/{bulk_id}/commands", "listBulkCommands", "Its commands, newest first",
              bulks.list_bulk_commands, in_guild("commands.read"),
              query=BulkCommandQuery, answer=Listing[CommandView]),
    Operation("POST", "/guilds/{guild_id}/bulks/{bulk_id}/pause", "pauseBulk", "Begin no more of it",
              bulks.pause_bulk, in_guild("commands.write"), status=202, answer=Accepted, errors=_ISSUING),
    Operation("POST", "/guilds/{guild_id}/bulks/{bulk_id}/resume", "resumeBulk", "Go on with it",
              bulks.resume_bulk, in_guild("commands.write"), status=202, answer=Accepted, errors=_ISSUING),
    Operation("POST", "/guilds/{guild_id}/bulks/{bulk_id}/cancel", "cancelBulk", "Call off what was not begun",
              bulks.cancel_bulk, in_guild("commands.write"), status=202, answer=Accepted, errors=_ISSUING),
    Operation("POST", "/guilds/{guild_id}/bulks/{bulk_id}/retry", "retryBulk", "Start a new bulk for those who failed",
              bulks.retry_bulk, in_guild("commands.write"), status=202, answer=Accepted, errors=_ISSUING),
    Operation("POST", "/guilds/{guild_id}/commands/{command_id}/cancel", "cancelCommand", "Call off what nobody runs",
              commands.cancel_one, in_guild("commands.write"), answer=CommandView, errors=("not_cancellable",)),
    Operation("POST", "/guilds/{guild_id}/commands/{command_id}/approve", "approveCommand", "Let what waits be done",
              approvals.approve_one, in_guild("commands.write"), status=202, answer=Accepted,
              errors=(*_DECIDING, *_ISSUING)),
    Operation("POST", "/guilds/{guild_id}/commands/{command_id}/decline", "declineCommand", "Refuse what waits",
              approvals.decline_one, in_guild("commands.write"), body=DeclineRequest, status=202, answer=Accepted,
              errors=(*_DECIDING, *_ISSUING)),
    Operation("GET", "/guilds/{guild_id}/presets", "listPresets", "Saved commands, by name",
              presets.RESOURCE.list, in_guild("presets.read"), query=NameQuery, answer=Listing[Preset]),
    Operation("POST", "/guilds/{guild_id}/presets", "createPreset", "Save a command with its options filled in",
              presets.RESOURCE.create, in_guild("presets.write"), body=PresetRequest, status=201, answer=Preset,
              errors=(*_MAKING, *_SAVING)),
    Operation("GET", "/guilds/{guild_id}/presets/{preset_id}", "getPreset", "One preset",
              presets.RESOURCE.get, in_guild("presets.read"), answer=Preset),
    Operation("PUT", "/guilds/{guild_id}/presets/{preset_id}", "updatePreset", "Change all of a preset",
              presets.RESOURCE.update, in_guild("presets.write"), versioned=True, body=PresetRequest, answer=Preset,
              errors=("name_taken", *_SAVING)),
    Operation("DELETE", "/guilds/{guild_id}/presets/{preset_id}", "deletePreset", "Forget a preset",
              presets.RESOURCE.delete, in_guild("presets.write"), status=204),
    Operation("POST", "/guilds/{guild_id}/presets/{preset_id}/run", "runPreset", "Start the saved command",
              presets.run_preset, in_guild("commands.write"), body=RunRequest, status=202, answer=Accepted,
              errors=_ISSUING),
    Operation("POST", "/guilds/{guild_id}/templates/{template_id}/use", "useTemplate", "Take over a template's presets",
              templates.use_template, in_guild("presets.write"), answer=Taken, errors=("too_many",)),
    Operation("GET", "/guilds/{guild_id}/webhooks", "listWebhooks", "Where events are to be sent, by name",
              webhooks.RESOURCE.list, in_guild("webhooks.read"), query=NameQuery, answer=Listing[Webhook]),
    Operation("POST", "/guilds/{guild_id}/webhooks", "createWebhook", "Declare one; its secret is shown once",
              webhooks.create_webhook, in_guild("webhooks.write"), body=WebhookRequest, status=201, answer=NewWebhook,
              errors=_MAKING),
    Operation("GET", "/guilds/{guild_id}/webhooks/{webhook_id}", "getWebhook", "One webhook",
              webhooks.RESOURCE.get, in_guild("webhooks.read"), answer=Webhook),
    Operation("PUT", "/guilds/{guild_id}/webhooks/{webhook_id}", "updateWebhook", "Change all of it but the secret",
              webhooks.RESOURCE.update, in_guild("webhooks.write"), versioned=True, body=WebhookRequest, answer=Webhook,
              errors=("name_taken",)),
    Operation("DELETE", "/guilds/{guild_id}/webhooks/{webhook_id}", "deleteWebhook", "Forget a webhook",
              webhooks.RESOURCE.delete, in_guild("webhooks.write"), status=204),
    Operation("GET", "/guilds/{guild_id}/audit/export", "exportAudit", "The audit trail as a file",
              export.export_audit, in_guild("audit.read"),
              query=AuditExportQuery, answer=list[AuditEntry], media=EXPORT_MEDIA),
    Operation("GET", "/guilds/{guild_id}/audit", "listAudit", "Who did what, newest first",
              audit.list_guild_audit, in_guild("audit.read"), query=AuditQuery, answer=Listing[AuditEntry]),
    Operation("GET", "/guilds/{guild_id}/analytics/commands", "getCommandAnalytics", "Commands by type and over time",
              analytics.command_analytics, in_guild("analytics.read"),
              query=CommandAnalyticsQuery, answer=CommandAnalytics),
    Operation("GET", "/guilds/{guild_id}/analytics/events", "getEventAnalytics", "Events by type and over time",
              analytics.event_analytics, in_guild("analytics.read"), query=SpanQuery, answer=EventAnalytics),
    Operation("GET", "/guilds/{guild_id}/analytics/activity", "getActivity", "Commands, events and people over time",
              analytics.guild_activity, in_guild("analytics.read"), query=SpanQuery, answer=Activity),
    Operation("GET", "/guilds/{guild_id}/events", "streamEvents", "The live feed, as Server-Sent Events",
              events.stream_events, in_guild("events.read"),
              query=EventsQuery, media=_STREAM, errors=("too_many_streams",)),

    Operation("GET", "/dead-letters", "listDeadLetters", "Commands that could not be carried out, newest first",
              dead_letters.list_all, at_a_letter("dead_letters.read"),
              query=DeadLetterQuery, answer=Listing[DeadLetter], errors=("guild_not_found",)),
    Operation("GET", "/dead-letters/{dead_letter_id}", "getDeadLetter", "One of them, with the message",
              dead_letters.get_one, at_a_letter("dead_letters.read"), answer=DeadLetter),
    Operation("POST", "/dead-letters/{dead_letter_id}/replay", "replayDeadLetter", "Issue it again, as the caller",
              dead_letters.replay, at_a_letter("dead_letters.write"),
              status=202, answer=Accepted, errors=(*_ISSUING, "dead_letter_closed", "not_replayable")),
    Operation("POST", "/dead-letters/{dead_letter_id}/discard", "discardDeadLetter", "Put it away; it stays on record",
              dead_letters.discard, at_a_letter("dead_letters.write"),
              answer=DeadLetter, errors=("dead_letter_closed",)),

    Operation("POST", "/dead-letters/{dead_letter_id}/edited-replay", "replayDeadLetterEdited",
              "Issue it again with other options, as the caller",
              dead_letters.replay_edited, at_a_letter("dead_letters.write"), body=EditedReplay,
              status=202, answer=Accepted, errors=(*_ISSUING, "dead_letter_closed", "not_replayable")),
    Operation("GET", "/guilds/{guild_id}/dead-letters/causes", "getDeadLetterCauses", "Open ones by cause",
              dead_letters.list_causes, in_guild("dead_letters.read"), answer=list[LetterGroup]),
    Operation("POST", "/guilds/{guild_id}/dead-letters/replay", "replayDeadLetters",
              "Issue the newest hundred with one cause again, as the caller",
              dead_letters.replay_cause, in_guild("dead_letters.write"), body=CauseRequest, answer=HandledLetters),
    Operation("POST", "/guilds/{guild_id}/dead-letters/discard", "discardDeadLetters",
              "Put the newest hundred with one cause away",
              dead_letters.discard_cause, in_guild("dead_letters.write"), body=CauseRequest, answer=HandledLetters),

    Operation("GET", "/platform", "getPlatform", "Processes, queues, throughput and switches",
              operators.get_platform, on_the_platform("platform.read"), answer=PlatformView),
    Operation("GET", "/users", "listUsers", "Who logged in to the dashboard, the last one first",
              users.list_platform_users, on_the_platform("platform.read"), query=UserQuery, answer=Listing[User]),
    Operation("GET", "/users/{user_id}", "getUser", "One of them, with the servers that they are in",
              users.get_user, on_the_platform("platform.read"), answer=UserDetail),
    Operation("GET", "/audit", "listPlatformAudit", "Who did what on the whole platform, newest first",
              audit.list_platform_audit, on_the_platform("platform.read"),
              query=PlatformAuditQuery, answer=Listing[AuditEntry]),
    Operation("POST", "/switches", "flipSwitch", "Switch a command, a server or the platform off or on again",
              operators.flip, on_the_platform("platform.write"), body=SwitchRequest, answer=Flipped,
              errors=("command_unknown", "guild_not_found")),

    Operation("GET", "/templates", "listTemplates", "Sets of presets that the platform offers, by name",
              templates.RESOURCE.list, whoever_may("templates.read"), query=NameQuery, answer=Listing[Template]),
    Operation("POST", "/templates", "createTemplate", "Offer a set of presets",
              templates.RESOURCE.create, whoever_may("templates.write"), body=TemplateRequest,
              status=201, answer=Template, errors=(*_MAKING, *_SAVING)),
    Operation("GET", "/templates/{template_id}", "getTemplate", "One template",
              templates.RESOURCE.get, whoever_may("templates.read"), answer=Template),
    Operation("PUT", "/templates/{template_id}", "updateTemplate", "Change all of a template",
              templates.RESOURCE.update, whoever_may("templates.write"), versioned=True, body=TemplateRequest,
              answer=Template, errors=("name_taken", *_SAVING)),
    Operation("DELETE", "/templates/{template_id}", "deleteTemplate", "Offer it no longer",
              templates.RESOURCE.delete, whoever_may("templates.write"), status=204),
    Operation("GET", "/health", "getHealth", "How the platform is, dependency by dependency",
              health.get_health, ANYBODY, answer=Health),
    Operation("GET", "/me", "getMe", "Who the caller is, and what a key may",
              me.get_me, ANYBODY, answer=Me),
    Operation("GET", "/sessions", "listSessions", "Where the caller is logged in, newest first",
              sessions.list_sessions, whoever_may("account.read"), query=Paging, answer=Listing[OwnSession]),
    Operation("DELETE", "/sessions", "endAllSessions", "Log out everywhere, here too",
              sessions.end_all_sessions, whoever_may("account.write"), status=204),
    Operation("DELETE", "/sessions/{session_id}", "endSession", "Log out there",
              sessions.end_session, whoever_may("account.write"), status=204),
    Operation("GET", "/keys", "listKeys", "API keys, newest first, ended ones too",
              keys.list_keys, whoever_may("account.read"), query=KeysQuery, answer=Listing[Key]),
    Operation("POST", "/keys", "createKey", "Make a key; its text is in this answer and nowhere else",
              keys.create_key, whoever_may("account.write"), body=KeyRequest, status=201, answer=NewKey,
              errors=("guild_not_found", "too_many_keys")),
    Operation("DELETE", "/keys/{key_id}", "revokeKey", "End a key and its streams at once",
              keys.revoke_key, whoever_may("account.write"), status=204, errors=("key_ended",)),
    Operation("POST", "/keys/{key_id}/rotate", "rotateKey", "Make a successor; the old key goes on for a day",
              keys.rotate_key, whoever_may("account.write"), body=RotateRequest, status=201, answer=NewKey,
              errors=("key_ended",)),
)
# fmt: on
