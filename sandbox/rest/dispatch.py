"""The way of every REST request: faults, authorization, limits, body, handler, book, answer."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any
from urllib.parse import unquote

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from sandbox.errors import UNAUTHORIZED, ApiError, FormErrors
from sandbox.faults import Fault
from sandbox.hangup import abort
from sandbox.limits import Verdict, bucket_hash
from sandbox.rest.body import read_body, read_form
from sandbox.rest.call import Answer, Call, RestRoute
from sandbox.snowflakes import is_snowflake
from sandbox.world import World

__all__ = ["Endpoint"]

_WORDS = frozenset({"token"})
# https://discord.com/developers/docs/topics/rate-limits: what a bucket is counted by, besides the route.
_MAJOR = ("guild_id", "channel_id", "webhook_id", "token")
_LOST = 0


class Endpoint:
    """A plain ASGI application: `send` is needed bare, to hang up without an answer."""

    def __init__(self, world: World, route: RestRoute) -> None:
        self._world = world
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        world, name = self._world, self._route.name
        try:
            raw = await request.body()
        except ClientDisconnect:
            return
        faults = world.faults.pick(name)
        if faults:
            world.feed.publish("faults", world.faults.all())
        for fault in faults:
            if fault.kind == "latency":
                await asyncio.sleep(fault.latency_ms / 1000)
        if any(fault.kind == "drop" for fault in faults):
            world.requests.count(name, _LOST, world.now())
            await abort(receive, send)
            return
        status, body, headers = self._answer(request, raw, faults)
        for fault in faults:
            if fault.kind == "lost_answer":
                await asyncio.sleep(fault.latency_ms / 1000)
                world.requests.count(name, _LOST, world.now())
                await abort(receive, send)
                return
        world.requests.count(name, status, world.now())
        await _send(send, status, body, headers)

    def _answer(self, request: Request, raw: bytes, faults: list[Fault]) -> tuple[int, Any, dict[str, str]]:
        headers: dict[str, str] = {}
        try:
            for fault in faults:
                if fault.kind == "status":
                    return fault.status, {"message": f"{fault.status}: asked for in the sandbox", "code": 0}, headers
                if fault.kind == "rate_limit":
                    until = self._world.now() + fault.retry_after
                    made = Verdict(False, fault.limit, 0, until, fault.retry_after, bucket_hash(self._route.name))
                    return 429, made.body(), made.headers()
            user_id, scopes = self._principal(request)
            refused = self._limit(request, headers)
            if refused is not None:
                return 429, refused.body(), refused.headers()
            call = self._call(request, raw, user_id, scopes)
            answer = self._route.handler(self._world, call)
        except ApiError as error:
            return error.status, error.body(), headers
        if self._route.method != "GET" and answer.status < 400:
            self._enter(call, answer)
        return answer.status, answer.body, headers | (answer.headers or {})

    def _principal(self, request: Request) -> tuple[int, tuple[str, ...] | None]:
        world = self._world
        if self._route.auth in ("none", "client"):
            return world.bot_id, None
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind == "Bot" and secrets.compare_digest(token.encode(), world.settings.bot_token.encode()):
            return world.bot_id, None
        if kind == "Bearer" and self._route.auth == "either":
            grant = world.grants.bearer(token)
            if grant is not None:
                return grant.user_id, grant.scopes
        raise UNAUTHORIZED.error()

    def _limit(self, request: Request, headers: dict[str, str]) -> Verdict | None:
        """Adds the bucket's headers; a verdict if the request is one too many."""
        world, route = self._world, self._route
        if not world.settings.enforce_limits:
            return None
        now = world.now()
        if not route.exempt:
            # Bearer tokens count on their own: a login must not eat the bot's allowance.
            principal = request.headers.get("authorization", "")
            refused = world.limits.take_global(principal, now)
            if refused is not None:
                return refused
        limit = world.bucket_limits.get(route.name, route.limit)
        if limit is None:
            return None
        major = "/".join(request.path_params[key] for key in _MAJOR if key in request.path_params)
        verdict = world.limits.take(route.name, major, limit[0], limit[1], now)
        headers |= verdict.headers()
        return None if verdict.allowed else verdict

    def _call(self, request: Request, raw: bytes, user_id: int, scopes: tuple[str, ...] | None) -> Call:
        ids: dict[str, int] = {}
        words: dict[str, str] = {}
        errors = FormErrors()
        for key, value in request.path_params.items():
            if key in _WORDS:
                words[key] = value
            elif is_snowflake(value):
                ids[key] = int(value)
            else:
                errors.add((key,), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        errors.raise_if_any()
        content_type = request.headers.get("content-type", "")
        reason = request.headers.get("x-audit-log-reason")
        return Call(
            ids=ids,
            words=words,
            query=request.query_params,
            body=read_body(raw, content_type),
            form=read_form(raw, content_type),
            reason=unquote(reason)[:512] if reason else None,
            user_id=user_id,
            scopes=scopes,
            authorization=request.headers.get("authorization", ""),
        )

    def _enter(self, call: Call, answer: Answer) -> None:
        world, route = self._world, self._route
        if route.auth == "client":
            return  # OAuth2 bodies are secrets, and no effect on a guild.
        guild_id = answer.guild_id or call.ids.get("guild_id")
        nonce = call.body.get("nonce") if isinstance(call.body, dict) else None
        row = world.book.write(
            at=world.now(),
            method=route.method,
            route=route.template,
            guild_id=None if guild_id is None else str(guild_id),
            target=None if answer.target is None else str(answer.target),
            reason=call.reason,
            body=call.body,
            status=answer.status,
            changed=answer.changed,
            nonce=nonce if isinstance(nonce, str | int) else None,
            duplicate_of=None if answer.duplicate_of is None else str(answer.duplicate_of),
        )
        world.feed.publish("effect", row)


async def _send(send: Send, status: int, body: Any, headers: dict[str, str]) -> None:
    payload = b"" if body is None else msgspec.json.encode(body)
    rows = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    if body is not None:
        # Exactly this, without a charset: clients compare.
        rows.append((b"content-type", b"application/json"))
    if status != 204:
        rows.append((b"content-length", str(len(payload)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": rows})
    await send({"type": "http.response.body", "body": payload})
