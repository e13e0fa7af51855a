"""What waits for a second person, at the door: who may decide, once, and what the pages offer whom."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from bus.clock import SystemClock
from bus.envelopes import Actor
from bus.ids import new_id
from models import api_keys, settings_store
from models.approval_store import decide
from models.approvals import Decision
from models.ledger import Ledger
from models.ledger_types import AuditRecord, Claim
from models.outcome import Outcome
from tests.integration.models.commands import command
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, RunningWeb
from tests.integration.web.test_commands_api import PATH, keyed

CLOCK = SystemClock()


async def a_waiting_ban(web: RunningWeb, by: int = MODERATOR, **changes: Any) -> str:
    """As a worker leaves it."""
    now = CLOCK.now()
    values = {"guild_id": GUILD, "actor": Actor(kind="user", id=str(by), name="Ada"), **changes}
    what = command(expires_at=now + timedelta(hours=24), options={"member": str(MEMBER)}, **values)
    audit = AuditRecord(new_id(now), "note", now, detail={"approval": "requested"})
    waits = Outcome("It waits for a second person.", code="awaiting_approval")
    [claimed] = await Ledger(web.database).claim([Claim(what, None, "awaiting_approval", audit, waits)], 0)
    assert claimed.verdict == "fresh"
    return str(what.id)


async def test_somebody_else_approves_and_it_is_one_command_however_often(web: RunningWeb) -> None:
    id = await a_waiting_ban(web)
    async with await web.log_in(ADMIN) as admin, await web.log_in(MODERATOR) as moderator:
        own = await moderator.post(f"{PATH}/{id}/approve", headers=keyed())
        assert (own.status_code, own.json()["code"]) == (403, "own_command")
        first = await admin.post(f"{PATH}/{id}/approve", headers=keyed("a"))
        again = await admin.post(f"{PATH}/{id}/approve", headers=keyed("a"))
        assert (first.status_code, again.status_code) == (202, 202)
        assert first.json() == again.json()
        issued = (await admin.get(f"{PATH}/{first.json()['id']}")).json()
        assert (issued["type"], issued["options"]) == ("approval.approve", {"command": id})


async def test_who_may_not_do_it_may_not_decide_on_it(web: RunningWeb) -> None:
    id = await a_waiting_ban(web)
    reason = {"reason": "no"}
    async with await web.log_in(MEMBER) as member, await web.key_client() as nobodys:
        assert (await member.post(f"{PATH}/{id}/decline", json=reason, headers=keyed())).status_code == 404
        refused = await nobodys.post(f"{PATH}/{id}/decline", json=reason, headers=keyed())
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
        assert "Only a person" in refused.json()["detail"]


async def test_nobody_is_two_people_with_a_key_of_their_own(web: RunningWeb) -> None:
    key, text = await api_keys.create(
        web.database, name="mine", scopes=api_keys.SCOPES, created_by="test", owner_id=MODERATOR
    )
    by_hand = await a_waiting_ban(web)
    by_key = await a_waiting_ban(web, actor=Actor(kind="api_key", id=str(key.id)), source="api")
    async with web.client(Authorization=f"Bearer {text.reveal()}") as client, await web.log_in(MODERATOR) as person:
        for who, id in ((client, by_hand), (person, by_key), (client, by_key)):
            answer = await who.post(f"{PATH}/{id}/approve", headers=keyed())
            assert (answer.status_code, answer.json()["code"]) == (403, "own_command")


@pytest.mark.parametrize(("verdict", "code"), [("approve", 202), ("decline", 409)])
async def test_what_was_decided_is_answered_again_to_who_decided_it_alone(
    web: RunningWeb, verdict: str, code: int
) -> None:
    id = await a_waiting_ban(web)
    said = Decision(
        verdict="approved",
        by=Actor(kind="user", id=str(ADMIN), name="Bo"),
        at=CLOCK.now(),
        command_id=new_id(CLOCK.now()),
    )
    async with web.database.transaction() as connection:
        await decide(connection, msgspec.convert(id, type(said.command_id)), said, source="dashboard")
    body = {"json": {"reason": "no"}} if verdict == "decline" else {}
    async with await web.log_in(ADMIN) as admin:
        answer = await admin.post(f"{PATH}/{id}/{verdict}", headers=keyed(), **body)
        assert answer.status_code == code
        if code == 202:
            assert answer.json()["id"] == str(said.command_id)
        else:
            assert "Bo approved it already" in answer.json()["detail"]
        shown = (await admin.get(f"{PATH}/{id}")).json()
        assert shown["approval"]["by"]["name"] == "Bo"
        assert "Approved by Bo" in [step["words"] for step in shown["timeline"]]


async def test_the_202_says_that_it_will_wait(web: RunningWeb) -> None:
    ban = {"type": "moderation.ban", "options": {"member": str(MEMBER)}}
    bulk = {"command": "moderation.ban", "members": [str(MEMBER)]}
    async with await web.key_client() as client:
        assert "needs_approval" not in (await client.post(PATH, json=ban, headers=keyed(uuid4().hex))).json()
        async with web.database.transaction() as connection:
            values = {"commands.moderation.ban.approval": True}
            await settings_store.set_values(connection, int(GUILD), values, by="1", command_id=None)
        assert (await client.post(PATH, json=ban, headers=keyed(uuid4().hex))).json()["needs_approval"]
        many = await client.post(f"/api/v1/guilds/{GUILD}/bulks", json=bulk, headers=keyed(uuid4().hex))
        assert many.json()["needs_approval"]
        tried = await client.post(PATH, json={**ban, "dry_run": True}, headers=keyed(uuid4().hex))
        assert "needs_approval" not in tried.json()


async def test_pages_offer_what_each_reader_can_do(web: RunningWeb) -> None:
    id = await a_waiting_ban(web)
    async with (
        await web.log_in(ADMIN) as admin,
        await web.log_in(MODERATOR) as moderator,
        await web.log_in(MEMBER) as member,
    ):
        for path in (f"/guilds/{GUILD}/approvals", f"/guilds/{GUILD}/commands/{id}"):
            others, own = await asyncio.gather(admin.get(path), moderator.get(path))
            assert 'data-decide="approve"' in others.text
            assert 'data-decide="approve"' not in own.text
            assert 'data-decide="cancel"' in own.text
        nothing = await member.get(f"/guilds/{GUILD}/approvals")
        assert id not in nothing.text
