"""The running platform's HTTP API, as the script key of its data directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from scripts.api_client import ApiClient, ApiProblem
from scripts.data_dir import DataDir
from scripts.exits import Failed, Misconfigured, Refused, Unreachable
from scripts.running import read_running

__all__ = ["SCRIPT_KEY", "PlatformApi"]

SCRIPT_KEY = "script-key"
_UNAVAILABLE = 503


class PlatformApi(ApiClient):
    """As the client, with the command line's own errors: Unreachable, Refused, Failed, Misconfigured.

    Raises Unreachable where no platform runs on the data directory, or it does not answer.
    """

    def __init__(self, data_dir: Path) -> None:
        directory = DataDir(data_dir)
        running = read_running(directory.lock_file)
        if running is None or not running.address:
            raise Unreachable(
                f"No platform is running on {data_dir}. Start it with `guildbus up --data-dir {data_dir}`, "
                "or set AMQP_URL and DATABASE_URL."
            )
        key = directory.read_secret(SCRIPT_KEY)
        if key is None:
            raise Misconfigured(f"{directory.secret_file(SCRIPT_KEY)} is missing; start the platform again to make it.")
        self._address = running.address
        super().__init__(running.address, key)

    def request(self, method: str, path: str, **more: Any) -> Any:
        try:
            return super().request(method, path, **more)
        except httpx.HTTPError as error:
            raise Unreachable(f"The platform at {self._address} does not answer: {error}.") from error
        except ApiProblem as problem:
            if problem.status == _UNAVAILABLE:
                raise Unreachable(str(problem)) from problem
            raise (Refused if problem.status < 500 else Failed)(str(problem)) from problem
