"""What a reader chose for this browser: light or dark, language, time zone. Cookies, for the server renders them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal
from zoneinfo import available_timezones

from starlette.requests import Request

from web.language import pick_language

__all__ = ["COOKIE_SECONDS", "Preferences", "preferences_of", "time_zones"]

COOKIE_SECONDS = 365 * 86_400

Theme = Literal["", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Preferences:
    """`theme` and `zone` are empty where the system decides."""

    theme: Theme
    language: str
    zone: str


@cache
def time_zones() -> tuple[str, ...]:
    """IANA names as people look for them: region and city."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))


def preferences_of(request: Request) -> Preferences:
    cookies = request.cookies
    theme, zone = cookies.get("theme", ""), cookies.get("zone", "")
    return Preferences(
        theme="light" if theme == "light" else "dark" if theme == "dark" else "",
        language=pick_language(cookies.get("language"), request.headers.get("accept-language", "")),
        zone=zone if zone == "UTC" or zone in time_zones() else "",
    )
