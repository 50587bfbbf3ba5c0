"""What the readers keep between windows: open files and decoded pieces of them, both bounded.

A :class:`ReadCache` belongs to one run. Nothing outlives it, so a file that is replaced on disk
between two runs is read anew.
"""

from __future__ import annotations

import mmap
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import numpy as np

from ..errors import SourceError
from .spill import Spill

T = TypeVar("T")
#: Failures (by code) that pass: a service that cannot be reached now may answer for the next window.
_PASSING = frozenset({"network", "service", "offline"})
#: Pieces of at least so many bytes lie on pages of their own.
_OWN_PAGES_FROM = 64 << 10


class Closable(Protocol):
    """An open file."""

    def close(self) -> None:
        """Release the file."""


def _on_own_pages(array: np.ndarray) -> np.ndarray:
    """A copy that the system gives and takes back by itself.

    Pieces live long beside the short-lived arrays of a tile: in one heap with them they would leave holes that nothing
    fits, and memory would grow with the area.
    """
    if array.nbytes < _OWN_PAGES_FROM:
        return array
    copy = np.frombuffer(mmap.mmap(-1, array.nbytes), array.dtype, array.size).reshape(array.shape)
    np.copyto(copy, array)
    return copy


class ReadCache:
    """Thread-safe store of arrays (least recently used go first) and of open files.

    A file handle is lent to one thread at a time, because GDAL's are not safe to share; a second
    thread gets a handle of its own. Arrays that must go move to ``spill``, if there is one; it is closed with this.
    """

    def __init__(self, limit_bytes: int = 256 << 20, idle_handles: int = 48, spill: Spill | None = None) -> None:
        self._limit, self._idle_limit, self._spill = limit_bytes, idle_handles, spill
        self._lock = threading.Lock()
        self._arrays: OrderedDict[Hashable, np.ndarray] = OrderedDict()
        self._bytes = 0
        self._failed: dict[Hashable, SourceError] = {}
        self._loading: dict[Hashable, threading.Event] = {}
        self._facts: dict[Hashable, Any] = {}
        self._idle: OrderedDict[Hashable, list[Closable]] = OrderedDict()
        self._idle_count = 0
        self.loads = 0

    def array(self, key: Hashable, load: Callable[[], np.ndarray]) -> np.ndarray:
        """The array under ``key``, from ``load`` when it is not kept. Do not write into it.

        A :class:`SourceError` of ``load`` is remembered, unless it may pass: a damaged piece is tried once.
        """
        while True:
            with self._lock:
                if key in self._failed:
                    raise self._failed[key]
                if (found := self._arrays.get(key)) is not None:
                    self._arrays.move_to_end(key)
                    return found
                others = self._loading.get(key)
                if others is None:
                    self._loading[key] = done = threading.Event()
                    break
            others.wait()  # another thread reads it just now: a piece may be a download
        try:
            return self._load(key, load)
        finally:
            with self._lock:
                del self._loading[key]
            done.set()

    def _load(self, key: Hashable, load: Callable[[], np.ndarray]) -> np.ndarray:
        array = self._spill.get(key) if self._spill is not None else None
        loaded = array is None
        if array is None:
            try:
                array = load()
            except SourceError as error:
                self._remember(key, error)
                raise
        array = _on_own_pages(array)
        array.flags.writeable = False
        with self._lock:
            self.loads += loaded
            if key not in self._arrays:
                self._arrays[key] = array
                self._bytes += array.nbytes
            gone: list[tuple[Hashable, np.ndarray]] = []
            left = self._bytes
            for name, old in self._arrays.items():
                if left <= self._limit or len(gone) + 1 == len(self._arrays):
                    break
                gone.append((name, old))
                left -= old.nbytes
        # Before they go, so that no other thread finds them nowhere.
        for name, old in gone:
            if self._spill is not None:
                self._spill.put(name, old)
        with self._lock:
            for name, _ in gone:
                if (dropped := self._arrays.pop(name, None)) is not None:
                    self._bytes -= dropped.nbytes
        return array

    def fact(self, key: Hashable, find: Callable[[], T]) -> T:
        """A small thing that is worth finding once (a file's frame), errors included."""
        with self._lock:
            if key in self._failed:
                raise self._failed[key]
            if key in self._facts:
                return self._facts[key]  # type: ignore[no-any-return]
        try:
            value = find()
        except SourceError as error:
            self._remember(key, error)
            raise
        with self._lock:
            return self._facts.setdefault(key, value)  # type: ignore[no-any-return]

    def _remember(self, key: Hashable, error: SourceError) -> None:
        if error.code not in _PASSING:
            with self._lock:
                self._failed[key] = error

    @contextmanager
    def handle(self, key: Hashable, open_file: Callable[[], Any]) -> Iterator[Any]:
        """An open file for this thread alone; it is kept open for the next one afterwards."""
        with self._lock:
            waiting = self._idle.get(key)
            file = waiting.pop() if waiting else None
            if file is not None:
                self._idle_count -= 1
                if not waiting:
                    del self._idle[key]
        if file is None:
            file = open_file()
        try:
            yield file
        finally:
            self._give_back(key, file)

    def _give_back(self, key: Hashable, file: Closable) -> None:
        too_many: list[Closable] = []
        with self._lock:
            self._idle.setdefault(key, []).append(file)
            self._idle.move_to_end(key)
            self._idle_count += 1
            while self._idle_count > self._idle_limit:
                oldest = next(iter(self._idle))
                too_many.append(self._idle[oldest].pop())
                self._idle_count -= 1
                if not self._idle[oldest]:
                    del self._idle[oldest]
        for old in too_many:
            old.close()

    def close(self) -> None:
        """Close every file and forget every array."""
        with self._lock:
            files = [file for waiting in self._idle.values() for file in waiting]
            self._idle.clear()
            self._arrays.clear()
            self._bytes = self._idle_count = 0
        for file in files:
            file.close()
        if self._spill is not None:
            self._spill.close()
