"""Templates and the headers that every page of the sandbox carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["STATIC", "page"]

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def page(template: str, **values: Any) -> str:
    return _environment.get_template(template).render(**values)
