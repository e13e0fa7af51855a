"""PostgreSQL refuses to run as root: the system user it runs as instead, and what that user must be able to reach."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from loguru import logger

from models.errors import EmbeddedDatabaseFailed

__all__ = ["hand_over", "make_reachable", "make_readable", "server_user"]

_NAME = "guildbus-postgres"
_READABLE = stat.S_IRGRP | stat.S_IROTH
_ENTERABLE = stat.S_IXGRP | stat.S_IXOTH


def server_user() -> pwd.struct_passwd | None:
    """The user to run PostgreSQL as, made where it is missing; None where we are an ordinary user ourselves."""
    if os.geteuid() != 0:
        return None
    found = _lookup(_NAME)
    if found is None:
        _create()
        found = _lookup(_NAME) or _lookup("nobody")
    if found is None:
        raise EmbeddedDatabaseFailed(f"PostgreSQL cannot run as root, and the system user {_NAME} cannot be made")
    return found


def make_reachable(path: Path) -> None:
    """Lets other users pass through the folders above `path`, and no more: what is in them stays as it was.

    The wheel's own start would also let everybody list them (`chmod o+rx` up to the root).
    """
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            logger.warning("PostgreSQL's system user must pass through {}: adding o+x", folder)
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def make_readable(tree: Path) -> None:
    """Gives read permission within a tree that was installed under a strict umask."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | _READABLE | (_ENTERABLE if path.is_dir() or mode & stat.S_IXUSR else 0)
        if mode != wanted:
            path.chmod(wanted)


def hand_over(folder: Path, user: pwd.struct_passwd) -> None:
    """Makes `folder` the user's own and nobody else's."""
    os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def _lookup(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create() -> None:
    program = shutil.which("useradd", path=os.defpath + ":/usr/sbin:/sbin")
    if program is None:
        return
    command = [program, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false", _NAME]
    # Exit code 9 is "already there": another start was faster.
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a fixed program with fixed arguments
