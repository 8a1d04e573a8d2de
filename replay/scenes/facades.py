"""House fronts: walls, windows, air conditioners, shops with their signs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from replay.scenes.arrays import Colour, Image
from replay.scenes.texture import clouds, grain

PX_PER_M = 32
_SHOP_M = 3.9

_WALLS: tuple[Colour, ...] = (
    (150, 172, 188),
    (120, 138, 160),
    (168, 176, 178),
    (138, 158, 176),
    (104, 120, 146),
    (176, 186, 190),
    (148, 150, 148),
)
_SIGNS: tuple[tuple[Colour, Colour], ...] = (
    ((36, 36, 176), (235, 240, 245)),
    ((120, 70, 24), (235, 240, 240)),
    ((40, 110, 30), (235, 245, 240)),
    ((30, 160, 220), (30, 30, 150)),
    ((60, 60, 62), (60, 190, 235)),
    ((215, 215, 215), (40, 40, 170)),
)
_NAMES = (
    "便利店",
    "兰州拉面",
    "大药房",
    "五金建材",
    "水果超市",
    "理发店",
    "中国移动",
    "沙县小吃",
    "烟酒茶",
    "房产中介",
    "早餐店",
    "打印复印",
    "眼镜店",
    "洗衣店",
)


@dataclass(frozen=True, slots=True, eq=False)
class Facade:
    """A front seen head on, row 0 at the roof: its colours and what shines in the dark."""

    colours: Image
    glow: Image
    width_m: float
    height_m: float


class _Wall:
    """A front being painted; rectangles are in metres from the lower left corner."""

    def __init__(self, rng: np.random.Generator, width_m: float, height_m: float) -> None:
        self.rng = rng
        self.width_m, self.height_m = width_m, height_m
        rows, columns = round(height_m * PX_PER_M), round(width_m * PX_PER_M)
        base = np.array(_WALLS[rng.integers(len(_WALLS))], np.float32) * rng.uniform(0.95, 1.15)
        dirt = 1 + 0.05 * clouds(rng, rows, columns, 90) + 0.03 * grain(rng, rows, columns)
        self.colours: Image = np.clip(base * dirt[:, :, None], 0, 255).astype(np.uint8)
        self.glow: Image = np.zeros_like(self.colours)

    def fill(
        self,
        x_m: float,
        z_m: float,
        width_m: float,
        height_m: float,
        colour: Colour,
        glow: float = 0.0,
    ) -> tuple[slice, slice]:
        top = round((self.height_m - z_m - height_m) * PX_PER_M)
        left = round(x_m * PX_PER_M)
        rows = slice(max(top, 0), max(top + round(height_m * PX_PER_M), 0))
        columns = slice(max(left, 0), max(left + round(width_m * PX_PER_M), 0))
        self.colours[rows, columns] = colour
        self.glow[rows, columns] = np.array(colour) * glow
        return rows, columns


def facade(rng: np.random.Generator, width_m: float, height_m: float, *, shops: bool) -> Facade:
    """A front of flats, with shops on the ground floor where wanted."""
    wall = _Wall(rng, width_m, height_m)
    for row in range(0, wall.colours.shape[0], round(3.1 * PX_PER_M)):
        wall.colours[row : row + 3] = wall.colours[row : row + 3] // 4 * 3
    first_floor_m = _SHOP_M if shops else 0.9
    _flats(wall, first_floor_m)
    if shops:
        _shop_row(wall)
    return Facade(wall.colours, wall.glow, width_m, height_m)


def _flats(wall: _Wall, from_m: float) -> None:
    rng = wall.rng
    bay_m = rng.uniform(2.6, 3.6)
    count = max(int(wall.width_m / bay_m), 1)
    margin_m = (wall.width_m - count * bay_m) / 2
    wide_m, high_m = rng.uniform(1.3, 1.9), rng.uniform(1.4, 1.7)
    z_m = from_m + 0.8
    while z_m + high_m < wall.height_m - 0.3:
        for bay in range(count):
            x_m = margin_m + bay * bay_m + (bay_m - wide_m) / 2
            _window(wall, x_m, z_m, wide_m, high_m)
            if rng.random() < 0.45:
                _air_conditioner(wall, x_m + rng.uniform(0, wide_m - 0.8), z_m - 0.72)
        z_m += 3.0


def _window(wall: _Wall, x_m: float, z_m: float, wide_m: float, high_m: float) -> None:
    rng = wall.rng
    wall.fill(x_m - 0.08, z_m - 0.1, wide_m + 0.16, high_m + 0.18, (196, 200, 200))
    lit = rng.random() < 0.3
    rows, columns = wall.fill(x_m, z_m, wide_m, high_m, (104, 96, 86))
    if lit:
        wall.glow[rows, columns] = np.array([110, 170, 205]) * rng.uniform(0.5, 1.0)
    part = wall.colours[rows, columns]
    if not part.size:
        return
    fade = np.linspace(1.25, 0.62, part.shape[0])[:, None, None] * rng.uniform(0.7, 1.1)
    part[:] = np.clip(part * fade, 0, 255)
    part[:2] //= 2
    part[:, :2] //= 2
    if rng.random() < 0.5:
        curtain = int(part.shape[1] * rng.uniform(0.2, 0.5))
        part[:, :curtain] = part[:, :curtain] // 2 + np.array([85, 92, 96], np.uint8)
    middle = part.shape[1] // 2
    part[:, middle - 1 : middle + 1] = (178, 180, 182)


def _air_conditioner(wall: _Wall, x_m: float, z_m: float) -> None:
    rows, columns = wall.fill(x_m, z_m, 0.82, 0.56, (198, 202, 204))
    part = wall.colours[rows, columns]
    if part.shape[0] > 12:
        centre = (part.shape[1] // 3, part.shape[0] // 2)
        cv2.circle(part, centre, part.shape[0] // 3, (120, 122, 124), -1, cv2.LINE_AA)
        part[-2:] //= 2
    stain_rows = slice(rows.stop, rows.stop + PX_PER_M)
    wall.colours[stain_rows, columns] = wall.colours[stain_rows, columns] // 10 * 9


def _shop_row(wall: _Wall) -> None:
    rng = wall.rng
    x_m = 0.0
    while x_m < wall.width_m - 2.4:
        width_m = min(rng.uniform(3.4, 5.4), wall.width_m - x_m)
        _shop(wall, x_m, width_m)
        x_m += width_m


def _shop(wall: _Wall, x_m: float, width_m: float) -> None:
    rng = wall.rng
    closed = rng.random() < 0.2
    inner: Colour = (148, 150, 152) if closed else (74, 84, 92)
    rows, columns = wall.fill(
        x_m + 0.15, 0.0, width_m - 0.3, 2.75, inner, glow=0.0 if closed else 1.6
    )
    part = wall.colours[rows, columns]
    if closed:
        part[::5] = part[::5] // 5 * 4
    else:
        _shop_window(part, rng)
        wall.glow[rows, columns] = np.clip(part * [0.9, 1.35, 1.6], 0, 255)
    _sign(wall, x_m + 0.1, width_m - 0.2)


def _shop_window(part: Image, rng: np.random.Generator) -> None:
    """Shelves with goods behind glass, a door, reflections."""
    height, width = part.shape[:2]
    for _ in range(110):
        x, y = int(rng.uniform(0, width)), int(rng.uniform(height * 0.25, height * 0.9))
        tone = rng.uniform(40, 150) + rng.uniform(-26, 26, 3)
        part[y : y + int(rng.uniform(3, 9)), x : x + int(rng.uniform(3, 10))] = tone
    part[:] = np.clip(part * np.linspace(0.75, 1.0, height)[:, None, None], 0, 255)
    for share in (0.0, 0.34, 0.66, 0.97):
        column = int(width * share)
        part[:, column : column + 3] = (170, 172, 172)
    door = slice(int(width * 0.36), int(width * 0.64))
    part[: height - 3, door] = part[: height - 3, door] // 2 + 20
    part[:3] //= 3
    part[-9:] = (96, 98, 100)


def _sign(wall: _Wall, x_m: float, width_m: float) -> None:
    rng = wall.rng
    back, ink = _SIGNS[rng.integers(len(_SIGNS))]
    rows, columns = wall.fill(x_m, 2.8, width_m, 1.0, back, glow=1.0)
    part = np.ascontiguousarray(wall.colours[rows, columns])
    name = _NAMES[rng.integers(len(_NAMES))]
    size = 25
    start = max((part.shape[1] - len(name) * size) // 2, 2)
    cv2.putText(part, name, (start, part.shape[0] // 2 + 9), ink, cv2.FontFace("uni"), size, 700)
    cv2.rectangle(part, (0, 0), (part.shape[1] - 1, part.shape[0] - 1), (60, 60, 60), 1)
    wall.colours[rows, columns] = part
    if rng.random() < 0.85:
        wall.glow[rows, columns] = part
    below = slice(rows.stop, rows.stop + 8)
    wall.colours[below, columns] //= 2
