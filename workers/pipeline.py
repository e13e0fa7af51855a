"""From received commands to their ends: gate, claim, run, settle, publish, acknowledge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence

from loguru import logger

from bus.clock import Clock
from bus.retry import Level
from bus.transport import Message, Transport
from models.ledger import Ledger
from models.ledger_types import Claim, Claimed
from models.outcome import CommandState, Outcome
from models.spec import Effect
from models.state_event import state_event
from workers.announcements import end_messages, retry_message
from workers.endings import Ending, poisoned, refused
from workers.failures import TakenOver
from workers.gatekeeper import Gatekeeper
from workers.guild_slots import GuildSlots
from workers.invalid import invalid_message
from workers.leases import LEASE_SECONDS, Leases
from workers.publisher import Parcel, publish_parcels
from workers.rows import claim_finished, claim_refused, claim_running
from workers.runner import Runner
from workers.settler import Settler, deliver
from workers.steps import Observe
from workers.transactions import Transactions
from workers.until_done import UntilDone
from workers.work import Work

__all__ = ["Pipeline"]

_HELD_WAIT_SECONDS = LEASE_SECONDS + 2.0
_UNKNOWN_WAIT_SECONDS = 1.0
_GATE_SECONDS = 0.1
_GATHER_SECONDS = 0.01
_MOST_TOGETHER = 64
_TRANSACTIONS_AT_ONCE = 2
_SUPERSEDED = Outcome("A newer command for the same thing was carried out first; nothing was done.", code="superseded")


class Pipeline:
    """Takes batches of works; each work's `finished` is set once it is acknowledged or given back."""

    def __init__(
        self,
        *,
        transport: Transport,
        ledger: Ledger,
        gatekeeper: Gatekeeper,
        runner: Runner,
        transactions: Transactions,
        settler: Settler,
        leases: Leases,
        slots: GuildSlots,
        ladder: Sequence[Level],
        until_done: UntilDone,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self._transport = transport
        self._ledger = ledger
        self._gatekeeper = gatekeeper
        self._runner = runner
        self._transactions = transactions
        self._settler = settler
        self._leases = leases
        self._slots = slots
        self._ladder = ladder
        self._until_done = until_done
        self._clock = clock
        self._observe = observe
        self._to_transact: list[Work] = []
        self._transacting = asyncio.Semaphore(_TRANSACTIONS_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._cancelled = False

    @property
    def running(self) -> int:
        return len(self._tasks)

    def cancel(self) -> None:
        """Drop what runs, and begin nothing more: leases lapse, deliveries come again."""
        self._cancelled = True
        for task in self._tasks:
            task.cancel("stopping")

    async def process(self, works: Sequence[Work]) -> None:
        """Gate and claim a batch, then start what has to run. Waits while the database is away.

        A work about which Discord must be asked goes on by itself when the answer is there.
        """
        if self._cancelled:
            return
        for work in works:
            self._observe("received", work.command.id)
        others = await self._until_done("The rights of actors", lambda: self._gatekeeper.check_together(works))
        waiting: Collection[Work] = await self._gate_singly(others) if others else ()
        await self._run_or_claim([work for work in works if work not in waiting])

    async def _gate_singly(self, works: Sequence[Work]) -> Collection[Work]:
        """Returns those about whom nobody has answered yet: they go on when somebody has."""
        gates = {self._track(self._gate(work)): work for work in works}
        passed, waiting = await asyncio.wait(gates, timeout=_GATE_SECONDS)
        later = {gate: gates[gate] for gate in waiting}
        if later:
            self._start(self._proceed_later(later))
        for gate in passed:
            gate.result()
        return frozenset(later.values())

    async def _proceed_later(self, gates: dict[asyncio.Task[None], Work]) -> None:
        """Those that pass close behind one another go on together, for a claim alone costs as much as one for many."""
        while gates:
            await asyncio.wait(gates, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(_GATHER_SECONDS)
            passed = [gate for gate in gates if gate.done()]
            await self._run_or_claim([gates.pop(gate) for gate in passed])

    async def _run_or_claim(self, works: Sequence[Work]) -> None:
        claims: dict[Work, Claim] = {}
        at_once = [work for work in works if _runs_at_once(work)]
        pure = [work for work in at_once if work.spec.effect is Effect.PURE]
        for work in pure:
            if not work.handler.waits:
                await self._run_pure(work, claims)  # a task for each would cost more than they do
        await asyncio.gather(*(self._run_pure(work, claims) for work in pure if work.handler.waits))
        transactional = [work for work in at_once if work.spec.effect is Effect.TRANSACTIONAL]
        if transactional:
            self._to_transact += transactional
            self._start(self._transact())
        apart = set(transactional)
        await self._claim([work for work in works if work not in apart], claims)

    async def _gate(self, work: Work) -> None:
        await self._until_done("The rights of an actor", lambda: self._gatekeeper.check(work))

    async def _run_pure(self, work: Work, claims: dict[Work, Claim]) -> None:
        try:
            claims[work] = claim_finished(work, await self._runner.call(work), now=self._clock.now())
        except Exception as error:
            work.error = error

    async def _transact(self) -> None:
        """What came while others were at it goes along: a transaction costs as much for one as for many."""
        async with self._transacting:
            works, self._to_transact = self._to_transact[:_MOST_TOGETHER], self._to_transact[_MOST_TOGETHER:]
            done, alone = await self._transactions.claim_and_run_together(works)
        for work in alone:
            self._start(self._transact_alone(work))
        await self._proceed(done)

    async def _transact_alone(self, work: Work) -> None:
        try:
            claim, claimed = await self._transactions.claim_and_run(work)
        except Exception as error:
            work.error = error
            await self._claim([work], {})
            return
        await self._proceed([(work, claim, claimed)])

    async def _claim(self, works: Sequence[Work], prepared: Mapping[Work, Claim]) -> None:
        """Claim as prepared, as refused, or as running: what is new the short way, all else the long one.

        Asked again because the database was away, either is asked the way that knows what is ours already.
        """
        now = self._clock.now()
        claims = {
            work: prepared.get(work)
            or (claim_refused(work, now=now) if _is_refused_outright(work) else claim_running(work, now=now))
            for work in works
        }
        left = await self._claim_by(self._ledger.claim_new, {w: c for w, c in claims.items() if not w.careful})
        left |= {work: claim for work, claim in claims.items() if work.careful}
        await self._claim_by(self._ledger.claim, left)

    async def _claim_by(
        self,
        way: Callable[[Sequence[Claim], float], Awaitable[Sequence[Claimed | None]]],
        claims: Mapping[Work, Claim],
    ) -> dict[Work, Claim]:
        """Goes on with what was claimed; returns what was not decided."""
        if not claims:
            return {}
        asked_at = self._clock.monotonic()

        async def claim() -> Sequence[Claimed | None]:
            nonlocal asked_at, way
            asked_at = self._clock.monotonic()
            asked, way = way, self._claim_again
            return await asked(list(claims.values()), LEASE_SECONDS)

        answers = await self._until_done(f"{len(claims)} claims", claim)
        decided = [(work, made, answer) for (work, made), answer in zip(claims.items(), answers, strict=True) if answer]
        for work, made, answer in decided:
            if answer.verdict == "fresh" and made.state == "running":
                work.hold = self._leases.hold(work.command.id, answer.fence, asked_at=asked_at)
        await self._proceed(decided)
        return {work: made for (work, made), answer in zip(claims.items(), answers, strict=True) if answer is None}

    async def _claim_again(self, claims: Sequence[Claim], lease_seconds: float) -> list[Claimed]:
        return await self._ledger.claim_again(claims, lease_seconds, now=self._clock.now())

    async def _proceed(self, decided: Sequence[tuple[Work, Claim, Claimed]]) -> None:
        """Act on the verdicts: publish what has ended, start what is ours, put off what others hold."""
        ended: list[Work] = []
        parcels: list[Parcel] = []
        held: list[Work] = []
        now = self._clock.now()
        for work, claim, answer in decided:
            work.learn(answer, now=now)
            self._observe("claimed", work.command.id)
            if work.hold is not None:
                held.append(work)
            else:
                if answer.verdict == "fresh":
                    self._observe("settled", work.command.id)
                ended.append(work)
                parcels.append(Parcel(self._answer(work, claim, answer)))
        if held:
            announced = asyncio.ensure_future(
                publish_parcels(self._transport, [Parcel([self._running_event(work)]) for work in held])
            )
            for work in held:
                self._start(self._run_held(work, announced))
        await deliver(self._transport, ended, parcels, self._observe)

    def _answer(self, work: Work, claim: Claim, claimed: Claimed) -> list[Message]:
        """What a work that does not run (any more) leads to."""
        state: CommandState | None
        outcome: Outcome | None
        match claimed.verdict:
            case "stale":
                return []
            case "held":
                # What the ledger counts beyond what the message says are workers that were lost with it.
                suspect = claimed.attempt > work.command.attempt
                return [self._later(work, _HELD_WAIT_SECONDS, suspect=suspect)]
            case "unknown":
                return [self._later(work, _UNKNOWN_WAIT_SECONDS)]
            case "invalid":
                return [invalid_message(work.received.delivery, claimed.problem)]
            case "superseded":
                state, outcome = "superseded", claimed.outcome or _SUPERSEDED
            case "fresh":
                state, outcome = claim.state, claim.outcome
            case _:
                state, outcome = claimed.state, claimed.outcome
        if state is None or outcome is None:
            raise ValueError(f"verdict {claimed.verdict!r} came without an end")
        return end_messages(
            work.command,
            state=state,
            revision=claimed.revision,
            attempt=claimed.attempt,
            audience=work.spec.audience,
            subject=work.received.subject,
            outcome=outcome,
            queue=work.queue,
            now=claimed.since or self._clock.now(),
        )

    def _later(self, work: Work, seconds: float, *, suspect: bool = False) -> Message:
        """The same delivery, the same attempt, after a while."""
        work.put_off = True
        level = next((rung for rung in self._ladder if rung.delay_seconds >= seconds), self._ladder[-1])
        return retry_message(
            work.command, queue=work.queue, exchange=level.name, delay_seconds=seconds, suspect=suspect
        )

    def _running_event(self, work: Work) -> Message:
        claimed = work.claimed
        if claimed is None:
            raise ValueError("not claimed")
        return state_event(
            work.command,
            state="running",
            revision=claimed.revision,
            attempt=claimed.attempt,
            audience=work.spec.audience,
            subject=work.received.subject,
            now=self._clock.now(),
        )

    async def _run_held(self, work: Work, announced: asyncio.Future[None]) -> None:
        if work.hold is not None:
            work.hold.task = asyncio.current_task()
        try:
            async with self._slots.of(work.command.guild_id):
                work.begun_at = self._clock.now()
                ending = await self._ending(work)
            if not announced.done():
                # One that is taken over stops waiting, and must not stop what the others wait for.
                await asyncio.shield(announced)
        except (TakenOver, asyncio.CancelledError):
            self._leave(work)
            return
        if ending is not None:
            self._settler.put(work, ending)

    async def _ending(self, work: Work) -> Ending | None:
        """The ending to settle, or None where the transaction has settled it already."""
        if self._runner.exhausted(work):
            return poisoned(work.spec.effect)
        if work.refusal is not None:
            return refused(work.refusal, work.spec.effect, doubtful=work.in_doubt_since is not None)
        if work.spec.effect is not Effect.TRANSACTIONAL or work.error is not None:
            return await self._runner.attempt(work)
        try:
            ending, settled = await self._transactions.run_held(work)
        except TakenOver:
            raise
        except Exception as error:
            return self._runner.ending_of(work, error)
        if settled is None:
            return ending
        self._start(self._settler.finish_settled(work, ending, settled))
        return None

    def _leave(self, work: Work) -> None:
        """Somebody else holds it now, or we are stopping."""
        if work.hold is not None:
            self._leases.release(work.hold)
            if work.hold.lost:
                logger.warning("{} {} was taken over while it ran", work.command.type, work.command.id)
                work.acknowledge()
                return
        work.give_back()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        if self._cancelled:
            work.close()
        else:
            self._track(work)

    def _track(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _is_refused_outright(work: Work) -> bool:
    """A repeat is claimed even where it is refused: what an earlier attempt may have done must not be called undone.

    What a second person has to approve first has had no attempt: the ledger says so.
    """
    return work.refusal is not None and (not work.careful or work.refusal.not_begun)


def _runs_at_once(work: Work) -> bool:
    """First deliveries that nothing speaks against; all others are claimed before anything runs."""
    return not work.careful and work.error is None and work.refusal is None
