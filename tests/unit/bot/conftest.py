"""The library's import warns of a module that it needs for voice alone, which nothing here uses."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import interactions  # noqa: F401
