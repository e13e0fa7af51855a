"""OAuth2 as a web application does it, and the pages."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from running_sandbox import Sandbox

from sandbox.oauth.pkce import challenge_of
from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id

VERIFIER = "v" * 50


def _query(sandbox: Sandbox, **fields: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": str(sandbox.world.settings.application_id),
        "redirect_uri": f"{sandbox.url}/auth/callback",
        "scope": "identify guilds",
        "state": "s t/ä",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    } | fields


async def _authorize(sandbox: Sandbox, **fields: str) -> tuple[int, dict[str, list[str]]]:
    url = f"{sandbox.url}/sandbox/oauth2/authorize"
    async with sandbox.http.get(url, params=_query(sandbox, **fields), allow_redirects=False) as response:
        return response.status, parse_qs(urlsplit(response.headers.get("location", "")).query)


async def _token(sandbox: Sandbox, **fields: str) -> tuple[int, Any]:
    form = {
        "grant_type": "authorization_code",
        "client_id": str(sandbox.world.settings.application_id),
        "client_secret": sandbox.world.settings.client_secret,
        "redirect_uri": f"{sandbox.url}/auth/callback",
    } | fields
    async with sandbox.http.post(f"{sandbox.api}/oauth2/token", data=form) as response:
        return response.status, await response.json()


async def _as(sandbox: Sandbox, access: str, path: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {access}"}
    async with sandbox.http.get(sandbox.api + path, headers=headers) as response:
        return response.status, await response.json()


async def test_a_login_from_the_page_to_the_persons_guilds(sandbox: Sandbox) -> None:
    status, back = await _authorize(sandbox, sandbox_user=str(person_id("admin")))
    assert (status, back["state"]) == (302, ["s t/ä"])
    status, token = await _token(sandbox, code=back["code"][0], code_verifier=VERIFIER)
    assert (status, token["token_type"], token["scope"]) == (200, "Bearer", "identify guilds")
    _, me = await _as(sandbox, token["access_token"], "/users/@me")
    assert me["username"] == "bruno.keel"
    assert "email" not in me
    _, guilds = await _as(sandbox, token["access_token"], "/users/@me/guilds")
    assert [(row["id"], bool(int(row["permissions"]) & 32)) for row in guilds] == [(str(GUILD_ONE), True)]
    assert (await _as(sandbox, token["access_token"], f"/users/@me/guilds/{GUILD_ONE}/member"))[0] == 403
    assert (await _as(sandbox, token["access_token"], f"/guilds/{GUILD_ONE}"))[0] == 401
    _, about = await _as(sandbox, token["access_token"], "/oauth2/@me")
    assert about["user"]["id"] == str(person_id("admin"))

    status, again = await _token(sandbox, grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert status == 200
    form = {
        "token": again["access_token"],
        "client_id": str(sandbox.world.settings.application_id),
        "client_secret": sandbox.world.settings.client_secret,
    }
    async with sandbox.http.post(f"{sandbox.api}/oauth2/token/revoke", data=form) as response:
        assert response.status == 200
    assert (await _as(sandbox, again["access_token"], "/users/@me"))[0] == 401
    assert token["access_token"] not in str(sandbox.world.book.since(0))


async def test_the_application_itself_reads_what_admins_set_for_its_commands(sandbox: Sandbox) -> None:
    path = f"/applications/{sandbox.world.settings.application_id}/guilds/{GUILD_ONE}/commands/permissions"
    status, token = await _token(sandbox, grant_type="client_credentials", scope="applications.commands.update")
    assert (status, "refresh_token" in token) == (200, False)
    assert await _as(sandbox, token["access_token"], path) == (200, [])
    _, other = await _token(sandbox, grant_type="client_credentials", scope="identify")
    assert (await _as(sandbox, other["access_token"], path))[0] == 403
    assert (await _token(sandbox, grant_type="client_credentials"))[0] == 400


async def test_a_code_is_good_once_and_only_with_its_verifier(sandbox: Sandbox) -> None:
    _, back = await _authorize(sandbox, sandbox_user=str(person_id("owner")))
    status, body = await _token(sandbox, code=back["code"][0], code_verifier="w" * 50)
    assert (status, body["error"]) == (400, "invalid_grant")
    _, back = await _authorize(sandbox, sandbox_user=str(person_id("owner")))
    assert (await _token(sandbox, code=back["code"][0], code_verifier=VERIFIER))[0] == 200
    assert (await _token(sandbox, code=back["code"][0], code_verifier=VERIFIER))[0] == 400
    assert (await _token(sandbox, code="x", client_secret="wrong"))[0] == 401


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_id": "1"}, 400, None),
        ({"redirect_uri": "http://elsewhere.example/cb"}, 400, None),
        ({"response_type": "token"}, 302, "unsupported_response_type"),
        ({"scope": "bot nonsense"}, 302, "invalid_scope"),
        ({"code_challenge_method": "plain"}, 302, "invalid_request"),
        ({"sandbox_user": "deny"}, 302, "access_denied"),
    ],
)
async def test_what_the_login_page_refuses(
    sandbox: Sandbox, fields: dict[str, str], status: int, error: str | None
) -> None:
    seen, back = await _authorize(sandbox, **fields)
    assert seen == status
    assert back.get("error") == ([error] if error else None)


async def test_an_invite_adds_the_bot_and_says_where_to_go_on(sandbox: Sandbox) -> None:
    asked = {
        "client_id": str(sandbox.world.settings.application_id),
        "scope": "bot applications.commands",
        "permissions": "8",
        "guild_id": str(GUILD_TWO),
    }

    came_from = {"Referer": f"{sandbox.url}/guilds?x=1"}

    async def opened(**fields: str) -> tuple[int, str]:
        address = f"{sandbox.url}/sandbox/oauth2/authorize"
        async with sandbox.http.get(address, params=asked | fields, headers=came_from) as response:
            return response.status, await response.text()

    guild = sandbox.world.state.guilds[GUILD_TWO]
    assert "is here already" in (await opened())[1]
    await sandbox.control("POST", f"/guilds/{GUILD_TWO}/availability", {"state": "removed"})
    assert "sandbox_back=&amp;" in (await opened(sandbox_back="//evil.example"))[1]
    status, text = await opened()
    assert status == 200
    assert "Night Market" in text
    assert "Harbour Lights" not in text
    assert guild.bot_removed, "looking at the page adds nothing"
    [link] = re.findall(r'href="(/sandbox/oauth2/authorize[^"]+)"', text)
    async with sandbox.http.get(sandbox.url + unescape(link)) as response:
        assert response.status == 200
        done = await response.text()
        assert "is in Night Market" in done
        assert '<a href="/guilds">Back to the dashboard</a>' in done
    assert not guild.bot_removed
    assert (await sandbox.discord("GET", f"/guilds/{GUILD_TWO}"))[0] == 200
    assert (await opened(guild_id="5"))[0] == 400
    assert (await opened(client_id="1"))[0] == 400


async def test_the_pages_have_no_inline_script_or_style(sandbox: Sandbox) -> None:
    query = "&".join(f"{key}={value}" for key, value in _query(sandbox, state="x").items())
    for path in ("/sandbox/", f"/sandbox/oauth2/authorize?{query}"):
        async with sandbox.http.get(sandbox.url + path) as response:
            text = await response.text()
            assert response.status == 200
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "<style" not in text
        assert "style=" not in text
        assert "<script>" not in text
    assert "Chiara Vane" in text
    for path in ("static/main.js", "static/sandbox.css", f"cdn/icons/{GUILD_TWO}/x.svg"):
        async with sandbox.http.get(f"{sandbox.url}/sandbox/{path}") as response:
            assert response.status == 200
