"""`python -m scripts.vulnerabilities`: known vulnerabilities of what requirements/runtime.txt pins, asked by pip-audit.

Exits 0 where none is known, 1 where one is, and 77 where PyPI's advisories could not be asked for all of them: nothing
is claimed then.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["CLEAN", "FOUND", "NOT_LOOKED_AT", "main", "verdict"]

CLEAN, FOUND, NOT_LOOKED_AT = 0, 1, 77
"""77 is what Automake's tests say for "skipped"."""
_REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements" / "runtime.txt"
_SECONDS = 300.0


def verdict(packages: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
    """The exit code and the lines to say, from pip-audit's `dependencies`."""
    lines = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    looked_at = sum(1 for package in packages if "skip_reason" not in package)
    lines.append(f"{looked_at} of {len(packages)} packages were looked at.")
    if len(lines) > 1:
        return FOUND, lines
    return (CLEAN if looked_at == len(packages) else NOT_LOOKED_AT), lines


def main() -> int:
    command = (sys.executable, "-m", "pip_audit", "--requirement", str(_REQUIREMENTS), "--format", "json")
    options = ("--disable-pip", "--no-deps", "--progress-spinner", "off")
    try:
        done = subprocess.run((*command, *options), capture_output=True, text=True, timeout=_SECONDS, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        print(f"PyPI's advisories did not come within {_SECONDS:.0f} s.")
        return NOT_LOOKED_AT
    except ValueError:
        # Without a report it ends in a traceback, whose last line says why.
        print(f"PyPI's advisories cannot be had: {(done.stderr.strip().splitlines() or ['no reason'])[-1][:300]}")
        return NOT_LOOKED_AT
    code, lines = verdict(packages)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
