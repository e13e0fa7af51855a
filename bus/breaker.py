"""A circuit breaker (FEATURES.md E4): opens after 5 failures, half-open after 30 s, closed after 3 successes."""

from __future__ import annotations

from typing import Literal

from bus.clock import Clock
from bus.errors import CircuitOpen

__all__ = ["CircuitBreaker", "CircuitState"]

CircuitState = Literal["closed", "open", "half_open"]


class CircuitBreaker:
    """Guards calls to one dependency: `check()` before, then `succeeded()`, `failed()` or `unused()`.

    Half-open lets one call at a time through; it closes after `close_after` successes in a row and opens again
    at the first failure.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        *,
        open_after: int = 5,
        half_open_after_seconds: float = 30.0,
        close_after: int = 3,
    ) -> None:
        self.name = name
        self._clock = clock
        self._open_after = open_after
        self._half_open_after_seconds = half_open_after_seconds
        self._close_after = close_after
        self._state: CircuitState = "closed"
        self._failures = 0
        self._successes = 0
        self._opened_at = 0.0
        self._probing_since: float | None = None

    @property
    def state(self) -> CircuitState:
        if self._state == "open" and self._waited() >= self._half_open_after_seconds:
            self._state, self._successes, self._probing_since = "half_open", 0, None
        return self._state

    def check(self) -> None:
        """Raises CircuitOpen while no call may be made."""
        state = self.state
        if state == "open":
            raise CircuitOpen(self.name, self._half_open_after_seconds - self._waited())
        if state == "half_open":
            now = self._clock.monotonic()
            # A probe whose outcome never came back must not hold the circuit half-open for ever.
            if self._probing_since is not None and now - self._probing_since < self._half_open_after_seconds:
                raise CircuitOpen(self.name, 1.0)
            self._probing_since = now

    def succeeded(self) -> None:
        self._probing_since = None
        self._failures = 0
        if self.state == "half_open":
            self._successes += 1
            if self._successes >= self._close_after:
                self._state = "closed"

    def failed(self) -> None:
        self._probing_since = None
        self._failures += 1
        if self.state == "half_open" or self._failures >= self._open_after:
            self._state, self._opened_at, self._failures = "open", self._clock.monotonic(), 0

    def unused(self) -> None:
        """The call was not made after all: it says nothing of the dependency, and the next one may try."""
        self._probing_since = None

    def _waited(self) -> float:
        return self._clock.monotonic() - self._opened_at
