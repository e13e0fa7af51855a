"""`api`: which endpoints are measured, how each is asked, and which are left out for what reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from starlette.routing import Route

from bench.table import number
from web.api.operation import PREFIX
from web.api.operations import OPERATIONS
from web.routes import routes

__all__ = ["HEAD", "LEFT_OUT", "MEASURED", "Ask", "Endpoint", "endpoints", "rows", "slowest"]

HEAD = ("endpoint", "p50 ms", "p95 ms", "p99 ms", "CPU ms a request", "of PostgreSQL")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A GET or POST. `name` is an operation's id, or the path of what is no operation; `path` holds `{parameters}`."""

    method: str
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Ask:
    """How an endpoint is asked: as whom, and with which queries, which take turns.

    `ids` names other values than usual for a parameter of the path.

    `admin` is the session of the guild's owner, who runs the platform too; `members` are a thousand people's sessions,
    one after the other; `leaving` are other sessions of theirs, each used once; `script` is a key of the platform's.
    """

    who: Literal["admin", "members", "leaving", "script"] = "admin"
    queries: tuple[str, ...] = ("",)
    body: Mapping[str, Any] | None = None
    ids: Mapping[str, str] = field(default_factory=dict)


_METHODS = {"GET", "POST"}
_LIST = ("", "limit=100")
_WARN = {"type": "moderation.warn", "options": {"member": "900000000000005003", "reason": "a measured one"}}

MEASURED: Mapping[str, Ask] = MappingProxyType(
    {
        "/": Ask(),
        "/login": Ask(),
        "/logout": Ask("leaving"),
        "/livez": Ask(),
        "/readyz": Ask(),
        "/healthz": Ask(),
        "/guilds": Ask(),
        "/design": Ask(),
        "/account": Ask(),
        "/manifest.webmanifest": Ask(),
        "/offline": Ask(),
        "/sw.js": Ask(),
        "/api/docs": Ask(),
        "/api/openapi.json": Ask(),
        "/guilds/{guild_id}": Ask(),
        "/guilds/{guild_id}/live": Ask(),
        "/platform": Ask(),
        "/guilds/{guild_id}/commands": Ask(),
        "/guilds/{guild_id}/commands/history": Ask(queries=("", "state=failed")),
        "/guilds/{guild_id}/approvals": Ask(),
        "/guilds/{guild_id}/members": Ask(queries=("", "search=person%2077")),
        "/guilds/{guild_id}/members/{person_id}": Ask(),
        "/guilds/{guild_id}/analytics": Ask(queries=("", "range=week")),
        "/guilds/{guild_id}/commands/{command_id}": Ask(),
        "/guilds/{guild_id}/audit": Ask(queries=("", "text=demo")),
        "/guilds/{guild_id}/dead-letters": Ask(),
        "/guilds/{guild_id}/dead-letters/{dead_letter_id}": Ask(),
        "/guilds/{guild_id}/settings": Ask(),
        "listCatalogue": Ask(),
        "getCommandKind": Ask(),
        "issuePlatformCommand": Ask("script", body={"type": "admin.broadcast", "options": {"text": "Hello."}}),
        "listPlatformCommands": Ask("script", queries=(*_LIST, "fields=id,state")),
        "getPlatformCommand": Ask("script", ids={"command_id": "platform_command_id"}),
        "listGuilds": Ask(queries=_LIST),
        "getGuild": Ask(),
        "listMembers": Ask(queries=("", "limit=100", "search=person%2077")),
        "listCases": Ask(queries=("", "search=person%2077")),
        "getPerson": Ask(),
        "listGuildUsers": Ask(queries=("", "limit=100", "search=person%2077")),
        "getGuildUser": Ask(),
        "listUserCases": Ask(),
        "listRoles": Ask(),
        "listChannels": Ask(),
        "getSettings": Ask(),
        "listSettingsVersions": Ask(),
        "getSettingsReach": Ask(),
        "getChecks": Ask(queries=("command=moderation.ban&member=900000000000005001&target=900000000000006000",)),
        "listCommands": Ask(queries=(*_LIST, "state=failed", "type=moderation.ban", "actor=900000000000005001")),
        "issueCommand": Ask(body=_WARN),
        "getCommand": Ask(),
        "listBulks": Ask(),
        "startBulk": Ask(
            body={
                "command": "moderation.warn",
                "options": {"reason": "a measured one"},
                "members": [str(900_000_000_000_006_000 + number) for number in range(100)],
            }
        ),
        "getBulk": Ask(),
        "listBulkCommands": Ask(queries=_LIST),
        "pauseBulk": Ask(),
        "resumeBulk": Ask(),
        "cancelBulk": Ask(),
        "retryBulk": Ask(),
        "listAudit": Ask(queries=(*_LIST, "text=demo", "text=permissions", "source=api", "person=900000000000005003")),
        "getCommandAnalytics": Ask(queries=("", "bucket=hour")),
        "getEventAnalytics": Ask(queries=("", "bucket=hour")),
        "getActivity": Ask(queries=("", "bucket=hour")),
        "listDeadLetters": Ask(queries=_LIST),
        "getDeadLetter": Ask(),
        "replayDeadLetter": Ask(),
        "discardDeadLetter": Ask(),
        "replayDeadLetterEdited": Ask(body={"options": _WARN["options"]}),
        "getDeadLetterCauses": Ask(),
        "getPlatform": Ask(),
        "listUsers": Ask(queries=("", "search=user9")),
        "getUser": Ask(),
        "listPlatformAudit": Ask(queries=(*_LIST, "type=moderation.ban", "text=demo", "fields=at,type")),
        "flipSwitch": Ask(body={"off": True, "command": "webhooks.call", "reason": "measured"}),
        "listPresets": Ask(),
        "listTemplates": Ask(),
        "listWebhooks": Ask(),
        "getHealth": Ask(),
        "getMe": Ask(),
        "listSessions": Ask("members"),
        "listKeys": Ask("members"),
        "createKey": Ask("members", body={"name": "measured", "scopes": ["commands:read"]}),
        "rotateKey": Ask("members", body={}),
    }
)

