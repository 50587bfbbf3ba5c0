"""Decoded pieces of files that memory has no room for, in a temporary file: far cheaper to read than to decode again.

A tile at the corner of four blocks needs those of every date and band at once, which is more than memory should hold.
Without this each such tile would decode them all anew, and the cost of a run would grow faster than its area.
"""

from __future__ import annotations

import logging
import math
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path
from typing import IO

import numpy as np

logger = logging.getLogger(__name__)

#: Of the free disk space, at most this share is taken, and so many bytes: 400 km2 with a year of dates take 2 to 4 GB.
LARGEST_SHARE, LARGEST_BYTES = 0.2, 8 << 30


class Spill:
    """Arrays by key in one temporary file of ``folder``, used as a ring: the oldest give way.

    The file has no name, or one that goes with the process, so a killed run leaves nothing behind. A disk that takes no
    more is no error: what is not here is decoded again. Safe to use from several threads.
    """

    def __init__(self, folder: Path, limit_bytes: int | None = None) -> None:
        self._folder, self._limit = folder, limit_bytes
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._broken = False
        self._end = 0
        #: Key to first byte, dtype and shape, in the order of writing.
        self._kept: OrderedDict[Hashable, tuple[int, np.dtype, tuple[int, ...]]] = OrderedDict()

    def put(self, key: Hashable, array: np.ndarray) -> None:
        """Keep a copy of ``array``; one that is there already is not written again."""
        with self._lock:
            if key in self._kept or self._broken or not array.nbytes:
                return
            try:
                self._write(key, np.ascontiguousarray(array))
            except OSError as error:
                logger.info("no more room for decoded pieces of files (%s)", error)
                self._drop()  # the disk may be full: the room is worth more to the run's results

    def get(self, key: Hashable) -> np.ndarray | None:
        """The array under ``key``, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or self._file is None:
                return None
            offset, dtype, shape = found
            array = np.empty(shape, dtype)
            try:
                self._file.seek(offset)
                if self._file.readinto(array.reshape(-1).view(np.uint8).data) == array.nbytes:  # type: ignore[attr-defined]
                    return array
            except OSError as error:
                logger.info("a decoded piece cannot be read back (%s)", error)
            del self._kept[key]
            return None

    def close(self) -> None:
        """Forget everything; the file goes."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        self._kept.clear()
        self._broken = True
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, key: Hashable, array: np.ndarray) -> None:
        if self._file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._limit is None:
                self._limit = min(LARGEST_BYTES, int(LARGEST_SHARE * shutil.disk_usage(self._folder).free))
            self._file = tempfile.TemporaryFile(dir=self._folder, prefix="decoded.", buffering=0)  # noqa: SIM115
        assert self._limit is not None  # nosec B101: for the type checker
        if array.nbytes > self._limit:
            return
        if self._end + array.nbytes > self._limit:
            self._give_way(self._end, self._limit)  # the ring's oldest, which would be overtaken
            self._end = 0
        begin, self._end = self._end, self._end + array.nbytes
        self._give_way(begin, self._end)
        self._file.seek(begin)
        data = array.reshape(-1).view(np.uint8).data
        while data:
            data = data[self._file.write(data) :]
        self._kept[key] = (begin, array.dtype, array.shape)

    def _give_way(self, begin: int, end: int) -> None:
        """Forget what lies in these bytes: always the oldest entries, which lie just ahead in the ring."""
        while self._kept:
            key, (offset, dtype, shape) = next(iter(self._kept.items()))
            if offset >= end or offset + dtype.itemsize * math.prod(shape) <= begin:
                return
            del self._kept[key]
