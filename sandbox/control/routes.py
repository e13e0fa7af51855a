"""The table of control routes, all below `/sandbox`."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from sandbox.control import admins, faults, interactions, people, world_view
from sandbox.control.calls import Handler, endpoint
from sandbox.control.sink import Sink
from sandbox.control.stream import stream
from sandbox.settings import PREFIX
from sandbox.world import World

__all__ = ["TABLE", "control_routes"]

TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/interactions", interactions.post_interaction),
    ("GET", "/interactions/{interaction_id}", interactions.get_interaction),
    ("POST", "/autocomplete", interactions.autocomplete),
    ("POST", "/components", interactions.post_component),
    ("GET", "/commands", interactions.list_commands),
    ("POST", "/command-permissions", admins.set_command_permissions),
    ("GET", "/guilds", world_view.list_guilds),
    ("GET", "/people", world_view.list_people),
    ("GET", "/channels/{channel_id}/messages", world_view.list_messages),
    ("POST", "/channels/{channel_id}/messages", people.post_message),
    ("GET", "/effects", world_view.list_effects),
    ("GET", "/requests", world_view.list_requests),
    ("GET", "/stream", stream),
    ("POST", "/faults", faults.add_fault),
    ("GET", "/faults", faults.list_faults),
    ("DELETE", "/faults", faults.clear_faults),
    ("DELETE", "/faults/{fault_id}", faults.remove_fault),
    ("POST", "/limits", faults.set_limits),
    ("POST", "/gateway", faults.gateway_action),
    ("GET", "/gateway", faults.gateway_report),
    ("POST", "/members", people.change_members),
    ("PATCH", "/guilds/{guild_id}/members/{user_id}", people.change_member),
    ("POST", "/roles", people.change_role),
    ("POST", "/guilds/{guild_id}/availability", people.set_availability),
    ("POST", "/reset", faults.reset),
)


def control_routes(world: World) -> list[BaseRoute]:
    rows: list[BaseRoute] = [
        Route(f"{PREFIX}/api{path}", endpoint(world, handler), methods=[method]) for method, path, handler in TABLE
    ]
    rows.append(Route(f"{PREFIX}/webhook-sink/{{name}}", Sink(world), methods=["POST"]))
    return rows
