"""Option types that several commands share."""

from __future__ import annotations

from typing import Annotated

import msgspec

from models.spec import Channel, Member, Role

__all__ = ["Minutes", "Reason", "TargetChannel", "TargetMember", "TargetRole", "Text"]

TargetMember = Annotated[Member, msgspec.Meta(description="The member")]
TargetRole = Annotated[Role, msgspec.Meta(description="The role")]
TargetChannel = Annotated[Channel, msgspec.Meta(description="The channel")]
Reason = Annotated[str, msgspec.Meta(max_length=400, description="Why; shown in the audit log")]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=28 * 24 * 60, description="For how many minutes")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000, description="The text")]
