"""What the index of words of the audit trail is asked: exact facts of a line, and words that begin as typed."""

from __future__ import annotations

import re

__all__ = ["AUDIT_WORDS", "facts_query", "words_query"]

AUDIT_WORDS = "guildbus_audit_words(guild_id, type, source, actor_name, subject, reason, before, after, detail)"
"""The indexed expression, as the migration has it: the index covers all lines but intents."""

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12


def facts_query(
    *, guild_id: int | None = None, type: str | None = None, source: str | None = None, person_id: int | None = None
) -> str | None:
    """A `tsquery` of exact lexemes; None for none. A person is the id in the subject or among the targets."""
    named = (("guild", guild_id), ("type", type), ("source", source))
    facts = [_quoted(f"{name}={value}") for name, value in named if value is not None]
    facts += [] if person_id is None else [_quoted(str(int(person_id)))]
    return " & ".join(facts) or None


def words_query(text: str) -> str | None:
    """For `to_tsquery('simple', …)`: each word of the text begins a word of the line ("spam" finds "Spamming").

    None for a text without a letter or a digit.
    """
    return " & ".join(f"'{word}':*" for word in _WORD.findall(text)[:_MOST_WORDS]) or None


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
