"""Pictures on demand: who needs to show a place asks for the next look that its camera takes."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from alerts.picture import Image
from fences.clock import SECOND_NS

WAIT_NS = 30 * SECOND_NS
"""How long a look is waited for; a camera that looks more rarely gives none."""


@dataclass(slots=True)
class _Wish:
    asked_ns: int
    image: Image | None = None


class Looks:
    """Safe to use from many threads. At most one picture per camera, and only where asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes: dict[str, _Wish] = {}

    def wanted(self, camera_id: str) -> bool:
        """Whether somebody waits for this camera's next look."""
        wish = self._wishes.get(camera_id)
        return wish is not None and wish.image is None

    def put(self, camera_id: str, image: Image) -> None:
        """A look (height × width × 3 BGR uint8); dropped where nobody waits for it."""
        with self._lock:
            wish = self._wishes.get(camera_id)
            if wish is not None:
                wish.image = image

    def ask(self, camera_id: str, now_ns: int) -> tuple[bool, Image | None]:
        """Whether the waiting is over, and the look if there was one; ``now_ns`` is monotonic.

        The first time it begins; ask again until it is over.
        """
        with self._lock:
            wish = self._wishes.get(camera_id)
            if wish is None or now_ns - wish.asked_ns > 2 * WAIT_NS:
                self._wishes[camera_id] = _Wish(now_ns)
                return False, None
            if wish.image is None and now_ns - wish.asked_ns < WAIT_NS:
                return False, None
            del self._wishes[camera_id]
            return True, wish.image
