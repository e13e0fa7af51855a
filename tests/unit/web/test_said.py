"""What the platform says has its German: every sentence in the code that speaks to people, and how it is found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import web as web_package
from bus.errors import CircuitOpen
from models.catalogue import load_catalogue
from models.guild_settings import SERVER_SETTINGS
from models.outcome import CommandState
from models.permissions import LEVELS, Permission
from models.spec import options_of, summary_of
from web.problems import PROBLEMS
from web.said import said_in
from workers.endings import may_be_on_its_way

_ROOT = Path(web_package.__file__).parent.parent
GERMAN = said_in("de")
_NOW = datetime(2026, 5, 1, tzinfo=UTC)
TABLE = msgspec.json.decode((_ROOT / "web/static/said/de.json").read_bytes(), type=dict[str, dict[str, str]])

# Where sentences for people are made.
_SPEAKERS = (
    "bot/recovery.py", "bot/syncing.py", "models/approvals.py", "models/checks.py", "models/guild_settings.py",
    "models/setting_kinds.py", "workers/approvals.py", "workers/authority.py", "workers/dead_letters.py",
    "workers/discord/pace.py", "workers/discord/rest.py", "workers/discord/sending.py",
    "workers/discord/translation.py", "workers/endings.py", "workers/failures.py", "workers/gate.py",
    "workers/handlers/approvals.py", "workers/handlers/bulk.py", "workers/handlers/members.py",
    "workers/handlers/messages.py", "workers/handlers/moderation.py", "workers/handlers/records.py",
    "workers/handlers/server.py", "workers/handlers/settings.py", "workers/handlers/utility.py", "workers/runner.py",
    "workers/settler.py", "workers/webhook_caller.py", "web/approving.py", "web/authorization.py", "web/cancelling.py",
    "web/discord_check.py", "web/errors.py", "web/login/discord.py", "web/login/endpoints.py", "web/pages/causes.py",
    "web/pages/members.py", "web/pages/troubles.py", "web/rates.py", "web/replay.py", "web/settings_changes.py",
    "web/standing.py", "web/switching.py", "web/why.py",
)  # fmt: skip

# Pieces of sentences, and what is not for people; what the pieces become is below.
_PIECES = frozenset(
    {
        "‹› ‹› it already.", "This command cannot be used in <#‹›>.", " Use it in ‹›.", " Use it in another channel.",
        "no channel: this server allows none", "Too soon: try again in ‹› s. ‹› ‹› in ‹› s.", "‹› times",
        "This server allows it", "You may use it", "You cannot do this: the ‹› does not stand below your highest role.",
        "It waits for a second person: somebody else‹› must approve it by ‹› UTC.", " who has ‹›",
        "‹› (Discord ‹›: ‹›)", "cannot be reached", "gave no answer", "Discord ‹›", "You ‹› ‹›, which ‹› asked for.",
        " An earlier attempt may have had its effect all the same.", "You ‹› ‹› already.", "called off",
        "The bulk is ‹›: ‹› of ‹› were begun, ‹› were not.", "<@‹›> was warned: ‹› (warned ‹› so far)",
        "One setting was", "‹› settings were", "‹› changed (version ‹›).", "The database", "The message broker",
        "has no room left on its disk", "‹› ‹›.", "‹›. Try again in ‹› s.", "They change the same settings as you.",
        "They change other settings than yours.",
        "It depends on the ‹›, who or which must stand below their highest role.",
        "The settings are at version ‹›, not ‹›: somebody changed them since you read them. ‹› Read them again, and "
        "send the change with the new ETag.",
        "Choose a ‹› above.", "It ‹›.", "The last calls to it failed, one after the other.",
        "‹› Commands are kept, and tried again by themselves. Discord says how it is:",
        "Slash commands are not answered, and what happens on Discord is not seen until it is back.", "‹› ‹›",
        "What it kept of the server is still there.", "Invite it again. ‹›",
        "Ask somebody who may manage the server to invite it. ‹›",
        # for logs, for errors of programs, for Discord's login
        "A dead letter", "‹› is reconciled, but its handler cannot look", "PostgreSQL: ‹›", "Settling ‹› commands",
        "identify guilds", "Bearer ‹›",
    }
)  # fmt: skip

_WHOLE = (
    "Ada approved it already.", "Ada declined it already.",
    "This command cannot be used in <#1>. Use it in another channel.",
    "This command cannot be used in <#1>. Use it in <#2>, <#3>.",
    "This command cannot be used in <#1>. Use it in no channel: this server allows none.",
    "Too soon: try again in 3 s. You may use it once in 30 s.",
    "Too soon: try again in 3 s. This server allows it 5 times in 30 s.",
    "You cannot do this: the member does not stand below your highest role.",
    "You cannot do this: the role does not stand below your highest role.",
    "It waits for a second person: somebody else who has Ban Members must approve it by 1 May 2026, 12:00 UTC.",
    "It waits for a second person: somebody else must approve it by 1 May 2026, 12:00 UTC.",
    "Discord cannot be reached", "Discord gave no answer", "You approved moderation.ban, which Ada asked for.",
    "You declined moderation.ban already.",
    "Its time ran out before an attempt succeeded. An earlier attempt may have had its effect all the same.",
    "The bulk is called off: 3 of 5 were begun, 2 were not.", "The bulk is paused: 3 of 5 were begun, 2 were not.",
    "The bulk is resumed: 3 of 5 were begun, 2 were not.", "<@1> was warned: Noise (warned once so far)",
    "<@1> was warned: Noise (warned 2 times so far)", "One setting was changed (version 3).",
    "4 settings were changed (version 3).", "The database cannot be reached.",
    "The message broker has no room left on its disk.",
    "More than 5 requests a minute came from your address. Try again in 3 s.",
    "The settings are at version 4, not 3: somebody changed them since you read them. They change the same settings as "
    "you. Read them again, and send the change with the new ETag.",
    "It depends on the role, who or which must stand below their highest role.", "Choose a member above.",
    "It answers 503. Commands are kept, and tried again by themselves. Discord says how it is:",
    "The last calls to it failed, one after the other. Commands are kept, and tried again by themselves. Discord says "
    "how it is:",
    "Invite it again. What it kept of the server is still there.",
    "Ask somebody who may manage the server to invite it. What it kept of the server is still there.",
    "Slash commands are not answered, and what happens on Discord is not seen until it is back. It says: connecting.",
    "It says: the gateway connection ended; connecting again.", str(CircuitOpen("Discord", 12.0)),
    str(may_be_on_its_way(_NOW, now=_NOW)),
    "The platform is switched off: a rest", "This command is switched off in this server.",
)  # fmt: skip


def shapes(path: Path) -> Iterator[str]:
    """The texts of more than one word in a module, `‹›` for what is put in; without docstrings, logs and SQL."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(part) for part in node.values}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger."):
            left_out |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "‹›" for part in node.values)
        else:
            continue
        if (
            " " in text.strip()
            and re.search("[A-Za-z]{3}", text)
            and not re.match(r"(?i)\s*(select|update|insert) ", text)
        ):
            yield text


