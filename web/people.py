"""Which person a command is about, from its subject."""

from __future__ import annotations

__all__ = ["subject_person"]


def subject_person(subject: str | None) -> int | None:
    """The id in `member:123` and `member:123:role:5`; None for any other subject."""
    kind, _, rest = (subject or "").partition(":")
    digits = rest.partition(":")[0]
    return int(digits) if kind == "member" and digits.isascii() and digits.isdigit() and len(digits) <= 19 else None
