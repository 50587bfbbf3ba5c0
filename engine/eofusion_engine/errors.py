"""The engine's one exception tree: what went wrong, in a sentence, and what to do about it."""

from __future__ import annotations


class EOFusionError(Exception):
    """An error that a person is shown.

    ``code`` is a stable word that the plugin can translate, ``message`` says in one plain
    sentence what is wrong, ``hint`` what to do about it.
    """

    code = "error"

    def __init__(self, message: str, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_dict(self) -> dict[str, str]:
        """The error as it travels to QGIS."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class RequestError(EOFusionError):
    """The request itself is wrong: exit status 2 on the command line."""

    code = "bad-request"


class SourceError(EOFusionError):
    """The imagery could not be found or read."""

    code = "source"


class NoScenesError(SourceError):
    """The source holds nothing for this area and these dates."""

    code = "no-scenes"


class WeightsError(EOFusionError):
    """The model's weights are missing, damaged or of another version."""

    code = "weights"


class DeviceError(EOFusionError):
    """The asked device is not there."""

    code = "device"


class SchedulerError(EOFusionError):
    """A Dask scheduler, or one of its workers, cannot be used."""

    code = "scheduler"


class OutputError(EOFusionError):
    """The run folder cannot be written or read."""

    code = "output"


class Cancelled(EOFusionError):
    """The user stopped the run. Finished tiles stay and are used by the next run."""

    code = "cancelled"

    def __init__(
        self, message: str = "The run was cancelled.", hint: str = "Run it again to go on where it stopped."
    ) -> None:
        super().__init__(message, hint)
