"""Permissions as Discord computes them."""

from __future__ import annotations

import pytest

from sandbox.commands.overrides import allowed_by_admins
from sandbox.permissions import ALL, Permission, base, can_act_on, in_channel, is_above
from sandbox.seed import GUILD_ONE, person_id, seed_world
from sandbox.settings import SandboxSettings
from sandbox.state import Guild, Overwrite

NOW = 1_780_000_000.0
SETTINGS = SandboxSettings()
STAFF, GENERAL = GUILD_ONE + 31, GUILD_ONE + 22


def _guild() -> Guild:
    return seed_world(SETTINGS, NOW).guilds[GUILD_ONE]


def test_the_owner_and_administrators_may_do_everything() -> None:
    guild = _guild()
    assert base(guild, guild.members[person_id("owner")], NOW) == ALL
    member = guild.members[person_id("member")]
    guild.roles[GUILD_ONE + 6].permissions |= Permission.ADMINISTRATOR
    member.roles.append(GUILD_ONE + 6)
    assert in_channel(guild, member, guild.channels[STAFF], NOW) == ALL


def test_an_overwrite_hides_a_channel_from_everyone_and_shows_it_to_a_role() -> None:
    guild = _guild()
    assert in_channel(guild, guild.members[person_id("member")], guild.channels[STAFF], NOW) == 0
    moderator = guild.members[person_id("moderator")]
    assert in_channel(guild, moderator, guild.channels[STAFF], NOW) & Permission.SEND_MESSAGES


def test_a_persons_own_overwrite_is_stronger_than_their_roles() -> None:
    guild = _guild()
    member, channel = guild.members[person_id("moderator")], guild.channels[STAFF]
    channel.overwrites.append(Overwrite(id=member.user_id, type=1, deny=int(Permission.SEND_MESSAGES)))
    assert not in_channel(guild, member, channel, NOW) & Permission.SEND_MESSAGES


def test_a_timed_out_member_can_only_read_until_the_timeout_ends() -> None:
    guild = _guild()
    member, channel = guild.members[person_id("member")], guild.channels[GENERAL]
    member.communication_disabled_until = NOW + 60
    assert in_channel(guild, member, channel, NOW) == Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
    assert in_channel(guild, member, channel, NOW + 61) & Permission.SEND_MESSAGES


def test_nobody_acts_on_the_owner_nor_on_those_with_the_same_highest_role() -> None:
    guild = _guild()
    bot, owner = guild.members[SETTINGS.application_id], guild.members[person_id("owner")]
    admin, moderator = guild.members[person_id("admin")], guild.members[person_id("moderator")]
    assert can_act_on(guild, bot, admin)
    assert can_act_on(guild, owner, bot)
    assert not can_act_on(guild, bot, owner)
    assert not can_act_on(guild, bot, bot)
    assert not can_act_on(guild, moderator, admin)


def test_of_two_roles_at_one_position_the_older_is_higher() -> None:
    guild = _guild()
    one, other = guild.roles[GUILD_ONE + 5], guild.roles[GUILD_ONE + 6]
    one.position = other.position = 3
    assert is_above(one, other)
    assert not is_above(other, one)


@pytest.mark.parametrize(
    ("own", "shared", "may"),
    [
        ([], [], True),
        ([(GUILD_ONE, 1, False)], [], False),
        ([(GUILD_ONE, 1, False), (GUILD_ONE + 3, 1, True)], [], True),
        ([(GUILD_ONE + 3, 1, True), (person_id("moderator"), 2, False)], [], False),
        ([], [(GUILD_ONE, 1, False)], False),
        ([(GENERAL, 3, False)], [], False),
        ([(STAFF, 3, False)], [], True),
        ([(GUILD_ONE - 1, 3, False), (GENERAL, 3, True)], [], True),
    ],
)
def test_admins_say_who_uses_a_command_where(
    own: list[tuple[int, int, bool]], shared: list[tuple[int, int, bool]], may: bool
) -> None:
    world, application, command = seed_world(SETTINGS, NOW), SETTINGS.application_id, 7
    guild = world.guilds[GUILD_ONE]
    world.command_permissions[GUILD_ONE] = {
        subject: [{"id": str(id), "type": kind, "permission": said} for id, kind, said in rules]
        for subject, rules in ((command, own), (application, shared))
    }
    member = guild.members[person_id("moderator")]
    assert allowed_by_admins(world, application, guild, member, GENERAL, command, 0) is may
    assert allowed_by_admins(world, application, guild, member, GENERAL, command, ALL)