@pytest.mark.parametrize("name", _SPEAKERS)
def test_every_sentence_of_a_module_that_speaks_to_people_has_its_german(name: str) -> None:
    """A limit's words have a gap of their own: they are among the whole ones."""
    assert [
        text
        for text in shapes(_ROOT / name)
        if "{n}" not in text and text not in _PIECES and GERMAN.sentence(text) == text
    ] == []


@pytest.mark.parametrize("sentence", _WHOLE)
def test_what_is_put_together_has_its_german(sentence: str) -> None:
    assert GERMAN.sentence(sentence) != sentence


def test_what_commands_settings_and_problems_are_called_has_its_german() -> None:
    specs = load_catalogue().by_type.values()
    said = {summary_of(spec) for spec in specs} | {option.description for spec in specs for option in options_of(spec)}
    said |= {setting.description for setting in SERVER_SETTINGS.values()} | {one.title for one in PROBLEMS.values()}
    assert {text for text in said if GERMAN.sentence(text) == text} == set()
    names = {spec.area() for spec in specs} | {option.name for spec in specs for option in options_of(spec)}
    names |= {*get_args(CommandState), *LEVELS, *SERVER_SETTINGS}
    names |= {str(one.name).replace("_", " ").title() for one in Permission if one}
    assert {name.replace("_", " ") for name in names} - TABLE["names"].keys() == set()


def test_a_sentence_within_a_sentence_is_translated_and_what_people_wrote_is_not() -> None:
    doubt = "Discord gave no answer in time It may have happened all the same."
    assert GERMAN.sentence(f"In doubt: {doubt}") == (
        "Ungewiss: Discord hat nicht rechtzeitig geantwortet Vielleicht ist es trotzdem geschehen."
    )
    assert GERMAN.sentence("<@1> was warned: Failed (warned once so far)") == (
        "<@1> wurde verwarnt: Failed (bisher einmal verwarnt)"
    )
    assert GERMAN.sentence("You need the permission Ban Members, Kick Members for this.") == (
        "Dafür brauchst du die Berechtigung Mitglieder bannen, Mitglieder rauswerfen."
    )
    assert GERMAN.sentence("She has left.") == "She has left."


@pytest.mark.parametrize(
    "text", ["", " was kicked.", "<@> was kicked.", "Failed: ", "{", "It may have happened all the same."]
)
def test_what_is_nobodys_sentence_stays(text: str) -> None:
    assert GERMAN.sentence(text) == text


def test_english_is_what_is_said() -> None:
    english = said_in("en")
    assert (english.sentence("Accepted"), english.name("in_doubt")) == ("Accepted", "in doubt")


def test_every_gap_of_a_translation_is_one_of_the_sentence() -> None:
    for english, german in TABLE["sentences"].items():
        asked = re.findall(r"{\w+}", english)
        assert len(set(asked)) == len(asked), english
        assert set(re.findall(r"{\w+}", german)) <= set(asked), english
