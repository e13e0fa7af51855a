"""Sessions, logins and keys that are forged, fixed, replayed, outlived or used from elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import httpx
import pytest

from models.rate_limits import Rates
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb
from tests.integration.web.sse import open_stream
from web.api.operation import PATH_PARAMETERS, PREFIX
from web.api.operations import OPERATIONS
from web.app import create_app
from web.csrf import csrf_token
from web.login.redirects import HOME

pytestmark = pytest.mark.asyncio(loop_scope="package")

ME = "/api/v1/me"
EVENTS = f"/api/v1/guilds/{GUILD}/events"


async def test_a_session_cannot_be_made_up_from_anything_that_is_known(door: RunningWeb) -> None:
    async with await door.log_in(ADMIN) as client:
        real = client.cookies["guildbus"]
        listed = (await client.get("/api/v1/sessions")).json()["items"][0]["id"]
    stored = hashlib.sha256(real.encode())
    forged = (
        "", "null", "0", "admin", str(ADMIN), listed, stored.hexdigest(), real[:-1], real + "A", real.swapcase(),
        "' OR '1'='1", "A" * 43, "A" * 5000, f"{real}; guildbus={real}x",
        csrf_token(real, door.settings.session_secret),
    )  # fmt: skip
    for cookie in forged:
        async with door.client(Cookie=f"guildbus={cookie}") as client:
            answer = await client.get(ME)
            assert answer.status_code == 401, cookie


async def test_a_session_that_was_planted_is_not_the_one_after_the_login(door: RunningWeb) -> None:
    """Fixation: with an id of the attacker's choice, and with a real session of the attacker's."""
    async with await door.log_in(MEMBER) as attacker:
        for planted in ("chosen", attacker.cookies["guildbus"]):
            async with door.client() as victim:
                victim.cookies.set("guildbus", planted, domain="127.0.0.1")
                leave = await victim.get("/login")
                back = await victim.get(f"{leave.headers['location']}&sandbox_user={ADMIN}")
                arrived = await victim.get(back.headers["location"])
                assert arrived.status_code == 303
                issued = arrived.headers.get_list("set-cookie")
                assert any(header.startswith("guildbus=") and planted not in header for header in issued)
                async with door.client(Cookie=f"guildbus={planted}") as again:
                    assert (await again.get(ME)).status_code == 401


async def test_a_login_works_once_in_one_browser_with_its_own_state(door: RunningWeb) -> None:
    async with door.client() as browser, door.client() as other:
        leave = await browser.get("/login")
        back = await browser.get(f"{leave.headers['location']}&sandbox_user={MODERATOR}")
        code = httpx.URL(back.headers["location"]).params["code"]
        for state in ("", "forged", httpx.URL(leave.headers["location"]).params["state"] + "x"):
            forged = await browser.get("/login/callback", params={"code": code, "state": state})
            assert forged.json()["code"] == "login_failed"
        elsewhere = await other.get(back.headers["location"])
        assert elsewhere.json()["code"] == "login_failed"
        cookie = browser.cookies["guildbus-login"]
        assert (await browser.get(back.headers["location"])).status_code == 303
        # The same code and state again, with the same cookie as then.
        async with door.client(Cookie=f"guildbus-login={cookie}") as replaying:
            assert (await replaying.get(back.headers["location"])).json()["code"] == "login_failed"
        # The used code in a login of one's own: its verifier is another, and Discord knows that it was used.
        async with door.client() as thief:
            begun = await thief.get("/login")
            state = httpx.URL(begun.headers["location"]).params["state"]
            stolen = await thief.get("/login/callback", params={"code": code, "state": state})
            assert stolen.json()["code"] == "login_failed"
            assert "guildbus" not in thief.cookies


async def test_no_login_leads_elsewhere(door: RunningWeb) -> None:
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example", "\x2f\x2fevil"):
        async with door.client() as browser:
            leave = await browser.get("/login", params={"next": target})
            back = await browser.get(f"{leave.headers['location']}&sandbox_user={MEMBER}")
            arrived = await browser.get(back.headers["location"])
            assert arrived.headers["location"] in (HOME, "/%09/evil.example"), target
            assert httpx.URL(door.url).join(arrived.headers["location"]).host == "127.0.0.1"


async def test_no_change_is_made_by_another_sites_page(door: RunningWeb) -> None:
    """Every operation that changes something, with the victim's cookie, as a browser would send it from elsewhere."""
    changes = [operation for operation in OPERATIONS if operation.method != "GET"]
    assert changes
    async with await door.log_in(ADMIN) as client:
        token = client.headers.pop("X-CSRF-Token")
        elsewhere = (
            {"Origin": "https://evil.example"},
            {"Origin": "https://evil.example", "X-CSRF-Token": token},
            {"Origin": "null", "X-CSRF-Token": token},
            {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token},
            {"Sec-Fetch-Site": "same-site", "X-CSRF-Token": token},
            {"Origin": door.url},
            {"Origin": door.url, "X-CSRF-Token": csrf_token("another session", door.settings.session_secret)},
        )
        client.headers.pop("Origin")
        ids = {name: parameter.example for name, parameter in PATH_PARAMETERS.items()}
        for operation in changes:
            for headers in elsewhere:
                path = PREFIX + operation.path.format(**ids)
                sent = {"Content-Type": "text/plain", "Idempotency-Key": "a", **headers}
                answer = await client.request(operation.method, path, content=b"{}", headers=sent)
                assert answer.json()["code"] == "csrf_rejected", (operation.id, headers)
        for headers in elsewhere:
            assert (await client.post("/logout", headers=headers)).status_code == 403
            # Pages know no keys: one makes nothing pass there.
            with_key = {**headers, "Authorization": "Bearer gb_wrong_key"}
            assert (await client.post("/logout", headers=with_key)).status_code == 403
        assert (await client.get(ME)).status_code == 200


