"""How the command line ends: one exit code for each kind of end, one sentence for each error."""

from __future__ import annotations

import click

__all__ = [
    "FAILED",
    "MISCONFIGURED",
    "OK",
    "REFUSED",
    "UNREACHABLE",
    "Failed",
    "Misconfigured",
    "Refused",
    "Unreachable",
]

OK = 0
FAILED = 1
"""It was done and went wrong, or something differs from what it should be (drift, a failed check)."""
MISCONFIGURED = 2
"""Wrong usage or wrong settings: nothing was tried."""
UNREACHABLE = 3
"""Broker, database or platform did not answer."""
REFUSED = 4
"""The platform understood and said no."""


class Failed(click.ClickException):
    """It was done and went wrong."""

    exit_code = FAILED


class Misconfigured(click.ClickException):
    """Nothing was tried, because the settings cannot mean what they say."""

    exit_code = MISCONFIGURED


class Unreachable(click.ClickException):
    """Nobody answered; the message says where."""

    exit_code = UNREACHABLE


class Refused(click.ClickException):
    """The platform said no, and why."""

    exit_code = REFUSED
