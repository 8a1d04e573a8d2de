"""Building blocks of a script: what people and vehicles do in the street.

Every function gives actors whose names begin with ``name``; ``look`` seeds their colours.
"""

from __future__ import annotations

from replay.scenes.spec import Actor, Model, Stage, Waypoint

_BEHIND_CAMERA_Y_M = -6.0
_FAR_Y_M = 80.0


def route(*points: tuple[float, float, float]) -> tuple[Waypoint, ...]:
    """Waypoints from (seconds, x, y) in metres."""
    return tuple(Waypoint(*point) for point in points)


def lane_blocker(
    name: str, model: Model, look: int, *, stands_s: float, leaves_s: float | None, y_m: float
) -> Actor:
    """A vehicle or e-bike comes from afar, stops in the fire lane and leaves past the camera.

    ``leaves_s`` of ``None``: it stays beyond any clip's end.
    """
    quick = 5.6 if model is not Model.E_BIKE else 8.0
    points = [
        (stands_s - quick, -2.2, _FAR_Y_M),
        (stands_s - quick * 0.5, -2.4, y_m + 21),
        (stands_s, -6.2, y_m),
    ]
    if leaves_s is None:
        points.append((1e4, -6.2, y_m))
    else:
        points += [
            (leaves_s, -6.2, y_m),
            (leaves_s + 3.0, -2.9, y_m - 13),
            (leaves_s + 4.6, -2.2, _BEHIND_CAMERA_Y_M + 2),
        ]
    return Actor(name, model, route(*points), look)


def vending(
    name: str,
    look: int,
    *,
    stands_s: float,
    leaves_s: float,
    spot_m: tuple[float, float],
    customers: int = 1,
) -> tuple[Actor, ...]:
    """A vendor pushes a stall in, sets it up, serves customers, packs up and goes."""
    x, y = spot_m
    stall = Actor(
        f"{name}-stall",
        Model.STALL,
        route(
            (stands_s - 6.8, x + 0.6, y - 9.0),
            (stands_s, x, y),
            (leaves_s, x, y),
            (leaves_s + 7.0, x + 0.4, y - 9.2),
        ),
        look,
        stages=(Stage(stands_s + 0.2, 1.0), Stage(leaves_s - 2.0, 0.0)),
    )
    vendor = _vendor(f"{name}-vendor", look + 1, stands_s, leaves_s, spot_m)
    return (
        stall,
        vendor,
        *(
            _customer(
                f"{name}-customer-{number}", look + 2 + number, number, stands_s, leaves_s, x, y
            )
            for number in range(1, customers + 1)
        ),
    )


def _vendor(
    name: str, look: int, stands_s: float, leaves_s: float, spot_m: tuple[float, float]
) -> Actor:
    """Pushes the stall in, sells from behind it, walks round it and pushes it away."""
    x, y = spot_m
    way = route(
        (stands_s - 6.8, x + 0.6, y - 10.6),
        (stands_s - 0.6, x + 0.05, y - 1.8),
        (stands_s + 0.4, x - 1.1, y - 0.6),
        (leaves_s - 2.5, x - 1.1, y - 0.6),
        (leaves_s - 1.3, x - 0.1, y + 1.7),
        (leaves_s - 0.1, x - 0.1, y + 1.7),
        (leaves_s + 6.8, x + 0.3, y - 7.4),
    )
    pushes_s = ((0.0, stands_s - 0.6), (leaves_s - 0.1, 1e4))
    return Actor(name, Model.PERSON, way, look, pushes_s=pushes_s, facing_rad=0.0)


def _customer(
    name: str, look: int, number: int, stands_s: float, leaves_s: float, x: float, y: float
) -> Actor:
    there_s = min(stands_s + 2.5 + 2.0 * number, leaves_s - 6.0)
    gone_s = max(leaves_s - 6.0 + 1.2 * number, there_s + 2)
    stand_y = y + 1.2 - 0.9 * (number - 1)
    return Actor(
        name,
        Model.PERSON,
        route(
            (there_s - 12.5, x + 0.9, y + 19),
            (there_s, x + 1.1, stand_y),
            (gone_s, x + 1.1, stand_y),
            (gone_s + 8.5, x + 1.4, y - 9.0),
        ),
        look,
        facing_rad=-2.4,
    )


