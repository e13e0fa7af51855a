"""An interaction as Discord sends it over the gateway, typed, and the slash command's path inside it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from bus import codec
from bus.ids import Snowflake

__all__ = [
    "AUTOCOMPLETE",
    "SLASH",
    "Interaction",
    "RawMember",
    "RawOption",
    "focused_option",
    "leaf_options",
    "read_interaction",
    "slash_path",
]

SLASH = 2
AUTOCOMPLETE = 4
_NESTED = (1, 2)

Token = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,512}$")]
Bits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}$")]
Locale = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z-]{2,10}$")]


class RawOption(msgspec.Struct, frozen=True):
    """An option that was filled in, or (type 1 and 2) a subcommand or group with options of its own."""

    name: str
    type: int
    value: Any = None
    options: list[RawOption] = []
    focused: bool = False


class RawData(msgspec.Struct, frozen=True):
    """Which command; `guild_id` is set where the command itself belongs to one guild."""

    id: str
    name: str
    type: int = 1
    options: list[RawOption] = []
    guild_id: Snowflake | None = None


class RawUser(msgspec.Struct, frozen=True):
    id: Snowflake
    username: str
    global_name: str | None = None


class RawMember(msgspec.Struct, frozen=True):
    """`permissions` are the member's in the channel of the interaction, as a bit set in decimal."""

    user: RawUser
    permissions: Bits = "0"
    roles: list[Snowflake] = []


class Interaction(msgspec.Struct, frozen=True):
    """Shape: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object"""

    id: Snowflake
    application_id: Snowflake
    type: int
    token: Token
    data: RawData
    guild_id: Snowflake | None = None
    channel_id: Snowflake | None = None
    member: RawMember | None = None
    user: RawUser | None = None
    locale: Locale = "en-US"

    def __repr__(self) -> str:
        return f"Interaction(id={self.id}, name={self.data.name!r}, guild_id={self.guild_id}, token=…)"

    @property
    def author(self) -> RawUser | None:
        """Who used it: the member in a guild, the user in a direct message."""
        return self.member.user if self.member is not None else self.user


def read_interaction(data: Any) -> Interaction:
    """Raises InvalidMessage that names the field for what is no interaction. Options are the specs' to judge."""
    return codec.convert_lenient(data, Interaction)


def slash_path(data: RawData) -> str:
    """The full name as a spec's `slash` has it: `role add`."""
    return " ".join((data.name, *(option.name for option in _descent(data))))


def leaf_options(data: RawData) -> list[RawOption]:
    """The options of the command or of the subcommand that was used."""
    nested = _descent(data)
    return nested[-1].options if nested else data.options


def focused_option(data: RawData) -> RawOption | None:
    """The option that is being typed, in an autocomplete."""
    return next((option for option in leaf_options(data) if option.focused), None)


def _descent(data: RawData) -> list[RawOption]:
    nested: list[RawOption] = []
    options = data.options
    while options and options[0].type in _NESTED:
        nested.append(options[0])
        options = options[0].options
    return nested
