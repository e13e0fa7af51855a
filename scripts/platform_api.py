"""The running platform's HTTP API, as the script key of its data directory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from scripts.data_dir import DataDir
from scripts.exits import Failed, Misconfigured, Refused, Unreachable
from scripts.running import read_running

__all__ = ["SCRIPT_KEY", "PlatformApi", "problem_text"]

SCRIPT_KEY = "script-key"
_TIMEOUT_SECONDS = 20.0
_UNAVAILABLE = 503


class PlatformApi:
    """Raises Unreachable where no platform runs on the data directory, or it does not answer."""

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
        self._client = httpx.Client(
            base_url=running.address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=_TIMEOUT_SECONDS,
            trust_env=False,
        )

    def __enter__(self) -> PlatformApi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str) -> Any:
        """The answer's JSON. Raises Refused, Failed or Unreachable."""
        return self._call("GET", path, None, {})

    def post(self, path: str, body: object, *, idempotency_key: str) -> Any:
        """As `get`."""
        return self._call("POST", path, body, {"Idempotency-Key": idempotency_key})

    def _call(self, method: str, path: str, body: object, headers: dict[str, str]) -> Any:
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(f"The platform at {self._address} does not answer: {error}.") from error
        if answer.is_success:
            return answer.json() if answer.content else None
        said = problem_text(answer)
        if answer.status_code == _UNAVAILABLE:
            raise Unreachable(said)
        raise (Refused if answer.is_client_error else Failed)(said)


def problem_text(answer: httpx.Response) -> str:
    """What a problem+json answer says, as one sentence with its stable code."""
    try:
        problem = answer.json()
        told = str(problem.get("detail") or problem.get("title") or answer.reason_phrase)
        code = problem.get("code")
    except (ValueError, AttributeError):
        told, code = answer.reason_phrase, None
    return f"{told} ({code or answer.status_code})"
