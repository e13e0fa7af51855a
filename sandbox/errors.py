"""Discord's own errors. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "ALREADY_ACKNOWLEDGED", "BAD_JSON", "CANNOT_EXECUTE_ON_DM", "CANNOT_SEND_EMPTY", "EDIT_OTHER_USER", "FORBIDDEN",
    "INVALID_WEBHOOK_TOKEN", "MAX_CHANNELS", "MAX_COMMANDS", "MAX_DAILY_CREATES", "MAX_ROLES", "MISSING_ACCESS",
    "MISSING_PERMISSIONS", "NOT_FOUND", "NO_BAN_BULK", "UNAUTHORIZED", "UNKNOWN_BAN", "UNKNOWN_CHANNEL",
    "UNKNOWN_COMMAND", "UNKNOWN_GUILD", "UNKNOWN_INTERACTION", "UNKNOWN_MEMBER", "UNKNOWN_MESSAGE", "UNKNOWN_ROLE",
    "UNKNOWN_USER", "UNKNOWN_WEBHOOK", "WRONG_CHANNEL_TYPE", "ApiError", "FormErrors", "Known",
]  # fmt: skip


class ApiError(Exception):
    """An answer other than success: HTTP status, Discord's code and words, and for forms the nested errors."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            answer["errors"] = self.errors
        return answer


@dataclass(frozen=True, slots=True)
class Known:
    """One row of Discord's table of error codes."""

    status: int
    code: int
    message: str

    def error(self) -> ApiError:
        return ApiError(self.status, self.code, self.message)


UNAUTHORIZED = Known(401, 0, "401: Unauthorized")
FORBIDDEN = Known(403, 0, "403: Forbidden")
NOT_FOUND = Known(404, 0, "404: Not Found")
UNKNOWN_CHANNEL = Known(404, 10003, "Unknown Channel")
UNKNOWN_GUILD = Known(404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = Known(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = Known(404, 10008, "Unknown Message")
UNKNOWN_ROLE = Known(404, 10011, "Unknown Role")
UNKNOWN_USER = Known(404, 10013, "Unknown User")
UNKNOWN_WEBHOOK = Known(404, 10015, "Unknown Webhook")
UNKNOWN_BAN = Known(404, 10026, "Unknown Ban")
UNKNOWN_INTERACTION = Known(404, 10062, "Unknown interaction")
UNKNOWN_COMMAND = Known(404, 10063, "Unknown application command")
MAX_ROLES = Known(400, 30005, "Maximum number of guild roles reached (250)")
MAX_CHANNELS = Known(400, 30013, "Maximum number of guild channels reached (500)")
MAX_COMMANDS = Known(400, 30032, "Maximum number of application commands reached (100).")
MAX_DAILY_CREATES = Known(400, 30034, "Max number of daily application command creates has been reached (200)")
ALREADY_ACKNOWLEDGED = Known(400, 40060, "Interaction has already been acknowledged.")
MISSING_ACCESS = Known(403, 50001, "Missing Access")
CANNOT_EXECUTE_ON_DM = Known(400, 50003, "Cannot execute action on a DM channel")
EDIT_OTHER_USER = Known(403, 50005, "Cannot edit a message authored by another user")
CANNOT_SEND_EMPTY = Known(400, 50006, "Cannot send an empty message")
MISSING_PERMISSIONS = Known(403, 50013, "Missing Permissions")
WRONG_CHANNEL_TYPE = Known(400, 50024, "Cannot execute action on this channel type")
INVALID_WEBHOOK_TOKEN = Known(401, 50027, "Invalid Webhook Token")
BAD_JSON = Known(400, 50109, "The request body contains invalid JSON.")
NO_BAN_BULK = Known(400, 500000, "Failed to ban users")


class FormErrors:
    """Collects what is wrong with a form, then says it as Discord does: code 50035 with nested `errors`."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def __bool__(self) -> bool:
        return bool(self._tree)

    @property
    def tree(self) -> dict[str, Any]:
        return self._tree

    def raise_if_any(self) -> None:
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)
