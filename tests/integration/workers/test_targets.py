"""Whom and what a command may be about: nothing in another server, nobody above the actor."""

from __future__ import annotations

import pytest

from bus.envelopes import Actor
from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id
from tests.integration.workers.commands import CROWD, a_command
from tests.integration.workers.platform import Platform

ADMIN, MODERATOR, OWNER = (str(person_id(key)) for key in ("admin", "moderator", "owner"))
ROLE_ADMIN, ROLE_MODERATOR, ROLE_EVENTS = (str(GUILD_ONE + offset) for offset in (2, 3, 4))


def by(user_id: str) -> Actor:
    return Actor(kind="user", id=user_id, name="somebody")


async def test_a_channel_of_another_server_is_out_of_reach_for_people_keys_and_the_platform(platform: Platform) -> None:
    foreign = str(GUILD_TWO + 21)
    command = a_command("messages.announce", {"channel": foreign, "text": "planted"})
    async with platform.worker():
        await platform.publish(command)
        ended = await platform.end_of(command)
    assert (ended.state, ended.outcome.code) == ("refused", "channel_elsewhere")
    assert "planted" not in str(platform.sandbox.world.book.since(0))


@pytest.mark.parametrize(
    ("actor", "type_", "options", "state"),
    [
        (MODERATOR, "moderation.kick", {"member": ADMIN}, "refused"),
        (MODERATOR, "moderation.ban", {"member": OWNER}, "refused"),
        (MODERATOR, "moderation.timeout", {"member": MODERATOR, "minutes": 1}, "refused"),
        (ADMIN, "moderation.timeout", {"member": MODERATOR, "minutes": 1}, "succeeded"),
        (OWNER, "moderation.timeout", {"member": ADMIN, "minutes": 1}, "succeeded"),
        (MODERATOR, "roles.add", {"member": MODERATOR, "role": ROLE_ADMIN}, "refused"),
        (MODERATOR, "roles.add", {"member": MODERATOR, "role": ROLE_MODERATOR}, "refused"),
        (MODERATOR, "roles.add", {"member": CROWD[3], "role": ROLE_EVENTS}, "succeeded"),
        (MODERATOR, "moderation.ban", {"member": "1"}, "failed"),
    ],
)
async def test_nobody_acts_on_who_or_what_does_not_stand_below_them(
    platform: Platform, actor: str, type_: str, options: dict[str, object], state: str
) -> None:
    command = a_command(type_, options, actor=by(actor))
    async with platform.worker():
        await platform.publish(command)
        ended = await platform.end_of(command)
    assert ended.state == state, ended.outcome
    if state == "refused":
        assert ended.outcome.code == "outranked"
