"""A way to a person outside of Kerbwatch, as a port."""

from __future__ import annotations

from typing import Protocol

HANGS = "hangs"
"""The problem of a channel that has not come back in time."""

NO_CHANNEL = "no_channel"
"""The problem where the configuration no longer has a channel for the recipient."""

REFUSED = "refused"
"""The problem where a channel says no more than that it did not work."""


class ChannelError(Exception):
    """It did not work. ``problem`` says why, in one line and without a secret."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Channel(Protocol):
    """One service as one recipient has it. Used by one thread at a time."""

    @property
    def name(self) -> str:
        """Which service it is; never any part of its address that may be a secret."""
        ...

    @property
    def carries_pictures(self) -> bool:
        """Whether a picture can go along."""
        ...

    def send(self, title: str, text: str, picture: bytes | None = None) -> None:
        """Hand a letter over; ``picture`` is a JPEG. Blocks for as long as the service does.

        Raises ``ChannelError`` if the service has not taken it.
        """
        ...
