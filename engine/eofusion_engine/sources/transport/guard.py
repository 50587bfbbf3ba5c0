"""Which addresses may be asked. A catalogue, and what it redirects to, is somebody else's text.

Without this a catalogue could make the program read servers that only this computer reaches: the router's
page, a cloud machine's credentials service, another program's port. Names are resolved and checked before a
connection, and the connection's real other end again, because a name may resolve differently the second time.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .errors import FetchError

_PORTS = {"http": 80, "https": 443}
#: IPv6 addresses that translate to the IPv4 address in their last 32 bits.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressGuard:
    """Lets http(s) through to public hosts, and to those of ``trusted`` wherever they are.

    Trusted are servers, not computers: ``host:port``, or ``host`` for the ports of http and https.
    Every refusal is a :class:`FetchError` with the code ``href``.
    """

    def __init__(self, trusted: Collection[str] = ()) -> None:
        self._trusted = frozenset(name.lower() for name in trusted)
        self._lock = threading.Lock()
        self._passed: set[str] = set()

    def check(self, url: str, *, direct: bool = True) -> None:
        """Raises unless ``url`` may be asked. ``direct``: not through a proxy, which resolves names itself."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            raise _refused("it is not an address") from None
        if parts.scheme not in _PORTS or not host:
            raise _refused("it is not an http(s) address")
        if parts.username is not None or parts.password is not None:
            raise _refused("it holds a user name")
        if self._trusts(host, port or _PORTS[parts.scheme]):
            return
        with self._lock:
            if host in self._passed:
                return
        try:
            found = socket.getaddrinfo(host, port or _PORTS[parts.scheme], type=socket.SOCK_STREAM)
        except OSError:
            if direct:
                return  # the connection says so itself, and is tried again
            found = []
        except UnicodeError:
            raise _refused("it is not an address") from None
        for entry in found:
            self._check_ip(str(entry[4][0]))
        with self._lock:
            self._passed.add(host)

    def check_peer(self, host: str, port: int, ip: str) -> None:
        """Raises unless the connection to ``host`` that ended at ``ip`` may be used."""
        if not self._trusts(host.lower(), port):
            self._check_ip(ip)

    def _trusts(self, host: str, port: int) -> bool:
        bare = host.strip("[]")
        names = {f"{bare}:{port}", f"[{bare}]:{port}"}
        if port in _PORTS.values():
            names |= {bare, f"[{bare}]"}
        return not names.isdisjoint(self._trusted)

    @staticmethod
    def _check_ip(text: str) -> None:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            raise _refused("it is not an address") from None
        if not public(address):
            raise _refused("it leads into a private network")


def public(address: Address) -> bool:
    """Whether an address is one of the open internet, also where it wraps an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return public(inner)
    return address.is_global and not address.is_multicast


def guarded_pools(guard: AddressGuard) -> dict[str, Any]:
    """Connection pools by scheme whose connections check the other end before a byte is sent."""

    class Guarded(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            connection = super()._new_conn()
            try:
                guard.check_peer(self.host, self.port, str(connection.getpeername()[0]))
            except BaseException:
                connection.close()
                raise
            return connection

    class GuardedTls(Guarded, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Guarded  # type: ignore[assignment]

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = GuardedTls  # type: ignore[assignment]

    return {"http": Pool, "https": TlsPool}


def _refused(why: str) -> FetchError:
    return FetchError(f"its address is not followed ({why})", "The run goes on without it.", "href")
