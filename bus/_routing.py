"""Which queues a message goes to: AMQP's exchange types as pure matching, and a table of bindings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bus._declarations import Binding, Exchange

__all__ = ["Router", "topic_matches"]

_CACHED_ROUTES = 10_000


def topic_matches(pattern: str, routing_key: str) -> bool:
    """Whether a topic binding takes the key: words split at dots, `*` is one word, `#` any number of them."""
    wanted, words = pattern.split("."), routing_key.split(".")
    # reached[i]: the words so far are matched by the first i parts of the pattern.
    reached = [True] + [False] * len(wanted)
    for i, part in enumerate(wanted):
        reached[i + 1] = reached[i] and part == "#"
    for word in words:
        following = [False] * (len(wanted) + 1)
        for i, part in enumerate(wanted):
            if part == "#":
                following[i + 1] = reached[i + 1] or following[i] or reached[i]
            else:
                following[i + 1] = reached[i] and part in ("*", word)
        reached = following
    return reached[-1]


class Router:
    """Exchanges and bindings; answers with queue names, each once, as a broker delivers."""

    def __init__(self, exchanges: Mapping[str, Exchange], bindings: Iterable[Binding]) -> None:
        self._exchanges = exchanges
        self._bindings: dict[str, list[Binding]] = {name: [] for name in exchanges}
        self._routes: dict[tuple[str, str], tuple[str, ...]] = {}
        for binding in bindings:
            self._bindings[binding.source].append(binding)

    def bind(self, binding: Binding) -> None:
        self._bindings[binding.source].append(binding)
        self._routes.clear()

    def unbind(self, binding: Binding) -> None:
        self._bindings[binding.source].remove(binding)
        self._routes.clear()

    def route(self, exchange: str, routing_key: str) -> tuple[str, ...]:
        """Raises KeyError for an exchange that does not exist. The default exchange "" is the broker's affair."""
        route = self._routes.get((exchange, routing_key))
        if route is None:
            found: dict[str, None] = {}
            self._follow(exchange, routing_key, found, set())
            if len(self._routes) >= _CACHED_ROUTES:
                self._routes.clear()
            route = self._routes[exchange, routing_key] = tuple(found)
        return route

    def _follow(self, exchange: str, routing_key: str, found: dict[str, None], seen: set[str]) -> None:
        if exchange in seen:
            return
        seen.add(exchange)
        kind = self._exchanges[exchange].type
        for binding in self._bindings[exchange]:
            if kind == "direct" and binding.routing_key != routing_key:
                continue
            if kind == "topic" and not topic_matches(binding.routing_key, routing_key):
                continue
            if binding.destination_kind == "queue":
                found[binding.destination] = None
            else:
                self._follow(binding.destination, routing_key, found, seen)
