"""Counting the crashes that cameras are to blame for."""

from __future__ import annotations

from dataclasses import dataclass, field

from fences.clock import SECOND_NS

STRIKES = 3
"""So many crashes ..."""

WITHIN_NS = 600 * SECOND_NS
"""... within this much running bring a camera into quarantine."""


@dataclass
class Strikes:
    """Crashes by camera, at what the node had run by then: waiting to be restarted is no time."""

    _at_ns: dict[str, list[int]] = field(default_factory=dict)

    def add(self, camera_id: str, ran_ns: int) -> bool:
        """Count a crash; whether it is one too many. Then counting begins anew."""
        recent = [at for at in self._at_ns.get(camera_id, []) if ran_ns - at <= WITHIN_NS]
        recent.append(ran_ns)
        out = len(recent) >= STRIKES
        self._at_ns[camera_id] = [] if out else recent
        return out
