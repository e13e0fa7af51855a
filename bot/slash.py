"""Specs become slash commands: interactions.py's own objects, and from them what Discord is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from logging import getLogger
from types import SimpleNamespace
from typing import Any

from interactions import ContextType, IntegrationType, OptionType, Permissions, SlashCommand, SlashCommandOption
from interactions.client.const import GLOBAL_SCOPE
from interactions.models.internal.application_commands import (
    LocalisedDesc,
    LocalisedName,
    SlashCommandChoice,
    application_commands_to_dict,
)

from models.catalogue import Catalogue
from models.permissions import Permission
from models.spec import CommandSpec, Option, OptionKind, options_of, summary_of

__all__ = ["Translate", "base_permission", "slash_commands", "slash_payloads"]

Translate = Callable[[str], Mapping[str, str]]
"""What a text is in other languages, by Discord's name for them (`{"german": …}`); {} where nobody translated it."""

_TYPES: Mapping[OptionKind, OptionType] = {
    "text": OptionType.STRING,
    "choice": OptionType.STRING,
    "integer": OptionType.INTEGER,
    "number": OptionType.NUMBER,
    "boolean": OptionType.BOOLEAN,
    "member": OptionType.USER,
    "role": OptionType.ROLE,
    "channel": OptionType.CHANNEL,
}
# https://discord.com/developers/docs/interactions/application-commands#application-command-object
_MAX_DESCRIPTION = 100
_MAX_TEXT = 6000
_MAX_CHOICES = 25


def _untranslated(text: str) -> Mapping[str, str]:
    del text
    return {}


def slash_commands(catalogue: Catalogue, translate: Translate = _untranslated) -> list[SlashCommand]:
    """One object per spec that people may use as a slash command, `role add` as a subcommand of `role`.

    Raises ValueError for a path of more than three words or a name that Discord does not take.
    """
    specs = [(path, spec) for path, spec in sorted(catalogue.by_slash.items()) if spec.people]
    siblings: dict[str, list[type[CommandSpec]]] = defaultdict(list)
    for path, spec in specs:
        siblings[path.split(" ")[0]].append(spec)
    return [_command(path, spec, siblings[path.split(" ")[0]], translate) for path, spec in specs]


def slash_payloads(commands: Iterable[SlashCommand]) -> list[dict[str, Any]]:
    """What Discord is sent, one entry per top-level command, subcommands folded in."""
    scope: Any = {GLOBAL_SCOPE: {command.resolved_name: command for command in commands}}
    # The library asks its client for nothing but a logger here.
    client: Any = SimpleNamespace(logger=getLogger("interactions"))
    return list(application_commands_to_dict(scope, client).get(GLOBAL_SCOPE, []))


def base_permission(specs: Iterable[type[CommandSpec]]) -> Permission | None:
    """What Discord itself shall ask for before it shows a command; None shows it to everybody.

    Discord knows one value per top-level command and asks for all its bits: only what every subcommand needs may be
    in it, or somebody who may use one of them would see none. The workers check each command for itself.
    """
    needed = [spec.permission for spec in specs]
    common = needed[0]
    for permission in needed[1:]:
        common &= permission
    return common or None


def _command(
    path: str, spec: type[CommandSpec], siblings: list[type[CommandSpec]], translate: Translate
) -> SlashCommand:
    base, *below = path.split(" ")
    if len(below) > 2:
        raise ValueError(f"/{path} has more than three words; Discord nests commands in groups, and no deeper")
    common: dict[str, Any] = {
        "name": _name(base, translate),
        "options": [_option(option, translate) for option in options_of(spec)],
        "contexts": [ContextType.GUILD],
        "integration_types": [IntegrationType.GUILD_INSTALL],
        "default_member_permissions": _permissions(siblings),
    }
    summary = _description(summary_of(spec), translate)
    if not below:
        return SlashCommand(**common, description=summary)
    common["description"] = _description(f"{base.replace('_', ' ').capitalize()} commands", translate)
    if len(below) == 2:
        common["group_name"] = _name(below[0], translate)
        common["group_description"] = _description(f"{below[0].replace('_', ' ').capitalize()} commands", translate)
    return SlashCommand(**common, sub_cmd_name=_name(below[-1], translate), sub_cmd_description=summary)


def _permissions(siblings: list[type[CommandSpec]]) -> Permissions | None:
    needed = base_permission(siblings)
    return None if needed is None else Permissions(int(needed))


def _option(option: Option, translate: Translate) -> SlashCommandOption:
    bounds: dict[str, Any] = {}
    if option.kind == "text":
        bounds["min_length"] = None if option.minimum is None else int(option.minimum)
        bounds["max_length"] = None if option.maximum is None else min(int(option.maximum), _MAX_TEXT)
    elif option.kind == "integer":
        bounds["min_value"] = None if option.minimum is None else int(option.minimum)
        bounds["max_value"] = None if option.maximum is None else int(option.maximum)
    elif option.kind == "number":
        bounds["min_value"], bounds["max_value"] = option.minimum, option.maximum
    if len(option.choices) > _MAX_CHOICES:
        raise ValueError(f"option {option.name} has {len(option.choices)} choices; Discord takes {_MAX_CHOICES}")
    return SlashCommandOption(
        name=_name(option.name, translate),
        type=_TYPES[option.kind],
        description=_description(option.description, translate),
        required=option.required,
        autocomplete=option.autocomplete,
        choices=[SlashCommandChoice(name=choice, value=choice) for choice in option.choices],
        **bounds,
    )


def _name(text: str, translate: Translate) -> LocalisedName:
    return LocalisedName(default_locale="english_us", **{"english_us": text, **translate(text)})


def _description(text: str, translate: Translate) -> LocalisedDesc:
    short = text if len(text) <= _MAX_DESCRIPTION else text[: _MAX_DESCRIPTION - 1] + "…"
    return LocalisedDesc(default_locale="english_us", **{"english_us": short, **translate(text)})
