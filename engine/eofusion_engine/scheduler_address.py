"""Where tiles are made: on this computer, or by the workers of a Dask scheduler at an address that is safe to use.

Dask runs what it is sent: whoever reaches a scheduler over an open connection can run programs as its user and read
what goes over the line. So a scheduler on this computer or one behind TLS is accepted, nothing else.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

LOCAL = "local"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_EXAMPLE = "such as tls://cluster.example.org:8786 or tcp://127.0.0.1:8786 (docs/cluster.md)"


def checked_address(text: str) -> str | None:
    """``text`` as an address of a Dask scheduler, None for ``local`` or nothing.

    ``tcp://`` is accepted on loopback only (127.0.0.0/8, localhost, [::1]), ``tls://`` everywhere.

    Raises:
        ValueError: with a sentence; anything else.
    """
    text = text.strip()
    if text in ("", LOCAL):
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"it is no address of a Dask scheduler: give 'local' or an address {_EXAMPLE}") from None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme not in ("tcp", "tls") or not port or extra or not _is_host(host):
        raise ValueError(f"it is no address of a Dask scheduler: give 'local' or an address {_EXAMPLE}")
    if parts.scheme == "tcp" and not is_loopback(host):
        raise ValueError(
            f"a Dask connection to {host} without TLS is open to everybody on the network: give its tls:// address, or "
            "a scheduler on this computer"
        )
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def is_safe(address: str) -> bool:
    """Whether what is sent to ``address`` (of a scheduler or a worker, as Dask writes it) stays unread by others."""
    scheme, _, place = address.partition("://")
    if scheme in ("tls", "inproc"):
        return True
    try:
        return scheme == "tcp" and is_loopback(urlsplit(f"//{place}").hostname or "")
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this computer by its very name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _HOST.fullmatch(host) is not None
    return True
