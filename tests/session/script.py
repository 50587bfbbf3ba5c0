"""Runs a script of steps in QGIS' event loop: each step yields what it waits for."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from hands import Hands, HandsError
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication

TICK_MS = 50
#: What a step yields: what is waited for, in words; the condition; seconds at most.
Wait = tuple[str, Callable[[], bool], float]


class Script:
    """Steps on a timer, so that they go on while a dialog is open; ``ended("ok")`` or a sentence at its end."""

    def __init__(self, steps: Iterator[Wait], hands: Hands, ended: Callable[[str], None]) -> None:
        self._steps, self._hands, self._ended = steps, hands, ended
        self._wait: Wait = ("", lambda: True, 1.0)
        self._since = time.monotonic()
        self._busy = False
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            self._go_on()
        except StopIteration:
            self._end("ok")
        except (HandsError, AssertionError) as error:
            self._end(str(error) or traceback.format_exc())
        except Exception:
            self._end(f"Python error:\n{traceback.format_exc()}")
        finally:
            self._busy = False

    def _go_on(self) -> None:
        if self._hands.failed:
            raise HandsError(self._hands.failed)
        words, condition, seconds = self._wait
        if self._hands.idle and condition():
            self._wait = next(self._steps)
            self._since = time.monotonic()
        elif time.monotonic() - self._since > seconds:
            raise HandsError(f"{words} took longer than {seconds:.0f} s.")

    def _end(self, text: str) -> None:
        self._timer.stop()
        self._ended(text)


def pause(seconds: float) -> Wait:
    """Let QGIS work for a while."""
    end = time.monotonic() + seconds
    return "A pause", lambda: time.monotonic() >= end, seconds + 30


def screen_picture(path: Path) -> None:
    """All that is on the screen, dialogs and menus too."""
    screen = QApplication.primaryScreen()
    picture = screen.grabWindow(0)
    assert not picture.isNull() and picture.save(str(path)), f"{path.name} could not be written"
