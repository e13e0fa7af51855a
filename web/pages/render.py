"""Templates, with what every page needs: who is logged in, the token for forms, versions of static files."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bus import codec
from web.csrf import csrf_token
from web.language import script_words, words_of
from web.login.sessions import Session
from web.preferences import Preferences, preferences_of
from web.said import Said, said_in
from web.static_files import STATIC_DIRECTORY, imported_by, static_url, static_version

__all__ = ["SHELL_HEADER", "Pages"]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

SHELL_HEADER = "X-Shell"
"""Which frame a page belongs in. A page of another frame, or of another version of it, is loaded anew by shell.js."""

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class Pages:
    """Renders a template to a response. Values are escaped; a missing one is an error and not an empty text."""

    def __init__(
        self,
        *,
        cdn_url: str,
        session_cookie: str,
        secret: bytes,
        embedded: tuple[str, ...],
        operators: Container[int],
    ) -> None:
        self._session_cookie = session_cookie
        self._secret = secret
        self._operators = operators
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static=static_url,
            imported_by=imported_by,
            sprite=_sprite(),
            script_words=script_words,
            t=_translated,
            guild_icon=lambda guild: _picture(cdn_url, "icons", guild.id, guild.icon),
            avatar=lambda person_id, avatar: _picture(cdn_url, "avatars", person_id, avatar),
            cdn=cdn_url,
            embedded=embedded,
        )
        self._environment.filters.update(
            as_json=_as_json,
            moment=_moment,
            initials=_initials,
            pretty=_pretty,
            is_moment=_is_moment,
            milliseconds=_milliseconds,
            per_second=_per_second,
            decimal=_decimal,
            duration=_duration,
            said=_said,
            named=_named,
            named_each=_named_each,
            sentence_case=_sentence_case,
        )

    def part(self, template: str, context: Mapping[str, Any]) -> Markup:
        """A piece of a page that is the same for everybody."""
        return Markup(self._environment.get_template(template).render(**context))  # noqa: S704 (a template's own)

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
        preferences = preferences_of(request)
        shell = _shell(preferences, session, context)
        page = self._environment.get_template(template).render(
            session=session,
            operator=session is not None and int(session.user_id) in self._operators,
            csrf=csrf_token(session_id, self._secret) if session is not None and session_id else "",
            path=request.scope["path"],
            preferences=preferences,
            texts=words_of(preferences.language),
            shell=shell,
            **context,
        )
        return HTMLResponse(page, status, {"Cache-Control": "no-store", SHELL_HEADER: shell, **(headers or {})})


def _shell(preferences: Preferences, session: Session | None, context: Mapping[str, Any]) -> str:
    """The frame's name: one for each version of the files, language, person and server."""
    guild = context.get("guild")
    person = "" if session is None else int(session.user_id)
    return f"{static_version()}/{preferences.language}/{person}/{'' if guild is None else int(guild.id)}"


def _sprite() -> Mapping[str, str]:
    """The address of each icon. A name that the sprite lacks is an error in a template (StrictUndefined)."""
    file = "vendor/lucide/icons.svg"
    names = re.findall(r'<symbol id="([^"]+)"', (STATIC_DIRECTORY / file).read_text())
    return {name: f"{static_url(file)}#{name}" for name in names}


@jinja2.pass_context
def _translated(context: jinja2.runtime.Context, key: str, **values: object) -> str:
    """The text of a key in the reader's language, with `{name}` filled in."""
    texts: Mapping[str, str] = context["texts"]
    return texts[key].format(**values) if values else texts[key]


def _picture(cdn_url: str, kind: str, id: int | str, picture: str | None) -> str | None:
    return None if not picture else f"{cdn_url}/{kind}/{int(id)}/{picture}.png?size=64"


def _as_json(value: Any) -> Markup:
    """JSON inside a `<script type="application/json">`: nothing in it can end the element."""
    text = codec.encode(value).decode()
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 (escaped just above)


def _pretty(value: Any) -> str:
    return msgspec.json.format(codec.encode(value), indent=2).decode()


@jinja2.pass_context
def _moment(context: jinja2.runtime.Context, value: datetime | str | None) -> Markup:
    """A time in UTC that times.js shows in the reader's zone."""
    if value is None:
        return Markup("")
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        at.isoformat(timespec="milliseconds"),
        at.strftime("%Y-%m-%d %H:%M:%S"),
        at.strftime(context["texts"]["moment_format"]),
    )


@jinja2.pass_context
def _said(context: jinja2.runtime.Context, text: str) -> str:
    """A sentence of the platform, in the reader's language."""
    return _said_for(context).sentence(text)


@jinja2.pass_context
def _named(context: jinja2.runtime.Context, name: object) -> str:
    """`in_doubt` → "in doubt", in the reader's language."""
    return _said_for(context).name(str(name))


@jinja2.pass_context
def _named_each(context: jinja2.runtime.Context, names: str) -> str:
    return _said_for(context).names(names)


def _said_for(context: jinja2.runtime.Context) -> Said:
    preferences: Preferences = context["preferences"]
    return said_in(preferences.language)


def _sentence_case(text: str) -> str:
    """The first letter large, the others as they are: "Timed out until", "ID"."""
    return text[:1].upper() + text[1:]


def _initials(name: str) -> str:
    parts = [part for part in name.split() if part]
    return "".join(part[0] for part in parts[:2]).upper() or "?"


def _is_moment(text: str) -> bool:
    """Whether a stored value is a time with its zone, as `2026-01-31T09:00:00+00:00`."""
    return _MOMENT.fullmatch(text) is not None


@jinja2.pass_context
def _milliseconds(context: jinja2.runtime.Context, value: float | None) -> str:
    """84 → "84 ms", 1234 → "1.2 s"."""
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value < 1000 else f"{_decimal(context, value / 1000)} s"


@jinja2.pass_context
def _per_second(context: jinja2.runtime.Context, value: float) -> str:
    """0.25 → "0.25/s", 12.3 → "12/s", 0 → "0"."""
    if value == 0:
        return "0"
    text = f"{value:.0f}/s" if value >= 10 else f"{value:.2g}/s"
    return text.replace(".", context["texts"]["decimal_point"])


@jinja2.pass_context
def _decimal(context: jinja2.runtime.Context, value: float) -> str:
    """With one place behind the point, which is a comma for some."""
    return f"{value:.1f}".replace(".", context["texts"]["decimal_point"])


@jinja2.pass_context
def _duration(context: jinja2.runtime.Context, minutes: int) -> str:
    """90 → "1 h 30 min", 2880 → "2 days"."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    in_days = _translated(context, "members.one_day" if days == 1 else "members.some_days", count=days)
    pieces = ((days, in_days), (hours, f"{hours} h"), (left, f"{left} min"))
    return " ".join(text for number, text in pieces if number)
