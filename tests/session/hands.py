"""A person's hands in a running QGIS: mouse and keyboard events at positions of the screen.

Events are given to windows, not to widgets: what lies under the position gets them, so a widget that is covered, out
of view or switched off is not reached, as with a real mouse. They are sent from the event loop, never from within a
step, so that a step may open a dialog that keeps the loop to itself.
"""

from __future__ import annotations

from collections.abc import Callable

from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QWidget

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN = Qt.KeyboardModifier.NoModifier
#: Milliseconds from one event to the next.
BEAT_MS = 40


class HandsError(Exception):
    """A sentence that says why a person could not have done this."""


class Hands:
    """Queues events; :attr:`idle` once all of them are done."""

    def __init__(self) -> None:
        self._queue: list[Callable[[], None]] = []
        self._doing = False
        #: Why a person could not have done it, empty while all goes well.
        self.failed = ""
        self._timer = QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._next)
        self._timer.start()

    @property
    def idle(self) -> bool:
        """Whether every event was sent."""
        return not self._queue and not self._doing

    def click(self, widget: QWidget, at: QPoint | None = None, button=LEFT, modifier=PLAIN) -> None:
        """Move there, press, release."""
        self._queue.append(lambda: _move(widget, at))
        self._queue.append(lambda: QTest.mouseClick(*_target(widget, at, button, modifier)))

    def drag(self, widget: QWidget, start: QPoint, end: QPoint, steps: int = 6) -> None:
        """Press at ``start``, move, release at ``end``."""
        self._queue.append(lambda: _move(widget, start))
        self._queue.append(lambda: QTest.mousePress(*_target(widget, start, LEFT, PLAIN)))
        for step in range(1, steps + 1):
            between = start + (end - start) * step / steps
            self._queue.append(lambda between=between: _move(widget, between))
        self._queue.append(lambda: QTest.mouseRelease(*_target(widget, end, LEFT, PLAIN)))

    def type(self, text: str) -> None:
        """Type into whatever has the keyboard."""
        for letter in text:
            self._queue.append(lambda letter=letter: QTest.keyClick(_keyboard(), letter))

    def key(self, key: Qt.Key, modifier=PLAIN) -> None:
        """One key."""
        self._queue.append(lambda: QTest.keyClick(_keyboard(), key, modifier))

    def _next(self) -> None:
        if self._queue and not self._doing and not self.failed:
            self._doing, event = True, self._queue.pop(0)
            # On a timer of its own: an event that opens a dialog comes back only when that is closed, and a timer is
            # not called again before.
            QTimer.singleShot(0, lambda: self._do(event))

    def _do(self, event: Callable[[], None]) -> None:
        self._doing = False
        try:
            event()
        except HandsError as error:
            self.failed = str(error)


def _keyboard():
    """The window that has the keyboard: a menu, else a dialog that keeps it, else the active one."""
    menu, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
    if menu is None and dialog is not None and not dialog.isActiveWindow():
        dialog.activateWindow()  # as a window manager does; a virtual screen has none
    top = menu or dialog or QApplication.activeWindow()
    handle = top.window().windowHandle() if top is not None else None
    if handle is None:
        raise HandsError("No window has the keyboard.")
    return handle


def _target(widget: QWidget, at: QPoint | None, button, modifier):
    point = at if at is not None else widget.rect().center()
    spot = widget.mapToGlobal(point)
    found = QApplication.widgetAt(spot)
    name = widget.accessibleName() or getattr(widget, "text", lambda: "")() or widget.objectName()
    if not widget.isEnabled():
        raise HandsError(f"{type(widget).__name__} '{name}' is switched off.")
    if found is None or not (found is widget or widget.isAncestorOf(found)):
        what = "nothing" if found is None else f"{type(found).__name__} '{found.objectName()}'"
        raise HandsError(f"{type(widget).__name__} '{name}' cannot be clicked: {what} is at its place.")
    window = widget.window()
    if not window.isActiveWindow() and QApplication.activePopupWidget() is None:
        window.activateWindow()  # as a window manager does where it is clicked
    return window.windowHandle(), button, modifier, window.mapFromGlobal(spot)


def _move(widget: QWidget, at: QPoint | None) -> None:
    window, _, _, point = _target(widget, at, LEFT, PLAIN)
    QTest.mouseMove(window, point)
