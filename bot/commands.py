"""An interaction becomes a command, or a sentence that says why not. Nothing here does anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.interaction import Interaction, RawMember, leaf_options, slash_path
from bus.envelopes import Actor, Command, Grant, ReplyTo
from bus.errors import InvalidMessage
from bus.ids import derived_id, snowflake_time
from models.catalogue import Catalogue
from models.checks import Authority, Facts, Trouble, first_trouble
from models.guild_rules import RulesInForce
from models.spec import CommandSpec

__all__ = ["TOKEN_LIFETIME", "Refusal", "find_spec", "to_command"]

TOKEN_LIFETIME = timedelta(minutes=15)
"""How long Discord takes answers to an interaction; a command that did not run by then is not run any more."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an interaction becomes no command, in a sentence for the person who used it."""

    text: str


def find_spec(catalogue: Catalogue, interaction: Interaction) -> type[CommandSpec] | None:
    """The spec behind the command that was used.

    The library looks handlers up by name alone, so that of two commands of one name the wrong one runs. A command
    that belongs to a guild says so in its data: it is none of ours, whatever its name.
    """
    if interaction.data.guild_id is not None:
        return None
    spec = catalogue.by_slash.get(slash_path(interaction.data))
    return spec if spec is not None and spec.people else None


def to_command(interaction: Interaction, catalogue: Catalogue, rules: RulesInForce) -> Command | Refusal:
    """The command envelope, or why the guild's own rules (as this process knows them) do not let it be used here.

    Whether the person has Discord's permission, is too quick or too low is for the workers to say and to record. The
    id is derived from the interaction: the same interaction is the same command, however often it arrives.
    """
    spec = find_spec(catalogue, interaction)
    if spec is None:
        return Refusal(f"The command /{slash_path(interaction.data)} is not known here any more. Nothing was done.")
    if interaction.guild_id is None or interaction.member is None:
        return Refusal("This command works inside a server only. Nothing was done.")
    denied = _denied(interaction, interaction.member, spec, rules)
    if denied is not None:
        return Refusal(f"{denied.message} Nothing was done.")
    options = {option.name: option.value for option in leaf_options(interaction.data)}
    try:
        parsed = catalogue.parse(spec.type, options)
    except InvalidMessage as error:
        return Refusal(f"That cannot be done as it was asked: {error}. Nothing was done."[:2000])
    guild_id = interaction.guild_id
    issued_at = snowflake_time(interaction.id)
    command_id = derived_id(issued_at, "interaction", interaction.id)
    author = interaction.member.user
    subject = parsed.subject_of()
    if subject is not None and len(subject) > 100:
        return Refusal("One of the options is too long. Nothing was done.")
    return Command(
        id=command_id,
        type=spec.type,
        guild_id=guild_id,
        subject=subject,
        actor=Actor(kind="user", id=str(int(author.id)), name=_printable(author.global_name or author.username)[:100]),
        grant=Grant(permissions=interaction.member.permissions, at=issued_at),
        source="bot",
        lane=spec.lane,
        correlation_id=command_id,
        issued_at=issued_at,
        expires_at=issued_at + TOKEN_LIFETIME,
        # https://www.w3.org/TR/trace-context/#traceparent-header: a trace that begins with this command.
        trace=f"00-{command_id.hex}-{command_id.hex[16:]}-01",
        options=options,
        reply_to=ReplyTo(
            application_id=interaction.application_id,
            token=interaction.token,
            channel_id=interaction.channel_id,
            ephemeral=rules.private(guild_id, spec),
            locale=interaction.locale[:10],
        ),
    )


def _printable(name: str) -> str:
    """A name as it may be stored: without NUL, halves of surrogate pairs and control characters."""
    return "".join(character for character in name if character.isprintable())


def _denied(
    interaction: Interaction, member: RawMember, spec: type[CommandSpec], rules: RulesInForce
) -> Trouble | None:
    """What the guild's rules on this command say; the rest is left open here, so that it counts as passed."""
    guild_id = int(interaction.guild_id or 0)
    facts = Facts(
        spec=spec,
        is_person=True,
        authority=Authority("interaction", None, allowed=True),
        rules=rules.of(guild_id, spec),
        roles=frozenset((guild_id, *member.roles)),
        channel_id=interaction.channel_id,
    )
    return first_trouble(facts)
