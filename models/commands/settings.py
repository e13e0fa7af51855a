"""Commands that change the platform's own settings for a guild."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from models.permissions import Permission
from models.spec import CommandSpec, Effect

__all__ = ["SetSetting"]


class SetSetting(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Change one of this server's settings."""

    type: ClassVar = "settings.set"
    slash: ClassVar = "settings set"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.MANAGE_GUILD
    audience: ClassVar = "admin"
    subject: ClassVar = "setting:{key}"
    private_reply: ClassVar = True

    key: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=64, description="Which setting", extra={"autocomplete": True}),
    ]
    value: Annotated[str, msgspec.Meta(max_length=1000, description="Its new value")]
    expected_version: (
        Annotated[
            int, msgspec.Meta(ge=0, le=2**31 - 1, description="Refuse unless the settings are still at this version")
        ]
        | None
    ) = None