_HUNDRED = "one request stands for up to a hundred of replayDeadLetter or discardDeadLetter, which are measured"
_NAMED = "there are at most 200, each of its own name: made and read by their key, as keys and dead letters are"
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "/guilds/{guild_id}/audit/{entry_id}": "one row by its key, as listAudit reads a hundred",
        "createPreset": _NAMED,
        "getPreset": _NAMED,
        "createTemplate": _NAMED,
        "getTemplate": _NAMED,
        "createWebhook": _NAMED,
        "getWebhook": _NAMED,
        "useTemplate": "up to 50 presets at once, once for each server",
        "runPreset": "issueCommand after a look at one row",
        "cancelCommand": "only what nobody runs yet can be called off",
        "approveCommand": "issueCommand after a look at what waits, which can be decided once",
        "declineCommand": "the same",
        "exportAudit": "as long as the trail: pages of listAudit one after the other",
        "streamEvents": "a stream without an end: `live` measures it",
        "/login/callback": "waits for Discord, once for each login",
        "/guilds/{rest:path}": "sends an address with a slash at its end to the one without",
        "replayDeadLetters": _HUNDRED,
        "discardDeadLetters": _HUNDRED,
    }
)


def endpoints() -> list[Endpoint]:
    """Every GET and POST of the web process, from its own tables; files are none."""
    found = [Endpoint(one.method, PREFIX + one.path, one.id) for one in OPERATIONS if one.method in _METHODS]
    operations = {PREFIX + one.path for one in OPERATIONS}
    for route in routes():
        if isinstance(route, Route) and route.path not in operations:
            methods = sorted(_METHODS & (route.methods or set()))
            found += [Endpoint(method, route.path, route.path) for method in methods]
    return found


def rows(results: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    """The slowest first."""
    ordered = sorted(results.items(), key=lambda item: -item[1]["p95"])
    keys = ("p50", "p95", "p99", "web_cpu", "postgresql_cpu")
    return [[name, *(number(figures.get(key)) for key in keys)] for name, figures in ordered]


def slowest(results: Mapping[str, Mapping[str, float]]) -> tuple[str, float]:
    """The endpoint with the highest p95, and that. Raises ValueError for no results."""
    name = max(results, key=lambda one: results[one]["p95"])
    return name, results[name]["p95"]
