"""The pinhole camera."""

from __future__ import annotations

import numpy as np
import pytest

from replay.scenes.camera import Camera, View

LEVEL = Camera(x_m=0, y_m=0, height_m=5, yaw_rad=0, pitch_rad=0, field_of_view_rad=np.pi / 2)


def test_what_is_straight_ahead_is_in_the_middle() -> None:
    pixels, depths = View(LEVEL, 200, 100).project(np.array([[0.0, 10.0, 5.0]]))
    assert pixels[0].tolist() == pytest.approx([100, 50])
    assert depths[0] == pytest.approx(10)


@pytest.mark.parametrize(
    ("point_m", "pixel"),
    [
        ((10.0, 10.0, 5.0), (200, 50)),  # 45 degrees right: the right edge
        ((-5.0, 10.0, 5.0), (50, 50)),
        ((0.0, 10.0, 0.0), (100, 100)),  # the ground is below the horizon
    ],
)
def test_right_is_right_and_the_ground_is_below(
    point_m: tuple[float, float, float], pixel: tuple[float, float]
) -> None:
    assert View(LEVEL, 200, 100).project(np.array([point_m]))[0][0] == pytest.approx(pixel)


def test_rays_meet_the_points_that_project_onto_their_pixels() -> None:
    view = View(Camera(), 64, 36)
    point = view.camera.position_m + 17.0 * view.rays()[20, 40]
    pixels, depths = view.project(point[None])
    assert pixels[0] == pytest.approx([40.5, 20.5])
    assert depths[0] == pytest.approx(17)


def test_the_ground_homography_agrees_with_the_projection() -> None:
    view = View(Camera(), 640, 360)
    axes = np.eye(3)
    homography = view.plane_to_picture(np.zeros(3), axes[0], axes[1])
    x, y, w = homography @ [-3.0, 20.0, 1.0]
    assert view.project(np.array([[-3.0, 20.0, 0.0]]))[0][0] == pytest.approx([x / w, y / w])


def test_ground_depths_are_those_of_projected_ground_points() -> None:
    view = View(Camera(), 64, 36)
    depth_m = view.ground_depths(sky_m=1e4)[30]
    point = view.camera.position_m + depth_m * view.rays()[30, 10]
    assert point[2] == pytest.approx(0, abs=1e-9)
