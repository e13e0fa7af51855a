"""What of an address people may see."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["shown_address"]


def shown_address(url: str) -> str:
    """Host and port of a URL, without user and password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "the default host", parts.port
    except ValueError:
        return "an address that cannot be read"
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port else host
