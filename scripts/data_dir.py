"""Where the embedded platform keeps everything between starts, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DEFAULT_DATA_DIR", "DataDir"]

DEFAULT_DATA_DIR = Path(".guildbus")


@dataclass(frozen=True, slots=True)
class DataDir:
    """Names of what is in the directory, and the secrets made for it."""

    path: Path

    @property
    def rabbitmq(self) -> Path:
        return self.path / "rabbitmq"

    @property
    def sandbox_state(self) -> Path:
        return self.path / "sandbox.json"

    @property
    def log_file(self) -> Path:
        return self.path / "logs" / "guildbus.log"

    @property
    def lock_file(self) -> Path:
        return self.path / "lock"

    def create(self) -> None:
        """Others may pass through but not list: PostgreSQL and RabbitMQ run as other users where we are root."""
        self.path.mkdir(parents=True, exist_ok=True)
        if self.path.stat().st_uid == os.geteuid():
            self.path.chmod(0o711)

    def secret_file(self, name: str) -> Path:
        return self.path / "secrets" / name

    def secret(self, name: str) -> str:
        """The secret of that name, made on first use."""
        found = self.read_secret(name)
        return found if found is not None else self.keep_secret(name, secrets.token_urlsafe(32))

    def read_secret(self, name: str) -> str | None:
        try:
            return self.secret_file(name).read_text().strip() or None
        except FileNotFoundError:
            return None

    def keep_secret(self, name: str, value: str) -> str:
        """Store it so that nobody else can read it at any moment, not even while it is being written."""
        path = self.secret_file(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f"{name}.new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value + "\n")
        temporary.replace(path)
        return value
