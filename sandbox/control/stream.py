"""Server-Sent Events for the sandbox page: `?user_id=` is the person who looks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sandbox.control.calls import id_of
from sandbox.world import World

__all__ = ["stream"]


async def stream(world: World, request: Request) -> Response:
    text = request.query_params.get("user_id")
    user_id = None if text is None else id_of(text, "user_id")
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(world.feed.listen(user_id), media_type="text/event-stream", headers=headers)
