"""The way of a letter: which channel it is tried over next, and when. Pure.

Over each channel of its recipient, in their order, it is tried a few times; then the next one
takes over. After the last one it begins again from the first, once each, further and further
apart, until it has waited for too long: then it is dead, and stays in the store.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.pushing.letters import Letter
from fences.clock import SECOND_NS


class Standing(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Patience:
    """``tries`` over a channel before the next one takes over; one that fails gets one only.

    Waits between tries and between rounds grow by ``factor`` up to ``longest_wait_ns``.
    ``give_up_ns``: how old a letter may become before it is dead.
    """

    tries: int = 3
    first_wait_ns: int = 5 * SECOND_NS
    factor: int = 3
    longest_wait_ns: int = 600 * SECOND_NS
    give_up_ns: int = 7200 * SECOND_NS

    def wait_ns(self, failures: int) -> int:
        """How long to wait after so many failures, 1 or more."""
        growth = int(self.factor ** min(failures - 1, 20))
        return min(self.longest_wait_ns, self.first_wait_ns * growth)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter on its way. ``channel`` counts from 0 and is the one to be tried next.

    ``tries`` have failed over it in this ``round``. ``via`` is the name of the channel that was
    used last, ``problem`` what it said.
    """

    id: int
    letter: Letter
    wall_ns: int
    due_wall_ns: int
    standing: Standing = Standing.WAITING
    channel: int = 0
    tries: int = 0
    round: int = 0
    done_wall_ns: int | None = None
    via: str | None = None
    problem: str | None = None


def sent(delivery: Delivery, via: str, now_wall_ns: int) -> Delivery:
    """It has arrived, over the channel of that name."""
    return replace(
        delivery, standing=Standing.SENT, done_wall_ns=now_wall_ns, via=via, problem=None
    )


def failed(
    delivery: Delivery,
    channels: int,
    via: str | None,
    problem: str,
    now_wall_ns: int,
    patience: Patience,
    *,
    ailing: bool = False,
) -> Delivery:
    """It has not arrived.

    ``channels``: how many its recipient has. ``ailing``: the channel has been failing for a
    while, so the next one takes over at once.
    """
    tried = replace(delivery, tries=delivery.tries + 1, via=via, problem=problem)
    allowed = 1 if ailing or delivery.round else patience.tries
    if tried.tries < allowed and delivery.channel < channels:
        return replace(tried, due_wall_ns=now_wall_ns + patience.wait_ns(tried.tries))
    if delivery.channel + 1 < channels:
        return replace(tried, channel=delivery.channel + 1, tries=0, due_wall_ns=now_wall_ns)
    if not channels or now_wall_ns - delivery.wall_ns >= patience.give_up_ns:
        return replace(tried, standing=Standing.DEAD, done_wall_ns=now_wall_ns)
    return replace(
        tried,
        channel=0,
        tries=0,
        round=delivery.round + 1,
        due_wall_ns=now_wall_ns + patience.wait_ns(delivery.round + 2),
    )


@dataclass(frozen=True, slots=True)
class PushStats:
    """``waiting``: not yet delivered, the oldest since ``oldest_wall_ns``; ``dead``: given up."""

    waiting: int = 0
    oldest_wall_ns: int | None = None
    dead: int = 0

    def oldest_age_s(self, wall_ns: int) -> float:
        """Seconds that the oldest one has waited, 0 if there is none."""
        if self.oldest_wall_ns is None:
            return 0.0
        return max(0.0, (wall_ns - self.oldest_wall_ns) / SECOND_NS)
