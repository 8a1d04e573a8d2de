"""The line to the broker as the outbox sees it, and what comes back over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from alerts.messages import Message


class LinkLostError(Exception):
    """The connection is gone; nothing more can be sent on this link."""


class Link(Protocol):
    """One connection. Once lost it stays lost; the next connection is another link."""

    def send(self, message: Message) -> int:
        """Hand over at QoS 1; returns the ticket under which it will be acknowledged.

        Raises ``LinkLostError``. Acknowledged is not said here but by an :class:`Acked`.
        """
        ...

    def drop(self) -> None:
        """Cut a line that answers no more; a ``Lost`` follows."""
        ...


@dataclass(frozen=True, slots=True)
class Connected:
    """A new connection stands, and the broker has accepted us."""

    link: Link


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone."""

    link: Link


@dataclass(frozen=True, slots=True)
class Acked:
    """The broker has taken responsibility for a message (PUBACK)."""

    link: Link
    ticket: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A message: what the broker holds of us on our own retained topics, or a command."""

    link: Link
    topic: str
    payload: bytes
    retained: bool


Signal = Connected | Lost | Acked | Heard
"""What a publisher tells the drainer."""
