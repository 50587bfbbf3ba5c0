"""Why setting up failed, in nine plain classes, told from what pip and venv printed. No QGIS in here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Failure:
    """A class of failure: what the person reads, and what to do next."""

    code: str
    message: str
    hint: str


# The first that matches wins: without a network pip also complains of missing packages.
_CLASSES: tuple[tuple[str, Failure], ...] = (
    (
        r"No space left on device|\[Errno 28\]|WinError 112|not enough space on the disk|Disk quota exceeded",
        Failure(
            "disk",
            "The disk is full.",
            "Free about 3 GB, or choose another folder for EO Fusion's data in the options, and try again.",
        ),
    ),
    (
        r"DO NOT MATCH THE HASHES|HashMismatch",
        Failure(
            "hash",
            "A library that came is not the one that this version of EO Fusion was made with. It was not installed.",
            "Try again. If it happens again, the package index or the folder of wheels holds other files: tell its "
            "administrator, or use a Python of your own that has the libraries of engine/requirements.txt.",
        ),
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError|TLSV1_ALERT",
        Failure(
            "tls",
            "The secure connection to the package index was refused.",
            "Often a company's proxy: ask your administrator for its certificate, or install from a folder of wheels.",
        ),
    ),
    (
        r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Name or service not known|Network is unreachable"
        r"|Temporary failure in name resolution|Connection refused|Connection reset|getaddrinfo failed"
        r"|ERROR: HTTP error|407 Proxy",
        Failure(
            "network",
            "The package index cannot be reached.",
            "Check the network and the proxy, name another index, or install from a folder of wheels.",
        ),
    ),
    (
        r"WinError 1260|blocked by group policy|blocked by your organization|This program is blocked",
        Failure(
            "policy",
            "This computer's rules do not allow the engine's Python to run.",
            "Ask your administrator to allow it, or name an existing Python.",
        ),
    ),
    (
        r"No module named '?(venv|ensurepip)|ensurepip is not available|virtual environment was not created",
        Failure(
            "venv",
            "This Python lacks its 'venv' module.",
            "On Debian and Ubuntu install the package python3-venv; elsewhere choose another Python.",
        ),
    ),
    (
        r"No matching distribution found|is not a supported wheel|requires a different Python|Requires-Python",
        Failure(
            "no-wheel",
            "A needed package does not exist for this Python or this system.",
            "Choose a Python from 3.11 to 3.14 of a 64-bit system. There is no PyTorch for Macs with Intel processors.",
        ),
    ),
    (
        r"WinError 206|File name too long|path too long|\[Errno 36\]",
        Failure(
            "path",
            "The environment's folder has too long a name.",
            "Choose a folder with a shorter path for EO Fusion's data in the options.",
        ),
    ),
    (
        r"WinError 32|WinError 5\b|PermissionError|Permission denied|Access is denied|Text file busy",
        Failure(
            "locked",
            "A file is in use by another program, or its folder is not yours to write to.",
            "Close other QGIS windows and try again, or choose another folder for EO Fusion's data in the options.",
        ),
    ),
)
UNKNOWN = Failure(
    "unknown", "Setting up the engine failed.", "The log has the details: press 'Copy report' to pass it on."
)


def classify(text: str) -> Failure:
    """The class of failure that ``text`` (what the tools printed) tells of."""
    for pattern, failure in _CLASSES:
        if re.search(pattern, text, re.IGNORECASE):
            return failure
    return UNKNOWN


def scrub(text: str) -> str:
    """``text`` without passwords in addresses and without the home folder's name: fit to be passed on."""
    text = re.sub(r"(\w+://)[^/\s@:]+:[^/\s@]+@", r"\1***@", text)
    text = re.sub(r"(?i)((?:token|password|secret|api[_-]?key|sig)=)[^\s&]+", r"\1***", text)
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 and home != "/" else text
