"""A client of the platform's API in one file that needs httpx alone: the command line uses it, and you may copy it.

with ApiClient("http://127.0.0.1:8080", "gb_…") as api:
    id = api.issue("moderation.warn", {"member": "5", "reason": "spam"}, guild_id="1")
    print(api.wait(id, guild_id="1", seconds=30)["state"])
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, TypedDict
from uuid import uuid4

import httpx

__all__ = ["ApiClient", "ApiProblem", "Command", "Outcome"]

_FINAL = frozenset(("succeeded", "failed", "refused", "superseded", "in_doubt", "dead", "expired", "cancelled"))
_POLL_SECONDS = 0.2


class Outcome(TypedDict, total=False):
    """How a command ended; `code` is left out where all went well."""

    message: str
    code: str
    data: dict[str, Any]


class Command(TypedDict):
    """What the API says of a command, as far as scripts need it; times are RFC 3339."""

    id: str
    type: str
    guild_id: str | None
    state: str
    attempts: int
    outcome: Outcome | None
    issued_at: str
    settled_at: str | None


class ApiProblem(Exception):
    """The platform refused or failed: `code` is stable, `problem` everything that it said (RFC 9457)."""

    def __init__(self, answer: httpx.Response) -> None:
        try:
            self.problem: dict[str, Any] = dict(answer.json())
        except (ValueError, TypeError):
            self.problem = {}
        self.status = answer.status_code
        self.code = str(self.problem.get("code") or answer.status_code)
        self.detail = str(self.problem.get("detail") or self.problem.get("title") or answer.reason_phrase)
        super().__init__(f"{self.detail} ({self.code})")


class ApiClient:
    """Paths are below `/api/v1`. Raises ApiProblem for what is no success, and httpx.HTTPError for no answer."""

    def __init__(self, url: str, key: str, *, timeout_seconds: float = 20.0) -> None:
        self._http = httpx.Client(
            base_url=f"{url}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_seconds,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int) -> Any:
        return self.request("GET", path, params=query)

    def post(self, path: str, body: object = None, *, idempotency_key: str | None = None) -> Any:
        """The same key is the same request. Without one this call is a request of its own."""
        headers = {"Idempotency-Key": idempotency_key or uuid4().hex}
        return self.request("POST", path, json=body, headers=headers)

    def put(self, path: str, body: object, *, version: int) -> Any:
        """Raises ApiProblem `version_conflict` where it is at another version by now."""
        return self.request("PUT", path, json=body, headers={"If-Match": f'"{version}"'})

    def delete(self, path: str) -> None:
        self.request("DELETE", path)

    def items(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Everything in a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def issue(
        self,
        type: str,
        options: dict[str, Any],
        *,
        guild_id: str | int | None = None,
        dry_run: bool = False,
        idempotency_key: str | None = None,
    ) -> str:
        """Starts a command; returns its id once the broker confirmed it. Without a guild it is for the platform."""
        body = {"type": type, "options": options, "dry_run": dry_run}
        return str(self.post(_commands(guild_id), body, idempotency_key=idempotency_key)["id"])

    def command(self, id: str, *, guild_id: str | int | None = None) -> Command:
        found: Command = self.get(f"{_commands(guild_id)}/{id}")
        return found

    def wait(self, id: str, *, guild_id: str | int | None = None, seconds: float) -> Command:
        """The command when it has ended, or as it is after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.command(id, guild_id=guild_id)
            if found["state"] in _FINAL or time.monotonic() > deadline:
                return found
            time.sleep(_POLL_SECONDS)

    def request(self, method: str, path: str, **more: Any) -> Any:
        """The answer's JSON; None for an answer without a body."""
        answer = self._http.request(method, path, **more)
        if not answer.is_success:
            raise ApiProblem(answer)
        return answer.json() if answer.content else None


def _commands(guild_id: str | int | None) -> str:
    return "/commands" if guild_id is None else f"/guilds/{int(guild_id)}/commands"
