"""Why a part of a file did not come."""

from __future__ import annotations

from ...errors import SourceError


class FetchError(SourceError):
    """A request that failed for good. ``reason`` is the part of the sentence after "cannot be read: ".

    Codes: ``network`` (not reached, or cut off), ``offline`` (file after file not reached: the run ends),
    ``service`` (429, 5xx), ``credentials`` (401, 403), ``missing`` (404, 410), ``changed`` (the file is not the one
    that was begun), ``href`` (an address that is not followed), ``no-ranges`` (the server gives whole files only),
    ``damaged`` (the answer is not what it says).
    """

    def __init__(self, reason: str, hint: str, code: str) -> None:
        super().__init__(f"A part of a file cannot be read: {reason}.", hint, code)
        self.reason = reason


def of_status(status: int) -> FetchError:
    """The error that an answer's status stands for."""
    if status in (401, 403):
        hint = "Check the credentials, and whether the account may read these files."
        return FetchError(f"the service refuses access (status {status})", hint, "credentials")
    if status in (404, 410):
        return FetchError(f"the service no longer has it (status {status})", "The run goes on without it.", "missing")
    if status == 412:
        return FetchError("it was replaced while it was read", "Run it again.", "changed")
    if status == 416:
        return FetchError("it is shorter than it says", "The run goes on without it.", "damaged")
    if status == 429:
        hint = "Run it again later: what was read is kept."
        return FetchError("the service is asked too often (status 429)", hint, "service")
    hint = "Run it again later: what was read is kept."
    return FetchError(f"the service cannot answer now (status {status})", hint, "service")


def unreachable(kind: str) -> FetchError:
    """The error of a connection that cannot be made or breaks off again and again."""
    hint = "Check the connection and run it again: what was read is kept."
    return FetchError(f"the service cannot be reached ({kind})", hint, "network")


def offline(host: str) -> FetchError:
    """The error of a service of which nothing can be reached any more."""
    hint = "Check the connection and run it again: finished tiles and what was read are kept."
    return FetchError(f"{host} cannot be reached any more", hint, "offline")
