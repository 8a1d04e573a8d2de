"""Scenes to order: every condition, with and without violations, varied by the seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from replay.scenes.camera import Camera
from replay.scenes.demo import demo_scene
from replay.scenes.happenings import (
    car,
    cyclist,
    dumping,
    lane_blocker,
    parked,
    vending,
    walker,
)
from replay.scenes.layout import FENCES
from replay.scenes.spec import Actor, Conditions, DayPart, ExposureStep, Model, SceneSpec

CONDITIONS: dict[str, Conditions] = {
    "day": Conditions(sun=0.7),
    "overcast": Conditions(sun=0.0),
    "dusk": Conditions(day_part=DayPart.DUSK, noise=2.5),
    "night": Conditions(day_part=DayPart.NIGHT, noise=3.5),
    "infrared": Conditions(day_part=DayPart.NIGHT, infrared=True, noise=4.0),
    "rain": Conditions(rain=0.8, sun=0.0),
    "night_rain": Conditions(day_part=DayPart.NIGHT, rain=0.8, noise=3.5),
    "snow": Conditions(snow=0.9, sun=0.0),
    "shadows": Conditions(sun=0.8, moving_shadows=0.9),
    "exposure": Conditions(
        sun=0.5,
        exposure_steps=(ExposureStep(9.0, 1.6), ExposureStep(19.0, 0.55), ExposureStep(29.0, 1.4)),
    ),
    "shake": Conditions(sun=0.5, shake_px=2.5),
    "fog": Conditions(fog=0.6, sun=0.0),
    "crowd": Conditions(sun=0.4),
}
"""The named conditions; combine others with :func:`dataclasses.replace`."""

VARIANTS = ("positive", "negative")

_CLOCKS = {
    DayPart.DAY: "2026-05-12 09:30:00",
    DayPart.DUSK: "2026-05-12 19:05:00",
    DayPart.NIGHT: "2026-05-12 22:40:00",
}
_CARS = (Model.SEDAN, Model.SUV, Model.VAN, Model.TRUCK)
_CROWD = 22
_ALONE_S = 12.0
_SHORTEST_S = 30.0
_USUAL_S = 40.0
_PAVEMENTS_X_M = ((-12.4, -9.4), (7.75, 8.1))


def make_scene(
    condition: str,
    seed: int,
    *,
    positive: bool = True,
    width_px: int = 960,
    height_px: int = 540,
    fps: float = 12.5,
    duration_s: float = 40.0,
) -> SceneSpec:
    """A scene of one of :data:`CONDITIONS`: camera, people, colours, times from the seed.

    A positive one holds one to three violations; a negative one only what may be mistaken
    for them: passers-by who linger, cars that slow down, what has always stood there; in a
    long one also vehicles and people that stop in a fence for less than its dwell.
    """
    if condition not in CONDITIONS:
        raise ValueError(f"got condition {condition!r}, expected one of {sorted(CONDITIONS)}")
    if duration_s < _SHORTEST_S:
        raise ValueError(f"got a duration of {duration_s} s, expected at least {_SHORTEST_S}")
    rng = np.random.default_rng([seed, 101, positive])
    conditions = CONDITIONS[condition]
    actors = list(_violations(rng, duration_s) if positive else ())
    actors += _traffic(rng, duration_s)
    walkers = (_CROWD if condition == "crowd" else 4) * max(duration_s / _USUAL_S, 1.0)
    actors += _pedestrians(rng, duration_s, round(walkers))
    actors += _always_there(rng)
    if duration_s > _USUAL_S and not positive:
        actors += _brief_stops(rng, duration_s)
    variant = VARIANTS[0] if positive else VARIANTS[1]
    return SceneSpec(
        seed=seed,
        width_px=width_px,
        height_px=height_px,
        fps=fps,
        duration_s=duration_s,
        camera=_camera(rng),
        fences=FENCES,
        conditions=replace(
            conditions,
            shake_px=conditions.shake_px * height_px / 720,
            exposure_steps=_repeated(conditions.exposure_steps, duration_s),
        ),
        actors=tuple(actors),
        clock_start=_CLOCKS[conditions.day_part],
        note=f"Rendered: {condition}, {variant}, seed {seed}.",
    )


def _camera(rng: np.random.Generator) -> Camera:
    """Small differences only: the three fences stay in the picture."""
    return Camera(
        x_m=5.5 + rng.uniform(-0.5, 0.5),
        height_m=6.5 + rng.uniform(-0.5, 0.8),
        yaw_rad=0.33 + rng.uniform(-0.02, 0.02),
        pitch_rad=0.27 + rng.uniform(-0.01, 0.03),
        field_of_view_rad=1.13 + rng.uniform(-0.02, 0.05),
    )


def _repeated(steps: tuple[ExposureStep, ...], duration_s: float) -> tuple[ExposureStep, ...]:
    """The steps over and over, each second time the other way, so that the light comes back."""
    found = list(steps)
    turn = 1
    while steps and turn * _USUAL_S < duration_s:
        found += [
            ExposureStep(turn * _USUAL_S + step.at_s, 1 / step.gain if turn % 2 else step.gain)
            for step in steps
        ]
        turn += 1
    return tuple(found)


def _look(rng: np.random.Generator) -> int:
    return int(rng.integers(1_000_000))


def _violations(rng: np.random.Generator, duration_s: float) -> list[Actor]:
    """One to three of the three kinds, each standing for at least eight seconds."""
    kinds = rng.permutation(3)[: rng.integers(1, 4)]
    actors: list[Actor] = []
    for kind in kinds:
        stands_s = float(rng.uniform(8.0, duration_s * 0.35))
        leaves_s = stands_s + float(rng.uniform(10.0, duration_s * 0.5))
        if kind == 0:
            models = (*_CARS, Model.E_BIKE)
            stays = leaves_s if rng.random() < 0.75 else None
            actors.append(
                lane_blocker(
                    "blocker",
                    models[rng.integers(len(models))],
                    _look(rng),
                    stands_s=stands_s,
                    leaves_s=stays,
                    y_m=float(rng.uniform(23.5, 27.0)),
                )
            )
        elif kind == 1:
            spot = (-10.8 + float(rng.uniform(-0.4, 0.5)), 16.6 + float(rng.uniform(-0.5, 0.5)))
            actors += vending(
                "vending",
                _look(rng),
                stands_s=stands_s,
                leaves_s=leaves_s,
                spot_m=spot,
                customers=int(rng.integers(0, 3)),
            )
        else:
            spot = (6.3 + float(rng.uniform(-0.2, 0.2)), 15.2 + float(rng.uniform(-0.5, 0.9)))
            steps = stands_s + np.cumsum([0.0, *rng.uniform(1.6, 2.6, int(rng.integers(1, 4)))])
            # It is dumping once they have gone: they leave it alone for a while.
            left_s = max(leaves_s, float(steps[-1]) + _ALONE_S)
            cleared = left_s + 6.0 if rng.random() < 0.6 else None
            actors += dumping(
                "dumping",
                _look(rng),
                batches_s=tuple(map(float, steps)),
                cleared_s=cleared,
                spot_m=spot,
            )
    return actors


def _traffic(rng: np.random.Generator, duration_s: float) -> list[Actor]:
    actors: list[Actor] = []
    at_s = float(rng.uniform(-3, 4))
    while at_s < duration_s:
        number = len(actors) + 1
        choice = rng.random()
        if choice < 0.7:
            actors.append(
                car(
                    f"car-{number}",
                    _CARS[rng.integers(len(_CARS))],
                    _look(rng),
                    enters_s=at_s,
                    away=bool(rng.random() < 0.5),
                    crosses_in_s=float(rng.uniform(7, 11)),
                    slows=bool(rng.random() < 0.3),
                )
            )
        else:
            model = Model.E_BIKE if choice < 0.88 else Model.BICYCLE
            actors.append(
                cyclist(
                    f"cycle-{number}",
                    model,
                    _look(rng),
                    enters_s=at_s,
                    takes_s=float(rng.uniform(11, 17)),
                )
            )
        at_s += float(rng.uniform(4.0, 9.0))
    return actors


def _pedestrians(rng: np.random.Generator, duration_s: float, count: int) -> list[Actor]:
    actors = []
    for number in range(1, count + 1):
        side = _PAVEMENTS_X_M[rng.integers(2)]
        ends = (5.0, 48.0) if rng.random() < 0.5 else (48.0, 5.0)
        lingers = None
        if rng.random() < 0.35:
            # With slowing down and setting off, shorter than any dwell: a pause is no violation.
            lingers = (float(rng.uniform(14.0, 30.0)), float(rng.uniform(1.0, 3.0)))
        actors.append(
            walker(
                f"walker-{number}",
                _look(rng),
                enters_s=float(rng.uniform(-30, duration_s - 5)),
                x_m=float(rng.uniform(*side)),
                from_y_m=ends[0],
                to_y_m=ends[1],
                lingers=lingers,
            )
        )
    return actors


def _brief_stops(rng: np.random.Generator, duration_s: float) -> list[Actor]:
    """Stops in the fences: somebody gets out of a taxi, a walker waits on the dumping ground."""
    actors: list[Actor] = []
    at_s = float(rng.uniform(20.0, 50.0))
    while at_s < duration_s - 20.0:
        number = len(actors) + 1
        if rng.random() < 0.6:
            model = (*_CARS, Model.E_BIKE)[rng.integers(5)]
            leaves_s = at_s + float(rng.uniform(1.0, 2.0))
            y_m = float(rng.uniform(23.5, 27.0))
            look = _look(rng)
            actors.append(
                lane_blocker(
                    f"stop-{number}", model, look, stands_s=at_s, leaves_s=leaves_s, y_m=y_m
                )
            )
        else:
            actors.append(
                walker(
                    f"stop-{number}",
                    _look(rng),
                    enters_s=at_s,
                    x_m=float(rng.uniform(5.4, 7.4)),
                    from_y_m=4.0,
                    to_y_m=35.0,
                    lingers=(float(rng.uniform(13.5, 17.5)), float(rng.uniform(1.0, 2.0))),
                )
            )
        at_s += float(rng.uniform(30.0, 60.0))
    return actors


def _always_there(rng: np.random.Generator) -> list[Actor]:
    """Parked along the road, outside the fences, from before the clip begins."""
    actors = []
    for number, y_m in enumerate((46.0, 53.5, 61.0), start=1):
        if rng.random() < 0.6:
            actors.append(
                parked(
                    f"parked-{number}",
                    _CARS[rng.integers(3)],
                    _look(rng),
                    x_m=-6.6,
                    y_m=y_m,
                    facing_rad=-np.pi / 2,
                )
            )
    if rng.random() < 0.6:
        actors.append(
            parked(
                "parked-e-bike",
                Model.E_BIKE,
                _look(rng),
                x_m=-12.4,
                y_m=31.0,
                facing_rad=float(rng.uniform(-0.4, 0.4)),
            )
        )
    return actors


__all__ = ["CONDITIONS", "VARIANTS", "demo_scene", "make_scene"]
