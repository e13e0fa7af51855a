"""What a guild decides about one command: on or off, who, where, how often, with whose consent. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from bus import codec
from bus.ids import Snowflake
from models.spec import CommandSpec

__all__ = ["EVERYTHING_ALLOWED", "NO_RULES", "Allowance", "CommandRules", "Cooldown", "key_of", "rules_of", "types_in"]

_MOST_COOLDOWN_SECONDS = 86_400
_PREFIX = "commands."


class Cooldown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most `uses` in any `seconds`; 0 seconds is no limit."""

    seconds: Annotated[int, msgspec.Meta(ge=0, le=_MOST_COOLDOWN_SECONDS)]
    uses: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class Allowance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ "Allow for all except" or "Deny for all except": the rule for everybody, and the ids that it is turned for."""

    default: Literal["allow", "deny"] = "allow"
    excepted: Annotated[tuple[Snowflake, ...], msgspec.Meta(max_length=100)] = msgspec.field(name="except", default=())

    @property
    def restricts(self) -> bool:
        """Whether there is anybody or anything that it does not admit."""
        return self.default == "deny" or bool(self.excepted)

    def admits(self, held: Collection[int]) -> bool:
        """Whether somebody who holds these ids may; one id on the list is enough to count as excepted."""
        listed = any(id in held for id in self.excepted)
        return listed != (self.default == "allow")

    def as_json(self) -> dict[str, Any]:
        """As it is kept: the same rule is always kept in the same words."""
        return {"default": self.default, "except": [str(int(id)) for id in sorted(set(self.excepted))]}


EVERYTHING_ALLOWED = Allowance()


@dataclass(frozen=True, slots=True)
class CommandRules:
    """One command's rules in one guild. `private_reply` None: as the guild has it for all its commands.

    `approval`: nothing is done before a second person approved it (`models.approvals`).
    """

    enabled: bool = True
    user_cooldown: Cooldown | None = None
    guild_cooldown: Cooldown | None = None
    roles: Allowance = EVERYTHING_ALLOWED
    channels: Allowance = EVERYTHING_ALLOWED
    private_reply: bool | None = None
    approval: bool = False

    @property
    def limited(self) -> bool:
        """Whether uses have to be counted."""
        return any(cooldown is not None and cooldown.seconds for cooldown in (self.user_cooldown, self.guild_cooldown))


NO_RULES = CommandRules()


def key_of(type_: str, field: str) -> str:
    """The setting's key: `commands.moderation.ban.enabled`."""
    return f"{_PREFIX}{type_}.{field}"


def types_in(data: Mapping[str, Any]) -> set[str]:
    """The commands that stored settings say something of."""
    return {key.removeprefix(_PREFIX).rpartition(".")[0] for key in data if key.startswith(_PREFIX)}


def rules_of(data: Mapping[str, Any], spec: type[CommandSpec]) -> CommandRules:
    """The rules in a guild's stored settings. Raises InvalidMessage for a value that no setting takes.

    A command that must always be possible (`spec.always_possible`) has none.
    """
    declared = Cooldown(spec.cooldown_seconds) if spec.cooldown_seconds else None
    if spec.always_possible:
        return CommandRules(user_cooldown=declared)

    def stored(field: str) -> Any:
        return data.get(key_of(spec.type, field))

    def cooldown(field: str) -> Cooldown | None:
        value = stored(field)
        return None if value is None else codec.convert(value, Cooldown)

    def allowance(field: str) -> Allowance:
        value = stored(field)
        return EVERYTHING_ALLOWED if value is None else codec.convert(value, Allowance)

    return CommandRules(
        enabled=stored("enabled") is not False,
        user_cooldown=cooldown("user_cooldown") or declared,
        guild_cooldown=cooldown("guild_cooldown"),
        roles=allowance("roles"),
        channels=allowance("channels"),
        private_reply=stored("private_reply"),
        approval=spec.destructive and stored("approval") is True,
    )
