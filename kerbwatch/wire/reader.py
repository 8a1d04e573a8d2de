"""The thread that reads a stream, and those before it that have not come back."""

from __future__ import annotations

import threading
from collections.abc import Callable

_LEFT_AT_MOST = 3
"""Readers that have not come back, beside the one that reads."""


class Reader:
    """``read`` in a thread of its own, and in another one once the first hangs for good.

    ``read`` ends when it is no longer :attr:`current`.
    """

    def __init__(self, name: str, read: Callable[[], None]) -> None:
        self._name = name
        self._read = read
        self._left: list[threading.Thread] = []
        self._thread = self._new()

    @property
    def current(self) -> bool:
        """Whether the calling thread is the one that reads now."""
        return threading.current_thread() is self._thread

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def leave(self, close: Callable[[], None]) -> None:
        """Leave a reader behind that does not come back, and begin anew with another.

        Its thread ends when its connection does: servers end the sessions of who does not
        answer them, most within a minute. Of ``_LEFT_AT_MOST`` one must end before another is
        left. ``close`` tells the source that nobody wants it any more.
        """
        self._left = [thread for thread in self._left if thread.is_alive()]
        if len(self._left) < _LEFT_AT_MOST:
            close()
            self._left.append(self._thread)
            self._thread = self._new()
            self._thread.start()

    def _new(self) -> threading.Thread:
        return threading.Thread(target=self._read, name=self._name, daemon=True)
