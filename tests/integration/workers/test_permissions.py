"""Whose word counts for an actor's rights, at the moment of the claim, and that the audit trail says so."""

from __future__ import annotations

import pytest

from bus.envelopes import Actor, Command
from bus.ids import Snowflake, new_id
from models import api_keys
from models.permissions import Permission
from sandbox.seed import GUILD_ONE, person_id
from tests.integration.workers.commands import CLOCK, CROWD, MEMBER, OWNER, a_command, a_grant
from tests.integration.workers.platform import Platform

MODERATOR = str(person_id("moderator"))
STRANGER = str(person_id("stranger"))
BAN = {"member": CROWD[2]}  # a newcomer, below everybody who acts here


def by(user_id: str) -> Actor:
    return Actor(kind="user", id=user_id, name="somebody")


@pytest.fixture(autouse=True)
async def no_guild_state(platform: Platform) -> None:
    for table in ("members", "roles", "guilds"):
        await platform.database.fetch(f"WITH gone AS (DELETE FROM {table}) SELECT 1")  # noqa: S608


async def known_guild(platform: Platform, *, left: bool = False) -> None:
    """The guild with a member who may ban, by guild state alone: Discord would say no."""
    await platform.database.fetch(
        "WITH g AS (INSERT INTO guilds (id, name, owner_id, locale, member_count, available, updated_at, left_at) "
        "VALUES ($1, 'Harbour', $2, 'en-GB', 3, true, now() - interval '90 seconds', $3)) SELECT 1",
        GUILD_ONE,
        int(OWNER),
        CLOCK.now() if left else None,
    )
    await platform.database.fetch(
        "WITH r AS (INSERT INTO roles (guild_id, id, name, color, position, permissions, managed) "
        "VALUES ($1, 5, 'Banners', 0, 1, $2, false)) SELECT 1",
        GUILD_ONE,
        int(Permission.BAN_MEMBERS),
    )
    await platform.database.fetch(
        "WITH m AS (INSERT INTO members (guild_id, person_id, roles) VALUES ($1, $2, '{5}')) SELECT 1",
        GUILD_ONE,
        int(MEMBER),
    )


@pytest.mark.parametrize(
    ("actor", "grant", "known", "state", "authority", "least_age"),
    [
        (MEMBER, (int(Permission.BAN_MEMBERS), 0), False, "succeeded", "interaction", 0),
        (OWNER, (0, 0), False, "refused", "interaction", 0),
        (MEMBER, (int(Permission.BAN_MEMBERS), 300), False, "refused", "discord", 0),
        (MEMBER, None, True, "succeeded", "guild_state", 60),
        (OWNER, None, True, "succeeded", "guild_state", 60),
        (MODERATOR, None, False, "succeeded", "discord", 0),
        (MEMBER, None, False, "refused", "discord", 0),
        (STRANGER, None, False, "refused", "discord", 0),
        ("somebody", None, False, "refused", "unknown", None),
    ],
)
async def test_rights_come_from_the_interaction_then_guild_state_then_discord(
    platform: Platform,
    actor: str,
    grant: tuple[int, float] | None,
    known: bool,
    state: str,
    authority: str,
    least_age: float | None,
) -> None:
    if known:
        await known_guild(platform)
    granted = None if grant is None else a_grant(grant[0], age_seconds=grant[1])
    command = a_command("moderation.ban", BAN, actor=by(actor), grant=granted)
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
        await platform.told(command, state)
    assert record.state == state, record.outcome
    detail = (await platform.audit(command.id))[0]["detail"]
    assert detail["authority"] == authority
    age = detail["age_seconds"]
    assert (age is None) == (least_age is None)
    assert age is None or least_age <= age < least_age + 60
    assert len(platform.effects(command)) == (state == "succeeded")


async def test_somebody_timed_out_may_only_look_whoever_is_asked(platform: Platform) -> None:
    moderator = platform.sandbox.world.state.guilds[GUILD_ONE].members[int(MODERATOR)]
    moderator.communication_disabled_until = platform.sandbox.world.now() + 600
    command = a_command("moderation.ban", BAN, actor=by(MODERATOR), grant=None)
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert record.state == "refused"
    assert (await platform.audit(command.id))[0]["detail"]["authority"] == "discord"


async def test_who_left_after_typing_is_refused_with_a_sentence(platform: Platform) -> None:
    del platform.sandbox.world.state.guilds[GUILD_ONE].members[int(MODERATOR)]
    command = a_command("moderation.ban", BAN, actor=by(MODERATOR), grant=None)
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert record.outcome is not None
    assert record.outcome.message == "You are not a member of that server."


