"""The verdict sees each kind of wrong: an instrument that cannot fail proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from tests.chaos.books import Accepted, AuditRow, Books, Entry, LedgerRow, Published, Session
from tests.chaos.verdict import Verdict, judge

GUILD = 7


def uuid(n: int) -> UUID:
    return UUID(int=n)


def good_books() -> Books:
    """A ping, a role, a message and a call to an address outside, each done once and shown to one session."""
    types = {1: ("utility.ping", "pure"), 2: ("roles.add", "idempotent"), 3: ("messages.announce", "nonce"),
             4: ("webhooks.call", "at_most_once"), 5: ("moderation.kick", "reconcile")}  # fmt: skip
    outside = [n for n, (_, effect) in types.items() if effect != "pure"]
    return Books(
        accepted=[Accepted(uuid(n), type_, "api") for n, (type_, _) in types.items()],
        ledger=[LedgerRow(uuid(n), type_, effect, "succeeded", GUILD) for n, (type_, effect) in types.items()],
        audit=[AuditRow(uuid(n), "intent") for n in outside]
        + [AuditRow(uuid(n), "outcome", ended=True) for n in types],
        outside=[Entry(uuid(n), changed=True) for n in outside],
        stream=[Published(n, f"e{n}", GUILD, uuid(n), "succeeded") for n in types],
        sessions=[Session("a", GUILD, began_at=0, seen=[(n, f"e{n}") for n in types])],
    )


def judged(change: Callable[[Books], None], *, doubts_allowed: int = 0) -> Verdict:
    books = good_books()
    change(books)
    return judge(books, doubts_allowed=doubts_allowed)


def change_row(books: Books, n: int, **fields: object) -> None:
    books.ledger[n - 1] = replace(books.ledger[n - 1], **fields)  # type: ignore[arg-type]


def in_state(books: Books, n: int, state: str) -> None:
    change_row(books, n, state=state)
    books.stream.append(Published(90, "e90", GUILD, uuid(n), state))
    books.sessions[0].seen.append((90, "e90"))


def test_books_that_agree_are_good() -> None:
    verdict = judge(good_books(), doubts_allowed=0)
    assert verdict.good, verdict.wrong
    assert (verdict.accepted, verdict.commands, verdict.ended) == (5, 5, {"succeeded": 5})


def test_a_session_that_began_late_missed_nothing_from_before() -> None:
    def late(books: Books) -> None:
        books.sessions.append(Session("late", GUILD, began_at=3, seen=[(4, "e4"), (5, "e5")]))

    assert judged(late).good


def test_what_another_guild_saw_is_not_missed() -> None:
    assert judged(lambda books: books.stream.append(Published(3, "other", GUILD + 1))).good


def test_what_was_published_twice_is_shown_once() -> None:
    assert judged(lambda books: books.stream.append(Published(4, "e1", GUILD, uuid(1), "succeeded"))).good


def test_a_repeat_that_changed_nothing_is_no_second_time() -> None:
    assert judged(lambda books: books.outside.append(Entry(uuid(2), changed=False))).good


def test_poison_ends_dead() -> None:
    def poison(books: Books, state: str) -> None:
        books.accepted[0] = replace(books.accepted[0], poison=True)
        in_state(books, 1, state)

    assert judged(lambda books: poison(books, "dead")).good
    assert [str(one) for one in judged(lambda books: poison(books, "succeeded")).lost] == [
        f"utility.ping {uuid(1)}: poison ended as succeeded"
    ]


def _without_effect(books: Books) -> None:
    books.outside = [entry for entry in books.outside if entry.command_id != uuid(3)]


def _superseded_by_nothing(books: Books) -> None:
    change_row(books, 2, subject="member:1")
    in_state(books, 2, "superseded")


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        (lambda books: books.ledger.pop(0), "lost", "the ledger does not know it"),
        (lambda books: in_state(books, 1, "retrying"), "lost", "never ended: retrying"),
        (lambda books: in_state(books, 2, "failed"), "lost", "ended as failed"),
        (lambda books: in_state(books, 2, "expired"), "lost", "ended as expired"),
        (lambda books: in_state(books, 2, "dead"), "lost", "ended as dead"),
        (_without_effect, "lost", "nothing happened outside"),
        (_superseded_by_nothing, "lost", "nothing newer"),
        (lambda books: change_row(books, 1, children=2), "lost", "2 follow-ups, of which the ledger knows 0"),
        (lambda books: books.unanswered.append(uuid(1)), "lost", "never reached the person"),
        (lambda books: books.outside.append(Entry(uuid(3), changed=True)), "twice", "changed something 2 times"),
        (lambda books: books.audit.append(AuditRow(uuid(1), "outcome", ended=True)), "twice", "ended 2 times"),
        (lambda books: in_state(books, 5, "in_doubt"), "wrong_doubt", "reconcile effects are never in doubt"),
        (lambda books: in_state(books, 2, "in_doubt"), "wrong_doubt", "idempotent effects are never in doubt"),
        (lambda books: books.audit.pop(0), "audit_gaps", "without an intent"),
        (lambda books: books.audit.pop(), "audit_gaps", "without a row in the audit trail"),
        (lambda books: books.sessions[0].seen.pop(1), "missed", "missed event e2"),
        (lambda books: books.sessions[0].seen.clear(), "missed", "saw nothing at all"),
        (lambda books: books.stream.pop(), "missed", "no event says that it succeeded"),
        (lambda books: books.sessions[0].seen.append((6, "e5")), "repeated", "was shown event e5 2 times"),
    ],
)
def test_each_kind_of_wrong_is_seen(change: Callable[[Books], None], where: str, words: str) -> None:
    verdict = judged(change, doubts_allowed=5)
    assert not verdict.good
    assert any(words in str(one) for one in getattr(verdict, where)), [str(one) for one in verdict.wrong]


def test_what_may_be_in_doubt_may_be_so_only_as_often_as_faults_hit_it() -> None:
    def doubtful(books: Books) -> None:
        in_state(books, 4, "in_doubt")

    assert judged(doubtful, doubts_allowed=1).good
    assert [str(one) for one in judged(doubtful, doubts_allowed=0).wrong] == [
        "in doubt: 1 are, and only 0 faults hit an effect that may be"
    ]
