"""Templates, with what every page needs: who is logged in, the token for forms, versions of static files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bus import codec
from models.permissions import LEVELS
from web.csrf import csrf_token
from web.login.sessions import Session

__all__ = ["STATIC_DIRECTORY", "Pages"]

_HERE = Path(__file__).resolve().parent.parent
STATIC_DIRECTORY = _HERE / "static"


class Pages:
    """Renders a template to a response. Values are escaped; a missing one is an error and not an empty text."""

    def __init__(self, *, cdn_url: str, session_cookie: str, secret: bytes, embedded: tuple[str, ...]) -> None:
        self._session_cookie = session_cookie
        self._secret = secret
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        versions = _versions()
        self._environment.globals.update(
            static=lambda name: f"/static/{name}?v={versions[name]}",
            guild_icon=lambda guild: _picture(cdn_url, "icons", guild.id, guild.icon),
            avatar=lambda person_id, avatar: _picture(cdn_url, "avatars", person_id, avatar),
            embedded=embedded,
            levels=LEVELS,
        )
        self._environment.filters.update(
            as_json=_as_json, moment=_moment, words=_words, initials=_initials, pretty=_pretty
        )

    def render(
        self,
        request: Request,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        session: Session | None = getattr(request.state, "session", None)
        session_id = request.cookies.get(self._session_cookie)
        page = self._environment.get_template(template).render(
            session=session,
            csrf=csrf_token(session_id, self._secret) if session is not None and session_id else "",
            path=request.scope["path"],
            **context,
        )
        return HTMLResponse(page, status, {"Cache-Control": "no-store", **(headers or {})})


def _versions() -> dict[str, str]:
    """A short hash by file: a changed file has another address, so that browsers may keep each for a year."""
    return {
        str(path.relative_to(STATIC_DIRECTORY)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in STATIC_DIRECTORY.rglob("*")
        if path.is_file()
    }


def _picture(cdn_url: str, kind: str, id: int | str, picture: str | None) -> str | None:
    return None if not picture else f"{cdn_url}/{kind}/{int(id)}/{picture}.png?size=64"


def _as_json(value: Any) -> Markup:
    """JSON inside a `<script type="application/json">`: nothing in it can end the element."""
    text = codec.encode(value).decode()
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 (escaped just above)


def _pretty(value: Any) -> str:
    return msgspec.json.format(codec.encode(value), indent=2).decode()


def _moment(value: datetime | str | None) -> Markup:
    """A time in UTC that times.js shows in the reader's zone."""
    if value is None:
        return Markup("")
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        at.isoformat(timespec="milliseconds"), at.strftime("%Y-%m-%d %H:%M:%S"), at.strftime("%d %b %H:%M")
    )


def _words(value: object) -> str:
    """`in_doubt` → "in doubt"."""
    return str(value).replace("_", " ")


def _initials(name: str) -> str:
    parts = [part for part in name.split() if part]
    return "".join(part[0] for part in parts[:2]).upper() or "?"
