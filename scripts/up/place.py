"""Where the platform answers, and the settings that it was started with."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """`url` is how this machine reaches it, `public_url` how people do."""

    listener: socket.socket
    url: str
    public_url: str
    environ: Mapping[str, str]
