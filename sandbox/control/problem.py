"""Errors of the control API: an HTTP status and `{"code", "message"}`."""

from __future__ import annotations

__all__ = ["Problem"]


class Problem(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}
