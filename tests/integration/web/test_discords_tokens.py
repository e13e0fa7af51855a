"""Discord's tokens of people who logged in: renewed when they have run out, given back at the logout."""

from __future__ import annotations

import httpx

from models.sessions import hash_of
from models.tables.people import SessionRow
from sandbox.oauth.grants import Token
from tests.integration.web.running_web import ADMIN, RunningWeb

PAGE = {"Accept": "text/html"}


def tokens_of(web: RunningWeb) -> list[Token]:
    return [token for token in web.world.grants._tokens.values() if token.user_id == ADMIN]


async def stored(web: RunningWeb, client: httpx.AsyncClient) -> SessionRow:
    return await SessionRow.get(id_hash=hash_of(client.cookies["guildbus"])).using_db(web.database.client)


async def look_at_own_servers(web: RunningWeb, client: httpx.AsyncClient) -> None:
    """Discord is asked for them with the person's token; an answer from before is not used."""
    web.app.state.parts.own_guilds._kept.clear()
    page = await client.get("/guilds", headers=PAGE)
    assert page.status_code == 200
    assert "Discord no longer takes" not in page.text


async def test_a_token_that_ran_out_is_renewed_once_and_kept_sealed(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        (old,) = tokens_of(web)
        sealed = (await stored(web, client)).oauth
        old.issued_at = 0.0
        await look_at_own_servers(web, client)
        (new,) = tokens_of(web)
        assert new.access != old.access
        assert new.refresh != old.refresh
        kept = (await stored(web, client)).oauth
        assert kept != sealed
        assert new.access not in str(kept)
        assert new.refresh not in str(kept)
        await look_at_own_servers(web, client)
        assert tokens_of(web) == [new]


async def test_a_logout_gives_the_tokens_back_to_discord_and_forgets_them(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        assert tokens_of(web)
        token = client.headers["X-CSRF-Token"]
        before = await stored(web, client)
        assert (await client.post("/logout", data={"csrf_token": token})).status_code == 303
        assert tokens_of(web) == []
        await before.refresh_from_db(using_db=web.database.client)
        assert before.oauth is None
        assert before.revoked_at is not None
