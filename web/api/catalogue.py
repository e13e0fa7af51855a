"""`GET /api/v1/commands`: every command with its options, as forms and clients need them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.catalogue import Catalogue
from models.permissions import Permission
from models.spec import CommandSpec, options_of, summary_of
from web.api.answers import json_response
from web.authentication import require_principal
from web.parts import parts_of

__all__ = ["catalogue_view", "list_catalogue", "spec_view"]


async def list_catalogue(request: Request) -> Response:
    """Anybody who is logged in or has a key may know which commands there are."""
    await require_principal(request)
    return json_response({"items": catalogue_view(parts_of(request).catalogue)})


def catalogue_view(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [spec_view(spec) for spec in catalogue.by_type.values()]


def spec_view(spec: type[CommandSpec]) -> dict[str, Any]:
    """One command; an option's `minimum` and `maximum` are of its value, or of its length where it is a text."""
    return {
        "type": spec.type,
        "area": spec.area(),
        "slash": spec.slash,
        "description": summary_of(spec),
        "effect": spec.effect,
        "permission": [str(bit.name).lower() for bit in Permission if bit and bit in spec.permission],
        "destructive": spec.destructive,
        "people": spec.people,
        "dry_run": True,
        "options": [
            {
                "name": option.name,
                "kind": option.kind,
                "description": option.description,
                "required": option.required,
                "default": option.default,
                "minimum": option.minimum,
                "maximum": option.maximum,
                "choices": list(option.choices),
                "autocomplete": option.autocomplete,
            }
            for option in options_of(spec)
        ],
    }