async def test_a_claim_waits_while_discord_cannot_be_asked(platform: Platform) -> None:
    """Nothing was begun: not even what may happen once only is in doubt."""
    platform.fault("GET /guilds/{guild_id}/members/{user_id}", "status", status=503, times=1)
    command = a_command("webhooks.call", {"url": f"{platform.sink}/x", "text": "x"}, grant=None)
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert (record.state, record.attempt) == ("succeeded", 2), record.outcome
    assert len([row for row in platform.effects() if row.route.startswith("/sandbox")]) == 1


async def test_a_key_that_was_revoked_since_starts_nothing(platform: Platform) -> None:
    key, _ = await api_keys.create(
        platform.database, name="ci", scopes=["commands:write"], created_by=OWNER, guild_ids=[GUILD_ONE]
    )
    actor = Actor(kind="api_key", id=str(key.id), name="ci")

    def ban():
        return a_command("moderation.ban", BAN, actor=actor, source="api", grant=None)

    allowed, elsewhere, revoked, unknown = ban(), ban(), ban(), ban()
    elsewhere = a_command("utility.ping", actor=actor, source="api", grant=None, guild_id=Snowflake(GUILD_ONE + 1))
    unknown = a_command(
        "utility.ping", actor=Actor(kind="api_key", id=str(new_id(CLOCK.now()))), source="api", grant=None
    )
    async with platform.worker():
        await platform.publish(allowed, elsewhere, unknown, user="web")
        assert (await platform.end_of(allowed)).state == "succeeded"
        assert (await platform.audit(allowed.id))[0]["detail"]["authority"] == "api_key"
        assert (await platform.end_of(elsewhere)).state == "refused"
        assert (await platform.end_of(unknown)).state == "refused"
        await api_keys.revoke(platform.database, key.id, by="test")
        await platform.publish(revoked, user="web")
        record = await platform.end_of(revoked)
    assert record.state == "refused"
    assert record.outcome is not None
    assert "revoked" in record.outcome.message


async def test_a_persons_key_may_at_every_claim_what_that_person_may(platform: Platform) -> None:
    keys = {
        who: await api_keys.create(
            platform.database, name="own", scopes=["commands:write"], created_by=who, owner_id=int(who)
        )
        for who in (MODERATOR, MEMBER)
    }

    def by_key(who: str, type: str, options: dict[str, str]) -> Command:
        actor = Actor(kind="api_key", id=str(keys[who][0].id), name="own")
        return a_command(type, options, actor=actor, source="api", grant=None)

    allowed = by_key(MODERATOR, "moderation.ban", BAN)
    above = by_key(MODERATOR, "moderation.ban", {"member": OWNER})
    lacking = by_key(MEMBER, "moderation.ban", BAN)
    broadcast = by_key(MODERATOR, "admin.broadcast", {"text": "x"})
    async with platform.worker():
        await platform.publish(allowed, above, lacking, broadcast, user="web")
        assert (await platform.end_of(allowed)).state == "succeeded"
        detail = (await platform.audit(allowed.id))[0]["detail"]
        assert detail["key_owner"] == MODERATOR
        for command, code in ((above, "outranked"), (lacking, "not_permitted"), (broadcast, "not_permitted")):
            record = await platform.end_of(command)
            assert record.outcome is not None
            assert (record.state, record.outcome.code) == ("refused", code)


async def test_a_command_in_a_guild_that_the_bot_left_is_refused(platform: Platform) -> None:
    await known_guild(platform, left=True)
    command = a_command("moderation.ban", BAN)
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert record.outcome is not None
    assert (record.state, record.outcome.code) == ("refused", "guild_gone")
    assert platform.effects() == []


async def test_a_person_may_not_use_what_is_for_scripts(platform: Platform) -> None:
    command = a_command("admin.broadcast", {"text": "x"})
    no_guild = a_command("moderation.ban", BAN, guild_id=None)
    async with platform.worker():
        await platform.publish(command, no_guild)
        record = await platform.end_of(command)
        assert record.outcome is not None
        assert (record.state, record.outcome.code) == ("refused", "not_permitted")
        homeless = await platform.end_of(no_guild)
        assert homeless.outcome is not None
        assert (homeless.state, homeless.outcome.code) == ("refused", "guild_needed")
