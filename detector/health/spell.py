"""How long something holds, so that nothing is said of what only flickers."""

from __future__ import annotations

_MIN_LOOKS = 3
"""On end: two looks far apart, each with a glare of its own, are no spell."""


class Spell:
    """Begins when a thing has held for ``enter_ns`` on end, ends when it has not for ``leave_ns``.

    Media time only: the same at any look rate, but for two looks.
    """

    def __init__(self, enter_ns: int, leave_ns: int) -> None:
        self._enter_ns = enter_ns
        self._leave_ns = leave_ns
        self._since_ns: int | None = None  # of what may turn the spell
        self._looks = 0
        self.on = False

    def observe(self, *, holds: bool, media_ns: int) -> None:
        """Take a look in."""
        if holds == self.on:
            self._since_ns = None
            return
        if self._since_ns is None:
            self._since_ns, self._looks = media_ns, 0
        self._looks += 1
        enough = self.on or self._looks >= _MIN_LOOKS
        if enough and media_ns - self._since_ns >= (self._leave_ns if self.on else self._enter_ns):
            self.on, self._since_ns = holds, None
