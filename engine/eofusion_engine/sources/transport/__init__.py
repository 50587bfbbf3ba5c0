"""Parts of files over the network: guarded, patient, counted, and kept on disk for the next run.

:class:`Transport` asks, :class:`DiskCache` keeps, :class:`RemoteFile` is one file as the readers see it.
"""

from __future__ import annotations

from .client import Transport
from .diskcache import DiskCache
from .errors import FetchError
from .guard import AddressGuard
from .remotefile import Meta, RemoteFile

__all__ = ["AddressGuard", "DiskCache", "FetchError", "Meta", "RemoteFile", "Transport"]
