"""What the dashboard takes from npm: fetched by npm itself, checked, and recorded in `vendor.json`.

Run by `scripts/vendor`. The recorded file names each package's version, licence, the registry's own hash of the archive
(`integrity`, as in package-lock.json) and the SHA-256 of every file taken from it. Nothing of this runs with the
product: the files are part of the repository.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["SPRITE", "main"]

_ROOT = Path(__file__).resolve().parent.parent
_RECORD = _ROOT / "vendor.json"
SPRITE = "icons.svg"
"""One file with every icon as a `<symbol>`: made from the package's single files."""


def main() -> int:
    record = json.loads(_RECORD.read_text())
    if len(sys.argv) == 3:
        [package] = [one for one in record["packages"] if one["name"] == sys.argv[1]]
        package |= {"version": sys.argv[2], "integrity": ""}
    elif len(sys.argv) != 1:
        print("usage: scripts/vendor [PACKAGE VERSION]", file=sys.stderr)
        return 2
    for package in record["packages"]:
        try:
            _take(package)
        except (ValueError, subprocess.CalledProcessError) as error:
            print(f"{package['name']} {package['version']}: {error}", file=sys.stderr)
            return 1
        print(f"{package['name']} {package['version']} ({package['licence']})")
    _RECORD.write_text(json.dumps(record, indent=2) + "\n")
    return 0


def _take(package: dict[str, Any]) -> None:
    """Raises ValueError where the archive is not the recorded one, or lacks a file."""
    with tempfile.TemporaryDirectory() as folder:
        archive = _packed(f"{package['name']}@{package['version']}", Path(folder))
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if package["integrity"] not in ("", integrity):
            raise ValueError("the registry's archive is not the recorded one: is it another version?")
        package["integrity"] = integrity
        into = _ROOT / package["into"]
        into.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as opened:
            for name in package["files"]:
                if name != SPRITE:
                    package["files"][name] = _written(into / Path(name).name, _content(opened, name))
            if icons := package.get("icons"):
                symbols = [_symbol(icon, _content(opened, f"icons/{icon}.svg").decode()) for icon in sorted(icons)]
                text = f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'
                package["files"][SPRITE] = _written(into / SPRITE, text.encode())


def _packed(what: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), what]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    [archive] = folder.glob("*.tgz")
    return archive


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        member = archive.extractfile(f"package/{name}")
    except KeyError:
        member = None
    if member is None:
        raise ValueError(f"the archive has no file {name}")
    return member.read()


def _written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _symbol(icon: str, svg: str) -> str:
    """The shapes of one icon, without the element around them: what draws them says colour and stroke."""
    shapes = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if shapes is None:
        raise ValueError(f"the icon {icon} is no SVG")
    inner = re.sub(r"\s*\n\s*", "", shapes[1])
    return f'<symbol id="{icon}" viewBox="0 0 24 24">{inner}</symbol>\n'


if __name__ == "__main__":
    sys.exit(main())
