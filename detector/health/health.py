"""A camera's health, as its pictures tell it: what is the matter, once it has lasted.

```
look -> thumbnail -> black? frozen? cast?
                 '-> structure, against what is known -> covered? blurred?
```
All in media time, and the same at any look rate but for two looks. What is wrong is suspected at
once, which makes fences blind, and told only when it has lasted. While anything is suspected
nothing is learned, so that a covered camera does not come to know its cover.
"""

from __future__ import annotations

import numpy as np

from detector.frame import Image
from detector.health import black, blurred, cast, covered, frozen
from detector.health.blurred import Sharpness
from detector.health.covered import Cover
from detector.health.frozen import Stillness
from detector.health.known import Comparison, Known, compare, new_known
from detector.health.spell import Spell
from detector.health.structure import Structure, structure_of
from detector.health.thumbnail import Plane, Thumbnail, thumbnail_of
from detector.health.trouble import Trouble
from fences.clock import SECOND_NS

EVERY_NS = SECOND_NS // 5
"""Time between looks that are judged: more tell nothing new."""

_SPELLS = {
    Trouble.BLACK: (black.ENTER_NS, black.LEAVE_NS),
    Trouble.FROZEN: (frozen.ENTER_NS, frozen.LEAVE_NS),
    Trouble.COVERED: (covered.ENTER_NS, covered.LEAVE_NS),
    Trouble.BLURRED: (blurred.ENTER_NS, blurred.LEAVE_NS),
    Trouble.CAST: (cast.ENTER_NS, cast.LEAVE_NS),
}
"""Times to begin and to end; of several troubles the first is told."""


class Health:
    """Follows the pictures of one camera. Not thread-safe.

    ``live``: whether they come from a camera. Only then can they be frozen: a folder of one
    picture and a recording of a still scene show what they are meant to show.
    """

    def __init__(self, *, live: bool = False) -> None:
        self._live = live
        self._known: Known | None = None
        self._frame_hw: tuple[int, int] | None = None
        self._looked_ns: int | None = None
        self._stillness = Stillness()
        self._cover = Cover()
        self._sharpness = Sharpness()
        self._spells = {trouble: Spell(*times_ns) for trouble, times_ns in _SPELLS.items()}
        self._suspected = False

    @property
    def trouble(self) -> Trouble | None:
        """What is the matter, once it has lasted."""
        return next((trouble for trouble, spell in self._spells.items() if spell.on), None)

    def observe(self, image: Image, media_ns: int, *, elsewhere: bool = False) -> bool:
        """Take a look in; whether the picture is of no use, if only for a moment.

        ``elsewhere``: the camera was turned, so that nothing can be missed in its view.
        """
        last_ns = self._looked_ns
        if last_ns is None or not 0 <= media_ns - last_ns < EVERY_NS:
            self._looked_ns = media_ns
            dt_ns = 0 if last_ns is None else max(0, media_ns - last_ns)
            self._judge(image, media_ns, dt_ns, elsewhere=elsewhere)
        return self._suspected or self.trouble is not None

    def _judge(self, image: Image, media_ns: int, dt_ns: int, *, elsewhere: bool) -> None:
        if self._frame_hw != image.shape[:2]:  # another stream of the camera is as fine as it is
            self._frame_hw, self._known = (image.shape[0], image.shape[1]), None
        small = thumbnail_of(image)
        now = structure_of(small)
        greens = cast.greens_of(small)
        wrong = self._wrong(small, now, greens, dt_ns, elsewhere=elsewhere)
        stands = self._live and self._stillness.stands(small)
        for trouble, spell in self._spells.items():
            holds = stands if trouble is Trouble.FROZEN else trouble in wrong
            spell.observe(holds=holds, media_ns=media_ns)
        self._suspected = bool(wrong)
        if not (elsewhere or wrong or self.trouble):
            green = float(np.median(greens)) if greens.size else None
            if self._known is None:
                self._known = new_known(now, green)
            else:
                self._known.learn(now, green, dt_ns)

    def _wrong(
        self,
        small: Thumbnail,
        now: Structure,
        greens: Plane,
        dt_ns: int,
        *,
        elsewhere: bool,
    ) -> set[Trouble]:
        """What seems to be the matter at this look."""
        known = self._known if self._known is not None and self._known.can_tell else None
        against: Comparison | None = None
        if known is not None and not elsewhere:
            against = compare(known, now)
        self._cover.observe(against, dt_ns)
        self._sharpness.observe(against)
        wrong = set()
        if black.is_black(small) or (self._cover.gone and now.light < black.DIM):
            wrong.add(Trouble.BLACK)
        if self._cover.gone:
            wrong.add(Trouble.COVERED)
        elif self._sharpness.lost:
            wrong.add(Trouble.BLURRED)
        if self._known is not None and cast.has_cast(greens, self._known.green):
            wrong.add(Trouble.CAST)
        return wrong
