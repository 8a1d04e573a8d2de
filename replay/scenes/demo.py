"""The demo clip: three violations that come, stand and go, and a seam that does not show."""

from __future__ import annotations

from replay.scenes.camera import Camera
from replay.scenes.happenings import car, cyclist, dumping, lane_blocker, vending, walker
from replay.scenes.layout import FENCES
from replay.scenes.spec import Actor, Conditions, Model, SceneSpec

DURATION_S = 45.0


def demo_scene(
    seed: int = 11, *, width_px: int = 1280, height_px: int = 720, fps: float = 12.5
) -> SceneSpec:
    """A loop of 45 s: a van in the fire lane, a stall on the pavement, a heap of rubble.

    At the first and at the last frame nobody is in the picture, so it can be played on
    and on as a live camera.
    """
    return SceneSpec(
        seed=seed,
        width_px=width_px,
        height_px=height_px,
        fps=fps,
        duration_s=DURATION_S,
        camera=Camera(),
        fences=FENCES,
        conditions=Conditions(sun=0.6),
        actors=(*_violations(seed * 100), *_passers_by(seed * 100)),
        note="Rendered. A van stands in the fire lane, a stall is set up and packed, a heap "
        "of rubble grows and is cleared. Loops without a seam.",
    )


def _violations(look: int) -> tuple[Actor, ...]:
    return (
        lane_blocker("van", Model.VAN, look + 4, stands_s=6.0, leaves_s=20.0, y_m=25.5),
        *vending("fruit", look + 10, stands_s=10.0, leaves_s=28.0, spot_m=(-10.8, 16.6)),
        *dumping(
            "rubble", look + 20, batches_s=(13.6, 15.4, 17.6), cleared_s=34.2, spot_m=(6.4, 15.2)
        ),
    )


def _passers_by(look: int) -> tuple[Actor, ...]:
    """Traffic that never stands, all gone before the end."""
    return (
        car("car-1", Model.SEDAN, look + 31, enters_s=0.6),
        car("car-2", Model.SUV, look + 32, enters_s=25.0, away=False),
        car("car-3", Model.SEDAN, look + 33, enters_s=34.0),
        cyclist("e-bike-1", Model.E_BIKE, look + 34, enters_s=11.0, takes_s=12.0),
        cyclist("bicycle-1", Model.BICYCLE, look + 35, enters_s=27.0, takes_s=16.5),
        walker("walker-1", look + 36, enters_s=2.0, x_m=7.9, from_y_m=44.0, to_y_m=5.0),
    )