async def test_no_other_site_reads_an_answer_unless_it_is_allowed(door: RunningWeb) -> None:
    origin = {"Origin": "https://evil.example"}
    async with await door.log_in(ADMIN) as client:
        answer = await client.get(ME, headers=origin)
        assert "access-control-allow-origin" not in answer.headers
        asked = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        preflight = await client.options("/api/v1/commands", headers=asked)
        assert "access-control-allow-origin" not in preflight.headers


async def test_a_stream_of_a_foreign_server_shows_nothing(door: RunningWeb) -> None:
    async with await door.log_in(MODERATOR) as client, open_stream(client, GUILD) as own:
        await own.until("initial", 30)
        refused = await client.get(f"/api/v1/guilds/{OTHER_GUILD}/events", headers={"Last-Event-ID": "0.0.0"})
        assert (refused.status_code, refused.json()["code"]) == (404, "guild_not_found")
        await door.publish(guild_id=OTHER_GUILD)
        await door.publish(audience="admin")
        seen = await door.publish()
        assert [frame.data["id"] for frame in await own.events(1, 30)] == [seen]


ENDS = {
    "session expires": "UPDATE sessions SET expires_at = now() WHERE id_hash = $1",
    "session idles": "UPDATE sessions SET last_seen_at = now() - interval '8 days' WHERE id_hash = $1",
    "session is revoked": "UPDATE sessions SET revoked_at = now() WHERE id_hash = $1",
    "key expires": "UPDATE api_keys SET expires_at = now() WHERE key_hash = $1",
    "key is revoked": "UPDATE api_keys SET revoked_at = now() WHERE key_hash = $1",
}


@pytest.mark.parametrize("end", ENDS)
async def test_a_stream_does_not_outlive_what_opened_it(door: RunningWeb, end: str) -> None:
    if end.startswith("session"):
        client = await door.log_in(MODERATOR)
        secret = client.cookies["guildbus"]
    else:
        client = await door.key_client("events:read")
        secret = client.headers["Authorization"].removeprefix("Bearer ")
    async with client, open_stream(client, GUILD) as stream:
        await stream.until("initial", 30)
        await door.database.fetch(
            f"WITH changed AS ({ENDS[end]}) SELECT 1",
            hashlib.sha256(secret.encode()).digest(),
        )
        assert await stream.ends_within(30)
        assert (await client.get(EVENTS)).status_code == 401


async def test_a_key_does_what_its_scopes_say_and_no_more(door: RunningWeb) -> None:
    path = f"/api/v1/guilds/{GUILD}/commands"
    async with await door.key_client("commands:read") as client:
        assert (await client.get(path)).status_code == 200
        refused = await client.post(path, json={"type": "utility.ping"}, headers={"Idempotency-Key": "x"})
        assert (refused.status_code, refused.json()["missing"]) == (403, "commands:write")
        assert (await client.get(EVENTS)).json()["code"] == "scope_missing"
        # Beside the cookie of somebody who may, the key alone counts.
        async with await door.log_in(ADMIN) as admin:
            both = {"Cookie": f"guildbus={admin.cookies['guildbus']}", "Idempotency-Key": "x"}
            assert (await client.post(path, json={"type": "utility.ping"}, headers=both)).status_code == 403


async def test_cookies_are_kept_from_scripts_other_sites_and_plain_http(door: RunningWeb) -> None:
    https = replace(door.settings, public_url="https://bus.example")
    assert (https.session_cookie, https.login_cookie) == ("__Host-guildbus", "__Host-guildbus-login")
    parts = door.app.state.parts
    app = create_app(
        https, transport=parts.transport, database=parts.database, ledger=parts.ledger, catalogue=parts.catalogue,
        clock=parts.clock, topology=parts.topology, rates=Rates(),
    )  # fmt: skip
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://bus.example") as client:
        answer = await client.get("/login")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-guildbus-login=")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
