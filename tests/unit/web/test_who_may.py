"""The second table of who may what misses nothing, so that `tests/integration/web/attacks` tries every door."""

from starlette.routing import Route

from tests.integration.web.attacks.who_may import ACTIONS, PAGES
from web.api.operation import PREFIX
from web.api.operations import OPERATIONS
from web.routes import routes


def test_every_action_of_an_operation_is_in_it() -> None:
    assert {operation.who.action for operation in OPERATIONS} - {None} == set(ACTIONS)


def test_every_page_of_a_server_is_in_it() -> None:
    found = {route.path for route in routes() if isinstance(route, Route) and "{guild_id}" in route.path}
    assert {path.removeprefix("/guilds/{guild_id}") for path in found if not path.startswith(PREFIX)} == set(PAGES)
