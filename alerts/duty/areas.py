"""Areas (网格): parts of the site that somebody answers for, as polygons or lists of cameras."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from shapely import STRtree
from shapely.geometry import Point, Polygon
from shapely.validation import explain_validity

LonLat = tuple[float, float]
"""A place on the map: longitude and latitude in degrees, in any one datum for all of a site."""

_SLIVER = 1e-10
"""Square degrees, about a square metre: neighbours that were drawn by hand may touch."""


@dataclass(frozen=True, slots=True)
class Area:
    """One grid cell. ``cameras`` are ids; ``polygon`` its corners in order, or none."""

    id: str
    name: str
    cameras: frozenset[str] = frozenset()
    polygon: tuple[LonLat, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaMap:
    """All areas, and where cameras and fences are as far as that is known.

    Build it with :func:`make_area_map`.
    """

    areas: tuple[Area, ...] = ()
    cameras: Mapping[str, LonLat] = field(default_factory=dict)
    fences: Mapping[tuple[str, str], LonLat] = field(default_factory=dict)

    def area(self, area_id: str) -> Area | None:
        return next((area for area in self.areas if area.id == area_id), None)

    def area_of(self, camera_id: str, fence_id: str = "") -> Area | None:
        """The area of a case: the one that lists the camera, else the one its place is in.

        A fence's own place counts before its camera's. On a border the first area has it.
        """
        listed = next((area for area in self.areas if camera_id in area.cameras), None)
        place = self.fences.get((camera_id, fence_id), self.cameras.get(camera_id))
        if listed is not None or place is None:
            return listed
        drawn = (area for area in self.areas if area.polygon)
        return next((it for it in drawn if _shape(it.polygon).covers(Point(place))), None)


@lru_cache(maxsize=4096)
def _shape(polygon: tuple[LonLat, ...]) -> Polygon:
    """Made once: every event of every case asks for its area."""
    return Polygon(polygon)


def make_area_map(
    areas: Sequence[Area],
    cameras: Mapping[str, LonLat] | None = None,
    fences: Mapping[tuple[str, str], LonLat] | None = None,
) -> AreaMap:
    """Raises ``ValueError`` for areas that overlap and polygons that cannot be."""
    for area in areas:
        if area.polygon and (problem := flaw(area.polygon)) is not None:
            raise ValueError(f"area {area.id!r}: {problem}")
    for first, second in combinations(areas, 2):
        if shared := sorted(first.cameras & second.cameras):
            raise ValueError(f"areas {first.id!r} and {second.id!r} both list {shared}")
    for one, other in overlaps([area.polygon for area in areas]):
        raise ValueError(f"areas {areas[one].id!r} and {areas[other].id!r} overlap")
    return AreaMap(tuple(areas), dict(cameras or {}), dict(fences or {}))


def flaw(polygon: Sequence[LonLat]) -> str | None:
    """Why a polygon cannot be an area; None: it can."""
    if len(set(polygon)) < 3:
        return f"got {len(set(polygon))} different corners, expected at least 3"
    shape = Polygon(polygon)
    if not shape.is_valid:
        return f"got {explain_validity(shape)}, expected corners in their order around the area"
    return None


def overlaps(polygons: Sequence[Sequence[LonLat]]) -> Iterator[tuple[int, int]]:
    """The pairs of sound polygons, by number, that have more than a border in common.

    Those without corners are left out.
    """
    numbers = [number for number, polygon in enumerate(polygons) if polygon]
    if not numbers:
        return
    shapes = [Polygon(polygons[number]) for number in numbers]
    pairs = STRtree(shapes).query(shapes, predicate="intersects").T.tolist()
    for one, other in sorted(pairs):
        if one < other and shapes[one].intersection(shapes[other]).area > _SLIVER:
            yield numbers[one], numbers[other]
