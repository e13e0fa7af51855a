"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "Verdict"]

Verdict = Literal["ok", "wrong", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`detail` is what was seen, `advice` what to do about it where it is wrong."""

    check: str
    verdict: Verdict
    detail: str
    advice: str = ""
