"""Commands that change the platform's own settings for a guild.

They are always possible for who may manage the server, whatever the settings say: nobody locks themselves out.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec

from models.permissions import Permission
from models.spec import CommandSpec, Effect

__all__ = ["ChangeSettings", "RestoreSettings", "SetSetting"]

ExpectedVersion = Annotated[
    int, msgspec.Meta(ge=0, le=2**31 - 1, description="Refuse unless the settings are still at this version")
]


class SetSetting(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Change one of this server's settings."""

    type: ClassVar = "settings.set"
    slash: ClassVar = "settings set"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.MANAGE_GUILD
    audience: ClassVar = "admin"
    subject: ClassVar = "setting:{key}"
    private_reply: ClassVar = True
    always_possible: ClassVar = True

    key: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=90, description="Which setting", extra={"autocomplete": True}),
    ]
    value: Annotated[str, msgspec.Meta(max_length=1000, description="Its new value")]
    expected_version: ExpectedVersion | None = None


class ChangeSettings(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Change several of this server's settings at once, or none of them."""

    type: ClassVar = "settings.change"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.MANAGE_GUILD
    audience: ClassVar = "admin"
    private_reply: ClassVar = True
    always_possible: ClassVar = True

    changes: Annotated[dict[str, Any], msgspec.Meta(description="New values by key; null for the default")]
    expected_version: ExpectedVersion | None = None


class RestoreSettings(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Set all of this server's settings back to what they were at a version."""

    type: ClassVar = "settings.restore"
    slash: ClassVar = "settings restore"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.MANAGE_GUILD
    audience: ClassVar = "admin"
    private_reply: ClassVar = True
    always_possible: ClassVar = True

    version: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="Which version; 0 is the defaults")]
    expected_version: ExpectedVersion | None = None
