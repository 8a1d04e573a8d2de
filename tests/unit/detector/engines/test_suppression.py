from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.cards import ModelCard, Placement
from detector.engines.layouts import Candidates
from detector.engines.letterbox import fit
from detector.engines.suppression import detections, distinct
from fences.box import Box, iou
from fences.observation import Detection, Seeing

MakeCard = Callable[..., ModelCard]
WHOLE = fit((64, 64), (64, 64), Placement.TOP_LEFT)
CAR, TRUCK, KITE = range(3)


def candidates(*rows: tuple[float, float, float, float, float, int]) -> Candidates:
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Candidates(table[:, :4], table[:, 4], table[:, 5].astype(np.intp))


def test_one_thing_seen_as_two_classes_of_one_label_is_one_detection(
    make_card: MakeCard,
) -> None:
    found = candidates((0, 0, 32, 32, 0.6, CAR), (1, 0, 33, 32, 0.8, TRUCK))
    (detection,) = detections(found, WHOLE, make_card())
    assert detection.label == "vehicle"
    assert detection.score == pytest.approx(0.8)
    assert detection.seen_by is Seeing.LEARNED
    assert detection.box == Box(1 / 64, 0, 33 / 64, 0.5)


def test_different_labels_do_not_suppress_each_other(make_card: MakeCard) -> None:
    found = candidates((0, 0, 32, 32, 0.6, CAR), (0, 0, 32, 32, 0.8, TRUCK))
    card = make_card(labels=("vehicle", "stall", None))
    assert [d.label for d in detections(found, WHOLE, card)] == ["stall", "vehicle"]


def test_a_class_without_a_label_is_dropped_and_suppresses_nothing(make_card: MakeCard) -> None:
    found = candidates((0, 0, 32, 32, 0.6, CAR), (0, 0, 32, 32, 0.9, KITE))
    assert [d.label for d in detections(found, WHOLE, make_card())] == ["vehicle"]


def test_boxes_may_reach_outside_the_frame(make_card: MakeCard) -> None:
    (detection,) = detections(candidates((-16, 32, 80, 96, 0.6, CAR)), WHOLE, make_card())
    assert detection.box == Box(-0.25, 0.5, 1.25, 1.5)


def test_nothing_gives_nothing(make_card: MakeCard) -> None:
    assert detections(candidates(), WHOLE, make_card()) == ()
    assert detections(candidates((0, 0, 9, 9, 0.9, KITE)), WHOLE, make_card()) == ()


SIDE = st.integers(1, 40)
ROW = st.tuples(st.integers(0, 40), st.integers(0, 40), SIDE, SIDE, st.integers(30, 99))


@given(st.lists(ROW, min_size=1, max_size=25))
def test_no_two_of_the_kept_overlap_and_every_dropped_one_overlaps_a_better(
    rows: list[tuple[int, int, int, int, int]],
) -> None:
    xyxy = np.array([(x, y, x + w, y + h) for x, y, w, h, _ in rows], np.float32)
    scores = np.array([score / 100 for *_, score in rows], np.float32)
    kept = distinct(xyxy, scores, np.zeros(len(rows), np.intp), 0.5).tolist()
    boxes = [Box(*map(float, corners)) for corners in xyxy]
    assert scores[kept].tolist() == sorted(scores[kept].tolist(), reverse=True)
    for index, box in enumerate(boxes):
        better = [other for other in kept if other != index and scores[other] >= scores[index]]
        worst = max((iou(box, boxes[other]) for other in better), default=0.0)
        assert worst <= 0.5 + 1e-6 if index in kept else worst >= 0.5 - 1e-6


def test_detections_are_plain_values(make_card: MakeCard) -> None:
    (detection,) = detections(candidates((0, 0, 32, 32, 0.6, CAR)), WHOLE, make_card())
    assert isinstance(detection, Detection)
    assert all(type(value) is float for value in (*detection.box.xyxy, detection.score))
