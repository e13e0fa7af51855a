"""Addresses of static files, and which modules belong together."""

from __future__ import annotations

import pytest

from web.static_files import STATIC_DIRECTORY, imported_by, static_url, static_version


def test_an_address_names_the_version_of_all_files() -> None:
    assert static_url("base.css") == f"/static/{static_version()}/base.css"


def test_a_name_that_no_file_has_is_a_mistake() -> None:
    with pytest.raises(LookupError, match=r"nothing\.css"):
        static_url("nothing.css")


def test_every_module_that_the_shell_needs_is_named_and_there() -> None:
    named = imported_by("shell.js")
    assert {"toasts.js", "dom.js", "vendor/htmx/htmx.esm.min.js"} <= set(named)
    assert len(named) == len(set(named))
    assert all((STATIC_DIRECTORY / name).is_file() for name in named)
