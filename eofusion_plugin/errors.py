"""What went wrong, as a person is told: one sentence, and what to do about it."""

from __future__ import annotations


class PluginError(Exception):
    """An error with a plain sentence and a hint, the same form as the engine's errors."""

    def __init__(self, message: str, hint: str = "", code: str = "plugin") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_dict(self) -> dict[str, str]:
        """The same fields as an ``error`` message of the protocol."""
        return {"code": self.code, "message": self.message, "hint": self.hint}
