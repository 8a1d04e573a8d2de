"""What shines at night: halos of lamps, and headlight beams on the road."""

from __future__ import annotations

from math import cos, sin

import cv2
import numpy as np

from replay.scenes.arrays import Floats, Image, Point
from replay.scenes.camera import View
from replay.scenes.light import Light
from replay.scenes.shapes import Pose

_COARSE = 4
_BEAM_REACH_M = 15.0
_FRONT_M = 2.2
_HEADLAMP = np.array([0.86, 0.96, 1.0])
_STREET_LAMP = np.array([0.62, 0.86, 1.0])


def add_beams(frame: Image, own_colours: Image, poses: list[Pose], view: View) -> None:
    """Light up, in place, the ground ahead of vehicles: ``own_colours`` times their beams."""
    if not poses:
        return
    coarse = view.scaled(1 / _COARSE)
    light: Image = np.zeros((coarse.height_px, coarse.width_px), np.uint8)
    for pose in poses:
        for reach, level in ((1.0, 60.0), (0.8, 105.0), (0.58, 160.0), (0.36, 200.0)):
            outline, depths = coarse.project(_beam(pose, reach))
            if depths.min() > 1.0:
                cv2.fillConvexPoly(
                    light, np.rint(outline * 16).astype(np.int32), (level,), cv2.LINE_AA, 4
                )
    light = cv2.GaussianBlur(light, (0, 0), 2.4)
    wide = cv2.resize(light, (view.width_px, view.height_px), interpolation=cv2.INTER_LINEAR)
    frame[:] = cv2.add(
        frame, cv2.multiply(own_colours, cv2.cvtColor(wide, cv2.COLOR_GRAY2BGR), scale=1.1 / 255)
    )


def _beam(pose: Pose, reach: float) -> Floats:
    """The outline of a beam on the ground: narrow at the bumper, wide and round ahead."""
    length = _FRONT_M + _BEAM_REACH_M * reach
    turns = np.linspace(-np.pi / 2, np.pi / 2, 9)
    round_end = [(length - 2 + 2 * cos(a), 2.4 * reach * sin(a), 0.0) for a in turns]
    return pose.place(np.array([(_FRONT_M, -0.8, 0.0), *round_end, (_FRONT_M, 0.8, 0.0)]))


def add_halo(frame: Image, place_m: Point, radius_m: float, gain: float, view: View) -> None:
    """A bright point with a soft ring around it, in place."""
    pixel, depth = view.project(np.asarray(place_m, np.float64)[None, :])
    if depth[0] < 1.0:
        return
    radius = int(np.clip(radius_m * view.focal_px / depth[0], 2, 90))
    x, y = int(pixel[0, 0]), int(pixel[0, 1])
    left, top = max(x - radius, 0), max(y - radius, 0)
    right, bottom = min(x + radius + 1, view.width_px), min(y + radius + 1, view.height_px)
    if right <= left or bottom <= top:
        return
    columns = (np.arange(left, right) - x) / radius
    rows = (np.arange(top, bottom) - y) / radius
    far = np.clip(1 - np.hypot(columns[None, :], rows[:, None]), 0, 1)
    shine = 255 * gain * (0.55 * far**2 + 0.9 * np.clip(far - 0.72, 0, 1) / 0.28)
    tint = (shine[:, :, None] * _HEADLAMP).clip(0, 255).astype(np.uint8)
    frame[top:bottom, left:right] = cv2.add(frame[top:bottom, left:right], tint)


def add_street_lamps(frame: Image, view: View, light: Light) -> None:
    """The halos of the street's own lamps, in place."""
    for lamp_m in light.lamps_m:
        add_halo(frame, lamp_m - np.array([0, 0, 0.1]), 0.8, min(1.0, light.glow_gain), view)
