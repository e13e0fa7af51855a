"""What runs, how much it has to do, and what is switched off: for the people who run the platform."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bus.queue_load import vhost_in_paths
from web.api.operators import require_operator
from web.operations_view import platform_view
from web.pages.session import page_principal
from web.parts import parts_of
from web.visible_guilds import visible_guilds

__all__ = ["platform_page"]


async def platform_page(request: Request) -> Response:
    principal = await page_principal(request)
    require_operator(principal, "platform.read")
    parts = parts_of(request)
    guilds = await visible_guilds(parts, principal)
    context = {
        "platform": await platform_view(parts),
        "command_options": [(name, name) for name in sorted(parts.catalogue.by_type)],
        "guild_options": [(str(int(guild.id)), guild.name) for guild in guilds],
        "guild_names": {int(guild.id): guild.name for guild in guilds},
        "management_url": parts.settings.management_link,
        "vhost": vhost_in_paths(parts.settings.amqp_url),
    }
    return parts.pages.render(request, "platform.html", context)
