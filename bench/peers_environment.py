"""The peers' own Python environment, made once and kept."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from bench.processes import ROOT

__all__ = ["DEFAULT", "peers_python"]

DEFAULT = ROOT / ".venv-bench" / "peers"
_REQUIREMENTS = ROOT / "bench" / "requirements.txt"
_INSTALL_SECONDS = 600


def peers_python(folder: Path) -> Path:
    """The interpreter with `bench/requirements.txt`; made anew where that file has changed."""
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    mark, python = folder / "installed", folder / "bin" / "python"
    if mark.is_file() and mark.read_text() == wanted:
        return python
    print(f"Installing the peers into {folder} …", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, timeout=_INSTALL_SECONDS)
    install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(_REQUIREMENTS)]
    subprocess.run(install, check=True, timeout=_INSTALL_SECONDS)
    mark.write_text(wanted)
    return python
