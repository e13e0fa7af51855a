"""Discord's own rules for a slash command: whose, where, and which of them holds."""

from __future__ import annotations

import pytest

from models.command_overrides import Override, Overrides, refused_by

GUILD, ADA, CREW, GUESTS, HARBOUR = 100, 1, 11, 12, 21
EVERYBODY, EVERYWHERE = GUILD, GUILD - 1


def no(id: int, kind: str = "role") -> Override:
    return Override(id, kind, False)  # type: ignore[arg-type]


def yes(id: int, kind: str = "role") -> Override:
    return Override(id, kind, True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("own", "shared", "refused"),
    [
        ((), (), None),
        ((no(HARBOUR, "channel"),), (), "channel"),
        ((no(22, "channel"),), (), None),
        ((no(EVERYWHERE, "channel"),), (), "channel"),
        ((no(EVERYWHERE, "channel"), yes(HARBOUR, "channel")), (), None),
        ((yes(HARBOUR, "channel"),), (no(HARBOUR, "channel"),), None),
        ((), (no(EVERYWHERE, "channel"),), "channel"),
        ((no(EVERYBODY),), (), "person"),
        ((no(EVERYBODY), yes(CREW)), (), None),
        ((no(CREW), yes(GUESTS)), (), None),
        ((no(CREW),), (), "person"),
        ((no(13),), (), None),
        ((yes(CREW), no(ADA, "user")), (), "person"),
        ((no(EVERYBODY), yes(ADA, "user")), (), None),
        ((), (no(EVERYBODY),), "person"),
        ((yes(CREW),), (no(ADA, "user"),), None),
        ((no(HARBOUR, "channel"), yes(ADA, "user")), (), "channel"),
    ],
)
def test_the_commands_own_rule_and_the_nearest_one_holds(
    own: tuple[Override, ...], shared: tuple[Override, ...], refused: str | None
) -> None:
    roles = frozenset((GUILD, CREW, GUESTS))
    found = refused_by(Overrides(own, shared), guild_id=GUILD, member_id=ADA, roles=roles, channel_id=HARBOUR)
    assert found == refused
