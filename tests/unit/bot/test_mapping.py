from __future__ import annotations

from typing import Any

import pytest

from bot.known import Known
from bot.mapping import map_dispatch
from models import events

GUILD = "100"
ROLE = {"id": "5", "name": "Regular", "color": 7, "position": 2, "permissions": "1024", "managed": False}
CHANNEL = {"id": "6", "guild_id": GUILD, "name": "general", "type": 0, "position": 1, "parent_id": "4", "topic": None}
USER = {"id": "9", "username": "dov.hart", "global_name": "Dov", "avatar": "a"}
MEMBER = {
    "user": USER,
    "nick": None,
    "roles": ["5"],
    "joined_at": "2026-01-02T03:04:05.678000+00:00",
    "communication_disabled_until": None,
}
CREATED = {
    "id": GUILD,
    "name": "Harbour",
    "icon": None,
    "owner_id": "1",
    "preferred_locale": "de",
    "member_count": 3,
    "roles": [ROLE],
    "channels": [CHANNEL],
}


@pytest.fixture
def known() -> Known:
    known = Known()
    map_dispatch("GUILD_CREATE", CREATED, known)
    return known


def test_a_guild_becomes_a_snapshot(known: Known) -> None:
    data = map_dispatch("GUILD_CREATE", CREATED, known)
    assert isinstance(data, events.GuildSnapshot)
    assert (data.name, data.locale, data.member_count) == ("Harbour", "de", 3)
    assert [role.name for role in data.roles] == ["Regular"]
    assert data.channels[0].parent_id == 4


def test_an_unavailable_guild_is_no_snapshot(known: Known) -> None:
    assert map_dispatch("GUILD_CREATE", {"id": GUILD, "unavailable": True}, known) is None


def test_a_changed_role_comes_with_what_it_was(known: Known) -> None:
    data = map_dispatch("GUILD_ROLE_UPDATE", {"guild_id": GUILD, "role": {**ROLE, "name": "Old hand"}}, known)
    assert isinstance(data, events.RoleUpdate)
    assert data.before is not None
    assert (data.before.name, data.role.name) == ("Regular", "Old hand")


def test_a_role_that_was_never_seen_has_no_before(known: Known) -> None:
    data = map_dispatch("GUILD_ROLE_UPDATE", {"guild_id": GUILD, "role": {**ROLE, "id": "55"}}, known)
    assert isinstance(data, events.RoleUpdate)
    assert data.before is None


def test_a_deleted_role_keeps_its_name(known: Known) -> None:
    data = map_dispatch("GUILD_ROLE_DELETE", {"guild_id": GUILD, "role_id": "5"}, known)
    assert data == events.RoleDelete(role_id=5, name="Regular")


def test_a_new_role_is_known_afterwards(known: Known) -> None:
    map_dispatch("GUILD_ROLE_CREATE", {"guild_id": GUILD, "role": {**ROLE, "id": "8", "name": "New"}}, known)
    assert map_dispatch("GUILD_ROLE_DELETE", {"guild_id": GUILD, "role_id": "8"}, known) == events.RoleDelete(
        role_id=8, name="New"
    )


def test_channels_are_reported_with_their_kind(known: Known) -> None:
    made = map_dispatch("CHANNEL_CREATE", {**CHANNEL, "id": "7", "type": 2}, known)
    changed = map_dispatch("CHANNEL_UPDATE", {**CHANNEL, "name": "talk"}, known)
    gone = map_dispatch("CHANNEL_DELETE", CHANNEL, known)
    assert isinstance(made, events.ChannelCreate)
    assert made.channel.kind == 2
    assert isinstance(changed, events.ChannelUpdate)
    assert changed.before is not None
    assert changed.before.name == "general"
    assert gone == events.ChannelDelete(channel_id=6, name="general")


def test_a_join_tells_the_person_and_the_moment(known: Known) -> None:
    data = map_dispatch("GUILD_MEMBER_ADD", {"guild_id": GUILD, **MEMBER}, known)
    assert isinstance(data, events.MemberJoin)
    assert (data.member.username, data.member.display_name, data.member.roles) == ("dov.hart", "Dov", [5])
    assert data.member.joined_at is not None
    assert data.member.joined_at.utcoffset() is not None


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("GUILD_MEMBER_UPDATE", events.MemberUpdate),
        ("GUILD_MEMBER_REMOVE", events.MemberLeave),
        ("GUILD_BAN_ADD", events.MemberBan),
        ("GUILD_BAN_REMOVE", events.MemberUnban),
    ],
)
def test_what_happens_to_members(known: Known, event: str, kind: type) -> None:
    assert isinstance(map_dispatch(event, {"guild_id": GUILD, **MEMBER}, known), kind)


def test_the_guild_itself_changes(known: Known) -> None:
    data = map_dispatch("GUILD_UPDATE", {**CREATED, "name": "Port"}, known)
    assert data == events.GuildUpdate(name="Port", owner_id=1, locale="de")


def test_an_outage_is_not_a_removal(known: Known) -> None:
    away: dict[str, Any] = {"id": GUILD, "unavailable": True}
    assert map_dispatch("GUILD_DELETE", away, known) == events.GuildUnavailable()
    assert known.roles[GUILD]
    assert map_dispatch("GUILD_DELETE", {"id": GUILD}, known) == events.GuildLeave()
    assert GUILD not in known.roles


def test_what_the_platform_does_not_report_is_nothing(known: Known) -> None:
    assert map_dispatch("TYPING_START", {"guild_id": GUILD}, known) is None
