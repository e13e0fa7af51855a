"""The login, the browser's door, and what the pages show."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest

from bus import codec
from models.errors import DatabaseUnavailable
from models.outcome import Outcome
from models.settings_store import set_values
from sandbox.seed import person_id
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb, running_web
from web.login.sessions import Sessions

OWNER = person_id("owner")
PATH = f"/api/v1/guilds/{GUILD}/commands"
PING = {"type": "utility.ping"}
KEY = {"Idempotency-Key": "pages"}
PAGE = {"Accept": "text/html"}


async def test_a_login_comes_back_to_the_page_that_was_asked_for(web: RunningWeb) -> None:
    async with web.client(**PAGE) as browser:
        asked = await browser.get(f"/guilds/{GUILD}/audit")
        assert asked.headers["location"].startswith("/login?next=%2Fguilds")
        leave = await browser.get(asked.headers["location"])
        authorize = httpx.URL(leave.headers["location"])
        assert authorize.params["code_challenge_method"] == "S256"
        assert authorize.params["scope"] == "identify guilds"
        cookie = leave.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        back = await browser.get(f"{authorize}&sandbox_user={MODERATOR}")
        arrived = await browser.get(back.headers["location"])
        assert arrived.headers["location"] == f"/guilds/{GUILD}/audit"
        assert (await browser.get(arrived.headers["location"])).status_code == 200
        again = await browser.get(back.headers["location"])
        assert again.status_code == 400
        assert "The login was begun elsewhere, used already, or too long ago." in again.text
        assert 'href="/login"' in again.text


async def test_a_login_under_another_name_of_the_machine_goes_on_at_the_public_address(web: RunningWeb) -> None:
    port = web.url.rpartition(":")[2]
    async with web.client() as browser:
        named = {"Host": f"localhost:{port}"}
        sent = await browser.get("/login?next=/guilds/1%3Fa%3Db", headers=named)
        assert sent.status_code == 303
        assert sent.headers["location"].startswith(f"{web.url}/login?next=%2Fguilds%2F1%3Fa%3Db")
        assert "set-cookie" not in sent.headers
        # A proxy that replaces the header must not send the browser round and round.
        query = sent.headers["location"].partition("?")[2]
        again = await browser.get(f"/login?{query}", headers=named)
        assert "oauth2/authorize" in again.headers["location"]
        evil = await browser.get("/login?next=//evil.example", headers={"Host": "evil.example"})
        assert evil.headers["location"].startswith(f"{web.url}/login?next=%2Fguilds&")
        assert "oauth2/authorize" in (await browser.get("/login")).headers["location"]


@pytest.mark.parametrize(
    "path", ["/guilds/", "/guilds/1/", f"/guilds/{GUILD}/audit/", "/guilds/1/nothing", "/nothing/"]
)
async def test_the_host_header_reaches_no_answer(web: RunningWeb, path: str) -> None:
    async with web.client(**PAGE) as client:
        plain = await client.get(path)
        for host in ("evil.example", "evil.example/api/v1", "[", "evil.example/?"):
            answer = await client.get(path, headers={"Host": host})
            assert (answer.status_code, answer.headers.get("location")) == (
                plain.status_code,
                plain.headers.get("location"),
            )
            assert answer.headers.get("content-type") == plain.headers.get("content-type")
            assert "evil" not in answer.text + str(answer.headers)


async def test_a_login_comes_back_with_the_filters_that_were_set(web: RunningWeb) -> None:
    asked = f"/guilds/{GUILD}/commands?state=failed&command=settings.set&option.key=log_channel"
    async with web.client(**PAGE) as browser:
        login = await browser.get(asked)
        leave = await browser.get(login.headers["location"])
        back = await browser.get(f"{leave.headers['location']}&sandbox_user={MODERATOR}")
        assert (await browser.get(back.headers["location"])).headers["location"] == asked


def shown_by(page: str) -> str:
    """Without the texts that the page hands its modules."""
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


async def test_servers_without_the_bot_are_shown_or_it_is_said_why_not(web: RunningWeb) -> None:
    await web.database.fetch(
        "WITH gone AS (UPDATE guilds SET left_at = now() WHERE id = $1) SELECT 1", int(OTHER_GUILD)
    )
    async with await web.log_in(OWNER) as client:
        listed = await client.get("/guilds", headers=PAGE)
        assert f"guild_id={OTHER_GUILD}" in listed.text
        assert "Log in again" not in shown_by(listed.text)
        web.world.grants.clear()  # as a restart of the sandbox does; at Discord a person can take a login back
        await asyncio.sleep(0.15)
        listed = await client.get("/guilds", headers=PAGE)
        assert listed.status_code == 200
        assert "Log in again" in shown_by(listed.text)


async def test_tokens_that_another_process_renewed_are_used(web: RunningWeb) -> None:
    async with await web.log_in(OWNER) as client:
        session_id = client.cookies["guildbus"]
        parts = web.app.state.parts
        before = await parts.sessions.find(session_id)
        renewed = await parts.login.refresh(before.tokens)
        await parts.sessions.keep_tokens(before, renewed)
        await asyncio.sleep(0.15)
        answer = await parts.own_guilds.asked(before)
        assert not answer.login_needed
        assert {guild.id for guild in answer.guilds} == {GUILD, OTHER_GUILD}


async def test_an_unknown_address_knows_who_is_logged_in(web: RunningWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await web.log_in(ADMIN) as client, web.client() as nobody:
        page = await client.get("/nothing", headers=PAGE)
        assert page.status_code == 404
        assert "Bruno Keel" in page.text
        assert "Your servers" in page.text
        assert "Start page" in (await nobody.get("/nothing", headers=PAGE)).text

        async def away(_: Sessions, session_id: str) -> None:
            raise DatabaseUnavailable("planted")

        monkeypatch.setattr(Sessions, "find", away)
        page = await client.get("/nothing", headers=PAGE)
        assert page.status_code == 404
        assert "Start page" in page.text
        assert (await client.get("/guilds", headers=PAGE)).status_code == 503


async def test_a_login_begun_in_another_browser_is_refused(web: RunningWeb) -> None:
    async with web.client() as attacker, web.client(**PAGE) as victim:
        leave = await attacker.get("/login")
        back = await attacker.get(f"{leave.headers['location']}&sandbox_user={MODERATOR}")
        await victim.get("/login")
        answer = await victim.get(back.headers["location"])
        assert answer.status_code == 400
        assert "guildbus=" not in answer.headers.get("set-cookie", "")


async def test_a_declined_login_says_so(web: RunningWeb) -> None:
    async with web.client(**PAGE) as browser:
        leave = await browser.get("/login")
        back = await browser.get(f"{leave.headers['location']}&sandbox_user=deny")
        assert "declined" in (await browser.get(back.headers["location"])).text


async def test_a_session_cannot_be_fixed_and_a_logout_ends_it(web: RunningWeb) -> None:
    async with web.client() as planted:
        planted.cookies.set("guildbus", "chosen-by-somebody-else")
        leave = await planted.get("/login")
        back = await planted.get(f"{leave.headers['location']}&sandbox_user={ADMIN}")
        arrived = await planted.get(back.headers["location"])
        assert "guildbus=chosen" not in str(arrived.headers)
    async with await web.log_in(ADMIN) as client:
        token = client.headers["X-CSRF-Token"]
        assert (await client.post("/logout", data={"csrf_token": token})).status_code == 303
        assert (await client.get(PATH)).status_code == 401


async def test_another_sites_requests_are_refused(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        token = client.headers.pop("X-CSRF-Token")
        for headers in ({}, {"X-CSRF-Token": "0" * 64}):
            answer = await client.post(PATH, json=PING, headers={**KEY, **headers})
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_rejected")
        foreign = {**KEY, "X-CSRF-Token": token, "Origin": "https://evil.example"}
        assert (await client.post(PATH, json=PING, headers=foreign)).status_code == 403
        cross = {**KEY, "X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"}
        assert (await client.post(PATH, json=PING, headers=cross)).status_code == 403
        assert (await client.post("/logout", data={"csrf_token": "0"})).status_code == 403
        assert (await client.post(PATH, json=PING, headers={**KEY, "X-CSRF-Token": token})).status_code == 202


async def test_a_cookie_beside_a_wrong_key_is_worth_nothing(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        answer = await client.post(PATH, json=PING, headers={**KEY, "Authorization": "Bearer gb_wrong_key"})
        assert answer.status_code == 401


async def test_every_answer_carries_the_security_headers(web: RunningWeb) -> None:
    async with web.client() as client:
        for path in ("/", "/api/v1/guilds", "/static/1/base.css", "/nothing", "/livez"):
            headers = (await client.get(path)).headers
            assert "script-src 'self'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert headers["referrer-policy"] == "same-origin"
            assert "camera=()" in headers["permissions-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "strict-transport-security" not in headers  # of plain HTTP; see attacks/test_identity.py for https
            assert headers["x-request-id"]


@pytest.mark.parametrize("page", ["", "/live", "/commands", "/audit", "/dead-letters", "/settings"])
async def test_each_page_renders_without_anything_inline(web: RunningWeb, page: str) -> None:
    async with await web.log_in(ADMIN) as client:
        answer = await client.get(f"/guilds/{GUILD}{page}", headers=PAGE)
        assert answer.status_code == 200
        assert "Harbour Lights" in answer.text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", answer.text)
        for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL):
            assert not content.strip() or "application/json" in attributes


async def test_the_page_for_who_builds_it_is_an_operators_in_production(web: RunningWeb) -> None:
    production: dict[str, Any] = {"profile": "production", "operators": frozenset((int(ADMIN),))}
    async with (
        running_web(web.database, web.transport, **production) as live,
        await live.log_in(ADMIN) as operator,
        await live.log_in(MEMBER) as member,
    ):
        assert (await operator.get("/design", headers=PAGE)).status_code == 200
        assert (await member.get("/design", headers=PAGE)).status_code == 404
    async with await web.log_in(MEMBER) as member:
        assert (await member.get("/design", headers=PAGE)).status_code == 200


async def test_each_page_asks_for_its_level(web: RunningWeb) -> None:
    async with await web.log_in(MEMBER) as viewer, await web.log_in(MODERATOR) as moderator:
        expected = {
            "": (200, 200),
            "/live": (200, 200),
            "/audit": (403, 200),
            "/dead-letters": (403, 403),
            "/settings": (403, 403),
        }
        for page, statuses in expected.items():
            answers = [await client.get(f"/guilds/{GUILD}{page}", headers=PAGE) for client in (viewer, moderator)]
            assert tuple(answer.status_code for answer in answers) == statuses
        assert (await viewer.get(f"/guilds/{OTHER_GUILD}", headers=PAGE)).status_code == 404


async def test_a_command_has_a_page_and_stored_names_cannot_break_out(web: RunningWeb) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    async with await web.log_in(MODERATOR) as client:
        body = {"type": "moderation.warn", "options": {"member": str(MEMBER), "reason": evil}}
        id = (await client.post(PATH, json=body, headers={"Idempotency-Key": "evil"})).json()["id"]
        page = await client.get(f"/guilds/{GUILD}/commands/{id}", headers=PAGE)
        assert page.status_code == 200
        assert "queued" in page.text
        assert "<img src=x" not in page.text
        assert (await client.get(f"/guilds/{GUILD}/commands/nothing", headers=PAGE)).status_code == 404


async def test_a_setting_that_somebody_else_changed_shows_both_values_and_leads_back(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        options = {"key": "welcome_text", "value": "Ahoy <b>", "expected_version": 0}
        answer = await client.post(
            PATH, json={"type": "settings.set", "options": options}, headers={"Idempotency-Key": "stale"}
        )
        assert answer.status_code == 202, answer.text
        id = answer.json()["id"]
        address = f"/guilds/{GUILD}/commands/{id}"
        assert "Back to Settings" not in (await client.get(address, headers=PAGE)).text
        async with web.database.transaction() as connection:
            await set_values(connection, int(GUILD), {"welcome_text": "Moin"}, by="1", command_id=None)
        # What a worker stores of a StaleVersion.
        outcome = Outcome("version 0 was expected, but it is at version 1 by now", code="stale_version")
        await web.database.fetch(
            "WITH ended AS (UPDATE commands SET state = 'failed', settled_at = now(), outcome = $2 WHERE id = $1) "
            "SELECT 1",
            id,
            codec.encode(outcome).decode(),
        )
        page = (await client.get(address, headers=PAGE)).text
        assert f'href="/guilds/{GUILD}/settings">Back to Settings' in page
        compared = page.partition('id="conflict"')[2].partition("</section>")[0]
        assert "Ahoy &lt;b&gt;" in compared
        assert "Moin" in compared
        assert "option.value=Ahoy+%3Cb%3E" in compared
        assert "option.expected_version=1" in compared


async def test_static_files_are_versioned_and_nothing_else_is_served(web: RunningWeb) -> None:
    async with web.client() as client:
        address = re.search(r'href="(/static/[0-9a-f]+/base\.css)"', (await client.get("/")).text)
        assert address is not None
        assert "immutable" in (await client.get(address[1])).headers["cache-control"]
        # A page from before a restart asks for the version that it knows.
        assert (await client.get("/static/000000000000/base.css")).headers["cache-control"] == "no-cache"
        for path in (
            "/static/1/../config.py",
            "/static/1/%2e%2e/config.py",
            "/static/1/..%2fconfig.py",
            "/static/1//etc/passwd",
            "/static/base.css",
        ):
            assert (await client.get(path)).status_code in (400, 404)
