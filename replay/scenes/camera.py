"""A pinhole camera on a pole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin, tan

import numpy as np

from replay.scenes.arrays import Floats

NEAR_M = 0.3
"""Nothing is projected from nearer than this, so that no coordinate becomes infinite."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera hangs and how it looks.

    ``yaw_rad`` turns it left from the street's direction, ``pitch_rad`` down from the
    horizon. Pixels are of the picture that it takes, origin at the top left corner.
    """

    x_m: float = 5.5
    y_m: float = 0.0
    height_m: float = 6.5
    yaw_rad: float = 0.33
    pitch_rad: float = 0.27
    field_of_view_rad: float = 1.10

    @property
    def position_m(self) -> Floats:
        return np.array([self.x_m, self.y_m, self.height_m])

    def axes(self) -> Floats:
        """Rows: the world directions of picture right, picture down and ahead, shape (3, 3)."""
        return _axes(self.yaw_rad, self.pitch_rad)

    def focal_px(self, width_px: int) -> float:
        return width_px / 2 / tan(self.field_of_view_rad / 2)


@lru_cache(maxsize=64)
def _axes(yaw_rad: float, pitch_rad: float) -> Floats:
    right = np.array([cos(yaw_rad), sin(yaw_rad), 0.0])
    ahead = np.array(
        [-sin(yaw_rad) * cos(pitch_rad), cos(yaw_rad) * cos(pitch_rad), -sin(pitch_rad)]
    )
    return np.stack([right, np.cross(ahead, right), ahead])


@dataclass(frozen=True, slots=True)
class View:
    """A camera together with the size of its picture in pixels."""

    camera: Camera
    width_px: int
    height_px: int

    @property
    def focal_px(self) -> float:
        return self.camera.focal_px(self.width_px)

    def scaled(self, factor: float) -> View:
        """The same picture with ``factor`` times as many pixels each way."""
        return View(self.camera, round(self.width_px * factor), round(self.height_px * factor))

    def project(self, points_m: Floats) -> tuple[Floats, Floats]:
        """Pixels (N, 2) and depths along the optical axis in metres (N,) of points (N, 3)."""
        seen = (points_m - self.camera.position_m) @ self.camera.axes().T
        depth_m = np.maximum(seen[:, 2], NEAR_M)
        centre_px = np.array([self.width_px / 2, self.height_px / 2])
        return centre_px + self.focal_px * seen[:, :2] / depth_m[:, None], depth_m

    def rays(self) -> Floats:
        """World directions through the pixel centres, scaled to one metre of depth: (H, W, 3)."""
        columns = (np.arange(self.width_px) + 0.5 - self.width_px / 2) / self.focal_px
        rows = (np.arange(self.height_px) + 0.5 - self.height_px / 2) / self.focal_px
        right, down, ahead = self.camera.axes()
        rays: Floats = columns[None, :, None] * right + rows[:, None, None] * down + ahead
        return rays

    def ground_depths(self, sky_m: float) -> Floats:
        """Depth of the ground along the optical axis for every row (H,), ``sky_m`` above it."""
        rows = (np.arange(self.height_px) + 0.5 - self.height_px / 2) / self.focal_px
        _, down, ahead = self.camera.axes()
        fall = rows * down[2] + ahead[2]
        return np.where(
            fall < -self.camera.height_m / 400,
            -self.camera.height_m / np.minimum(fall, -1e-9),
            sky_m,
        )

    def plane_to_picture(self, origin_m: Floats, across_m: Floats, along_m: Floats) -> Floats:
        """The homography from (a, b) on the plane origin + a across + b along to pixels."""
        axes = self.camera.axes()
        columns = [axes @ across_m, axes @ along_m, axes @ (origin_m - self.camera.position_m)]
        focal = self.focal_px
        intrinsic = np.array(
            [[focal, 0, self.width_px / 2], [0, focal, self.height_px / 2], [0, 0, 1]]
        )
        homography: Floats = intrinsic @ np.stack(columns, axis=1)
        return homography
