"""Shadows of trees in the wind and of clouds, wandering slowly over the street."""

from __future__ import annotations

import cv2
import numpy as np

from replay.scenes import layout
from replay.scenes.arrays import Image
from replay.scenes.camera import View
from replay.scenes.spec import SceneSpec
from replay.scenes.texture import clouds

_PX_PER_M = 8
_MARGIN_M = 12.0
_COARSE = 4


class MovingShadows:
    """A pattern of leaves and one of clouds above the street, drifting at their own pace."""

    def __init__(self, spec: SceneSpec, view: View) -> None:
        rng = np.random.default_rng([spec.seed, 81])
        self._depth = spec.conditions.moving_shadows
        self._view, self._coarse = view, view.scaled(1 / _COARSE)
        width = round((layout.WALL_X_M - layout.FACADE_X_M + 2 * _MARGIN_M) * _PX_PER_M)
        height = round((70 + 2 * _MARGIN_M) * _PX_PER_M)
        leaves = np.clip(0.5 + 1.4 * clouds(rng, height, width, 26, octaves=4), 0, 1)
        under = np.clip(0.7 + 1.2 * clouds(rng, height, width, 130, octaves=2), 0, 1)
        self._leaves: Image = (leaves * under).astype(np.float32)
        drift = np.clip(0.5 + 0.9 * clouds(rng, height, width, 300, octaves=2), 0, 1)
        self._clouds: Image = drift.astype(np.float32)

    def light_left(self, at_s: float) -> Image:
        """What share of the light arrives, uint8 0-255 as BGR, at the view's size."""
        sway_m = 0.45 * np.sin(0.8 * at_s) + 0.2 * np.sin(1.9 * at_s + 1)
        leaves = self._seen(self._leaves, sway_m + 0.05 * at_s, 0.3 * np.sin(0.6 * at_s))
        drifting = self._seen(self._clouds, 0.35 * at_s - 6, 0.1 * at_s)
        dark = self._depth * (0.50 * leaves + 0.22 * drifting)
        share = ((1 - np.clip(dark, 0, 0.8)) * 255).astype(np.uint8)
        wide = cv2.resize(share, (self._view.width_px, self._view.height_px))
        return cv2.cvtColor(wide, cv2.COLOR_GRAY2BGR)

    def _seen(self, pattern: Image, east_m: float, north_m: float) -> Image:
        left_m = layout.FACADE_X_M - _MARGIN_M + east_m
        far_m = 70 + _MARGIN_M + north_m
        to_world = np.array([[1 / _PX_PER_M, 0, left_m], [0, -1 / _PX_PER_M, far_m], [0, 0, 1]])
        axes = np.eye(3)
        homography = self._coarse.plane_to_picture(np.zeros(3), axes[0], axes[1]) @ to_world
        size = (self._coarse.width_px, self._coarse.height_px)
        return cv2.warpPerspective(pattern, homography, size)
