"""What the books say when they are laid side by side. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from models.outcome import FINAL_STATES
from tests.chaos.books import Books, LedgerRow, Published, Session

__all__ = ["Finding", "Verdict", "judge"]

_OUTSIDE = frozenset(("idempotent", "nonce", "reconcile", "at_most_once"))
# What can't be looked up afterwards. A reconciled effect can: the sandbox lets the bot read its audit log.
_MAY_BE_IN_DOUBT = frozenset(("nonce", "at_most_once"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the command or session that it is wrong with."""

    subject: str
    words: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.words}"


@dataclass(slots=True)
class Verdict:
    """Every list but `in_doubt` must be empty, and that no longer than `doubts_allowed`."""

    accepted: int = 0
    commands: int = 0
    ended: Mapping[str, int] = field(default_factory=dict)
    lost: list[Finding] = field(default_factory=list)
    twice: list[Finding] = field(default_factory=list)
    in_doubt: list[Finding] = field(default_factory=list)
    wrong_doubt: list[Finding] = field(default_factory=list)
    audit_gaps: list[Finding] = field(default_factory=list)
    missed: list[Finding] = field(default_factory=list)
    repeated: list[Finding] = field(default_factory=list)
    doubts_allowed: int = 0

    @property
    def wrong(self) -> list[Finding]:
        """Everything that must not be."""
        found = [*self.lost, *self.twice, *self.wrong_doubt, *self.audit_gaps, *self.missed, *self.repeated]
        if len(self.in_doubt) > self.doubts_allowed:
            words = f"{len(self.in_doubt)} are, and only {self.doubts_allowed} faults hit an effect that may be"
            found.append(Finding("in doubt", words))
        return found

    @property
    def good(self) -> bool:
        return not self.wrong


def judge(books: Books, *, doubts_allowed: int) -> Verdict:
    """`doubts_allowed` is how many of the faults hit an effect that may be left in doubt."""
    ledger = {row.id: row for row in books.ledger}
    happened, changed = _counted(books)
    verdict = Verdict(
        accepted=len(books.accepted),
        commands=len(ledger),
        ended=Counter(row.state for row in books.ledger),
        doubts_allowed=doubts_allowed,
    )
    poison = {one.id for one in books.accepted if one.poison}
    verdict.lost = [*_never_written(books, ledger), *_not_done(books, ledger, happened, poison)]
    verdict.lost += [Finding(str(id_), "its answer never reached the person who asked") for id_ in books.unanswered]
    verdict.twice = [Finding(str(id_), f"changed something {n} times") for id_, n in changed.items() if n > 1]
    for row in books.ledger:
        if row.state == "in_doubt" and row.id not in poison:
            finding = Finding(f"{row.type} {row.id}", row.code)
            verdict.in_doubt.append(finding)
            if row.effect not in _MAY_BE_IN_DOUBT:
                verdict.wrong_doubt.append(Finding(finding.subject, f"{row.effect} effects are never in doubt here"))
    verdict.audit_gaps = list(_audit_gaps(books, ledger, happened))
    verdict.twice += _ended_twice(books)
    first = _first_of_each(books.stream)
    verdict.missed = list(_never_announced(books))
    for session in books.sessions:
        verdict.missed += _missed_by(session, first)
        verdict.repeated += _repeated_to(session)
    return verdict


def _counted(books: Books) -> tuple[Counter[UUID], Counter[UUID]]:
    happened: Counter[UUID] = Counter()
    changed: Counter[UUID] = Counter()
    for entry in books.outside:
        happened[entry.command_id] += 1
        changed[entry.command_id] += entry.changed
    return happened, changed


def _never_written(books: Books, ledger: Mapping[UUID, LedgerRow]) -> Iterable[Finding]:
    for one in books.accepted:
        if one.id not in ledger:
            yield Finding(f"{one.type} {one.id}", f"accepted from {one.source}, and the ledger does not know it")


def _not_done(
    books: Books, ledger: Mapping[UUID, LedgerRow], happened: Counter[UUID], poison: set[UUID]
) -> Iterable[Finding]:
    """Whatever the ledger knows must have ended as it should, whoever accepted it: children are in no other book."""
    newest: dict[tuple[int | None, str], UUID] = {}
    children: Counter[UUID] = Counter()
    for row in ledger.values():
        if row.subject is not None and row.state in ("succeeded", "in_doubt"):
            key = (row.guild_id, row.subject)
            newest[key] = max(newest.get(key, row.id), row.id)
        if row.causation_id is not None:
            children[row.causation_id] += 1
    for row in ledger.values():
        name = f"{row.type} {row.id}"
        if row.state not in FINAL_STATES:
            yield Finding(name, f"never ended: {row.state}")
        elif row.id in poison:
            if row.state not in ("dead", "in_doubt"):
                yield Finding(name, f"poison ended as {row.state}")
        elif row.state == "superseded":
            if row.subject is None or newest.get((row.guild_id, row.subject), row.id) <= row.id:
                yield Finding(name, "superseded, and nothing newer did anything to its subject")
        elif row.state not in ("succeeded", "in_doubt"):
            yield Finding(name, f"ended as {row.state} ({row.code})")
        elif row.state == "succeeded" and row.effect in _OUTSIDE and not happened[row.id]:
            yield Finding(name, "succeeded, and nothing happened outside")
        elif row.children != children[row.id]:
            yield Finding(name, f"has {row.children} follow-ups, of which the ledger knows {children[row.id]}")


def _audit_gaps(books: Books, ledger: Mapping[UUID, LedgerRow], happened: Counter[UUID]) -> Iterable[Finding]:
    intended = {row.command_id for row in books.audit if row.phase == "intent"}
    ended = {row.command_id for row in books.audit if row.ended}
    for id_ in happened:
        if id_ not in intended:
            yield Finding(str(id_), "something happened outside without an intent in the audit trail")
    for row in ledger.values():
        if row.state in FINAL_STATES and row.id not in ended:
            yield Finding(f"{row.type} {row.id}", f"ended as {row.state} without a row in the audit trail")


def _ended_twice(books: Books) -> Iterable[Finding]:
    for id_, n in Counter(row.command_id for row in books.audit if row.ended).items():
        if n > 1:
            yield Finding(str(id_), f"ended {n} times in the audit trail")


def _first_of_each(stream: Iterable[Published]) -> list[Published]:
    """What is published again has the id that it had: only the first counts."""
    first: dict[str, Published] = {}
    for entry in stream:
        first.setdefault(entry.event_id, entry)
    return list(first.values())


def _never_announced(books: Books) -> Iterable[Finding]:
    announced = {(entry.command_id, entry.state) for entry in books.stream}
    for row in books.ledger:
        if row.state in FINAL_STATES and (row.id, row.state) not in announced:
            yield Finding(f"{row.type} {row.id}", f"no event says that it {row.state}")


def _missed_by(session: Session, first: Iterable[Published]) -> Iterable[Finding]:
    if not session.seen:
        yield Finding(session.name, "saw nothing at all")
        return
    seen = {event_id for _, event_id in session.seen}
    last = max(offset for offset, _ in session.seen)
    for entry in first:
        if (
            entry.guild_id == session.guild_id
            and session.began_at < entry.offset <= last
            and entry.event_id not in seen
        ):
            yield Finding(session.name, f"missed event {entry.event_id} at {entry.offset}")


def _repeated_to(session: Session) -> Iterable[Finding]:
    for event_id, n in Counter(event_id for _, event_id in session.seen).items():
        if n > 1:
            yield Finding(session.name, f"was shown event {event_id} {n} times")
