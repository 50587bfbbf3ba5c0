"""What a long task tells its caller while it works, and how the caller stops it."""

from __future__ import annotations

from typing import Any, Protocol

from .errors import Cancelled


class Listener(Protocol):
    """Receives what happens. The command line draws bars, the worker writes lines, tests keep lists."""

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        """``done`` of ``total`` steps of ``stage`` are finished."""

    def warning(self, message: str) -> None:
        """Something was left out and the run went on; one plain sentence."""

    def product(self, run: str, product: dict[str, Any]) -> None:
        """A product is whole, under its final name."""

    def cancelled(self) -> bool:
        """Whether the caller wants to stop."""


class Quiet:
    """A listener that ignores everything and never cancels."""

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        """Ignore."""

    def warning(self, message: str) -> None:
        """Ignore."""

    def product(self, run: str, product: dict[str, Any]) -> None:
        """Ignore."""

    def cancelled(self) -> bool:
        """Never."""
        return False


def stop_if_cancelled(listener: Listener) -> None:
    """Raise :class:`Cancelled` when the caller asked to stop."""
    if listener.cancelled():
        raise Cancelled