def dumping(
    name: str,
    look: int,
    *,
    batches_s: tuple[float, ...],
    cleared_s: float | None,
    spot_m: tuple[float, float],
) -> tuple[Actor, ...]:
    """People bring rubble and sacks, one batch at each moment; two come and clear it away.

    ``cleared_s`` is when the last piece goes; ``None`` leaves the heap.
    """
    count = len(batches_s)
    stages = [Stage(at_s, (number + 1) / count) for number, at_s in enumerate(batches_s)]
    if cleared_s is not None:
        rest = ((3.2, 0.66), (1.6, 0.33), (0.0, 0.0))
        stages += [Stage(cleared_s - before_s, level) for before_s, level in rest]
    there = route((0.0, *spot_m))
    pile = Actor(f"{name}-pile", Model.WASTE, there, look, stages=tuple(stages), always_there=True)
    carriers = tuple(
        _carrier(
            f"{name}-carrier-{number}", look + number, at_s, spot_m, -0.4 if number % 2 else 0.9
        )
        for number, at_s in enumerate(batches_s, start=1)
    )
    if cleared_s is None:
        return pile, *carriers
    cleaners = (
        _cleaner(f"{name}-cleaner-1", look + 9, cleared_s, cleared_s - 1.3, spot_m, -0.5),
        _cleaner(f"{name}-cleaner-2", look + 10, cleared_s, cleared_s + 0.1, spot_m, 0.7),
    )
    return pile, *carriers, *cleaners


def _carrier(
    name: str, look: int, drops_s: float, spot_m: tuple[float, float], side_m: float
) -> Actor:
    """Comes with a sack, drops it at the heap, goes without."""
    x, y = spot_m[0] + side_m, spot_m[1]
    way = route(
        (drops_s - 5.8, x, y - 9.8),
        (drops_s - 0.4, x, y - 1.5),
        (drops_s + 0.6, x, y - 1.5),
        (drops_s + 6.2, x + 0.4, y - 10.0),
    )
    return Actor(name, Model.PERSON, way, look, carries_s=((0.0, drops_s),), facing_rad=1.6)


def _cleaner(
    name: str,
    look: int,
    cleared_s: float,
    leaves_s: float,
    spot_m: tuple[float, float],
    side_m: float,
) -> Actor:
    """Comes with empty hands, works at the heap, leaves with a sack."""
    x, y = spot_m[0] + side_m, spot_m[1]
    way = route(
        (cleared_s - 9.4, x, y - 10.0),
        (cleared_s - 3.9, x, y - 1.5),
        (leaves_s, x, y - 1.5),
        (leaves_s + 5.3, x + 0.3, y - 10.0),
    )
    return Actor(name, Model.PERSON, way, look, carries_s=((leaves_s, 1e4),), facing_rad=1.6)


def car(
    name: str,
    model: Model,
    look: int,
    *,
    enters_s: float,
    crosses_in_s: float = 8.5,
    away: bool = True,
    slows: bool = False,
) -> Actor:
    """Traffic on the road; ``slows`` makes it nearly stop before the crossing."""
    x = 2.1 if away else -2.1
    ends = (_BEHIND_CAMERA_Y_M, _FAR_Y_M + 8)
    start, end = ends if away else ends[::-1]
    points = [(enters_s, x, start), (enters_s + crosses_in_s, x, end)]
    if slows:
        halt = 32.0 if away else 46.5
        before = enters_s + crosses_in_s * 0.55
        points[1:] = [
            (before, x, halt),
            (before + 2.0, x, halt + (1 if away else -1)),
            (before + 2.0 + crosses_in_s * 0.6, x, end),
        ]
    return Actor(name, model, route(*points), look)


def cyclist(name: str, model: Model, look: int, *, enters_s: float, takes_s: float) -> Actor:
    """Along the right edge of the road, away from the camera."""
    return Actor(name, model, route((enters_s, 3.5, -4.0), (enters_s + takes_s, 3.5, 72.0)), look)


def walker(
    name: str,
    look: int,
    *,
    enters_s: float,
    x_m: float,
    from_y_m: float,
    to_y_m: float,
    lingers: tuple[float, float] | None = None,
) -> Actor:
    """A passer-by on a pavement at 1.25 m/s; ``lingers`` is (at y, for seconds)."""
    pace = 1.25
    if lingers is None:
        takes_s = abs(to_y_m - from_y_m) / pace
        points = [(enters_s, x_m, from_y_m), (enters_s + takes_s, x_m, to_y_m)]
    else:
        stop_y, stay_s = lingers
        arrives_s = enters_s + abs(stop_y - from_y_m) / pace
        points = [
            (enters_s, x_m, from_y_m),
            (arrives_s, x_m, stop_y),
            (arrives_s + stay_s, x_m, stop_y),
            (arrives_s + stay_s + abs(to_y_m - stop_y) / pace, x_m, to_y_m),
        ]
    return Actor(name, Model.PERSON, route(*points), look)


def parked(
    name: str, model: Model, look: int, *, x_m: float, y_m: float, facing_rad: float
) -> Actor:
    """Something that stands there from the start to the end."""
    return Actor(
        name, model, route((0.0, x_m, y_m)), look, facing_rad=facing_rad, always_there=True
    )
