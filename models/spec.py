"""One declaration per command: a frozen struct from which everything else that describes the command is derived."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from inspect import getdoc
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec

from bus.envelopes import Audience, Lane
from bus.ids import Snowflake
from models.permissions import Permission

__all__ = [
    "OUTSIDE",
    "Channel",
    "CommandSpec",
    "Effect",
    "Member",
    "Option",
    "OptionKind",
    "Place",
    "Role",
    "options_of",
    "summary_of",
]


class Effect(StrEnum):
    """How redelivery of a command is made safe (docs/architecture.md, "Effects")."""

    PURE = "pure"
    TRANSACTIONAL = "transactional"
    IDEMPOTENT = "idempotent"
    NONCE = "nonce"
    RECONCILE = "reconcile"
    AT_MOST_ONCE = "at_most_once"


OUTSIDE = frozenset((Effect.IDEMPOTENT, Effect.NONCE, Effect.RECONCILE, Effect.AT_MOST_ONCE))
"""What takes effect at Discord's or elsewhere outside: PostgreSQL's transactions do not reach it."""

Place = Literal["guild", "platform", "either"]
Member = Annotated[Snowflake, msgspec.Meta(extra={"kind": "member"})]
Role = Annotated[Snowflake, msgspec.Meta(extra={"kind": "role"})]
Channel = Annotated[Snowflake, msgspec.Meta(extra={"kind": "channel"})]


class CommandSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all specs: the docstring's first line is the description, the fields are the options.

    `slash` is the slash command's path ("ban", "settings set") or None where Discord does not offer it.
    `subject` is a template over the options for the thing whose state the command sets: a late attempt never
    undoes a newer command of the same subject. `permission` is what the actor must hold in the guild.
    """

    type: ClassVar[str]
    effect: ClassVar[Effect]
    permission: ClassVar[Permission]
    slash: ClassVar[str | None] = None
    lane: ClassVar[Lane] = "interactive"
    subject: ClassVar[str | None] = None
    audience: ClassVar[Audience] = "moderator"
    destructive: ClassVar[bool] = False
    private_reply: ClassVar[bool] = False
    cooldown_seconds: ClassVar[int] = 0
    time_limit_seconds: ClassVar[float] = 8.0
    outrank: ClassVar[tuple[str, ...]] = ()
    """Options whose member or role must stand below the actor's highest role, as Discord has it for its own buttons."""
    place: ClassVar[Place] = "guild"
    """Whether it is issued in a guild, for none in particular, or either."""
    people: ClassVar[bool] = True
    """False for commands that only scripts and API keys may issue."""
    always_possible: ClassVar[bool] = False
    """True for commands that no guild's own settings may restrict, or somebody could lock everybody out."""

    @classmethod
    def area(cls) -> str:
        return cls.type.partition(".")[0]

    def leads_to(self) -> str | UUID | None:
        """The type of command that this one starts for others (a bulk's), or the bulk whose command it starts again.

        Whoever approves this must be one who may do that too.
        """
        return None

    def subject_of(self) -> str | None:
        """The subject with this command's options filled in: `member:123`."""
        if self.subject is None:
            return None
        return self.subject.format_map({name: getattr(self, name) for name in self.__struct_fields__})


OptionKind = Literal[
    "text", "integer", "number", "boolean", "member", "role", "channel", "choice", "document", "members", "uuid"
]
"""The last three have no field on Discord and none in a form: they belong to pages of their own."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option as every surface needs it; bounds are of the value, or of the length where it is a text."""

    name: str
    kind: OptionKind
    description: str
    required: bool
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    autocomplete: bool = False


def summary_of(spec: type[CommandSpec]) -> str:
    """The description: the docstring's first line."""
    return (getdoc(spec) or spec.type).splitlines()[0]


@cache
def options_of(spec: type[CommandSpec]) -> tuple[Option, ...]:
    """The spec's options, required ones first (Discord insists), otherwise in the order of declaration."""
    described = msgspec.inspect.type_info(spec)
    if not isinstance(described, msgspec.inspect.StructType):
        raise TypeError(f"{spec!r} is not a struct")
    options = [_option(field) for field in described.fields]
    return tuple(sorted(options, key=lambda option: not option.required))


def _option(field: msgspec.inspect.Field) -> Option:
    kind, description = field.type, ""
    extra: dict[str, Any] = {}
    if isinstance(kind, msgspec.inspect.UnionType):
        kind = next(member for member in kind.types if not isinstance(member, msgspec.inspect.NoneType))
    while isinstance(kind, msgspec.inspect.Metadata):
        description = (kind.extra_json_schema or {}).get("description", description)
        extra = {**(kind.extra or {}), **extra}
        kind = kind.type
    default = None if field.default is msgspec.NODEFAULT else field.default
    named, minimum, maximum, choices = _shape(kind, extra)
    return Option(
        name=field.name,
        kind=named,
        description=description or field.name.replace("_", " "),
        required=field.required,
        default=default,
        minimum=minimum,
        maximum=maximum,
        choices=choices,
        autocomplete=bool(extra.get("autocomplete")),
    )


def _shape(
    kind: msgspec.inspect.Type, extra: dict[str, Any]
) -> tuple[OptionKind, float | None, float | None, tuple[str, ...]]:
    match kind:
        case msgspec.inspect.CustomType(cls=cls) if cls is Snowflake:
            return extra["kind"], None, None, ()
        case msgspec.inspect.IntType(ge=ge, le=le):
            return "integer", ge, le, ()
        case msgspec.inspect.FloatType(ge=ge, le=le):
            return "number", ge, le, ()
        case msgspec.inspect.BoolType():
            return "boolean", None, None, ()
        case msgspec.inspect.LiteralType(values=values):
            return "choice", None, None, tuple(str(value) for value in values)
        case msgspec.inspect.ListType(min_length=fewest, max_length=most, item_type=item) if _is_member(item):
            return "members", fewest, most, ()
        case msgspec.inspect.UUIDType():
            return "uuid", None, None, ()
        case msgspec.inspect.StrType(min_length=shortest, max_length=longest):
            return "text", shortest, longest, ()
        case msgspec.inspect.DictType():
            return "document", None, None, ()
    raise TypeError(f"an option cannot be a {type(kind).__name__}")


def _is_member(item: msgspec.inspect.Type) -> bool:
    return isinstance(item, msgspec.inspect.Metadata) and (item.extra or {}).get("kind") == "member"
