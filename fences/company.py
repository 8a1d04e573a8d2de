"""Somebody at a thing: since it stands, and now."""

from __future__ import annotations

from dataclasses import dataclass

from fences.clock import running


@dataclass(frozen=True, slots=True)
class Company:
    """What one kind of evidence says of it.

    ``now`` is the running share of time (0-1) with somebody at it; ``total_ns`` how long that
    was while the thing was seen at its place.
    """

    now: float = 0.0
    total_ns: int = 0

    def after(self, present: float, dt_ns: int, held_ns: int, tau_ns: int) -> Company:
        """After a look that stands for ``dt_ns``, ``held_ns`` of it seeing the thing.

        ``present`` (0-1): whether somebody is there. ``tau_ns``: time constant of ``now``.
        """
        now = self.now + running(dt_ns, tau_ns) * (present - self.now)
        return Company(now, self.total_ns + round(held_ns * present))
