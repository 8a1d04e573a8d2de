from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from alerts import picture
from alerts.casebook import decide
from alerts.errors import EvidenceError
from alerts.evidence import EvidenceFolder, describe, write_jpeg
from alerts.picture import Annotation, Image, annotate, can_draw_chinese
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, LANE, fence_event

WHAT = Annotation(
    polygon=LANE,
    boxes=((0.2, 0.4, 0.4, 0.8),),
    lines=("消防通道被占", "临淄区 · 闻韶社区3号门"),
    ascii_lines=("blocked_fire_lane", "linzi / gate-3"),
)


def grey(height: int, width: int) -> Image:
    return np.full((height, width, 3), 128, np.uint8)


@pytest.mark.parametrize(
    ("size", "factor"),
    [((48, 48), 10), ((480, 720), 1), ((640, 360), 2), ((2160, 3840), 1)],
)
def test_a_picture_of_any_size_becomes_readable(size: tuple[int, int], factor: int) -> None:
    drawn = annotate(grey(*size), WHAT)
    assert drawn.shape[1] == size[1] * factor
    assert drawn.shape[0] > size[0] * factor, "the text has a strip of its own, below the scene"
    assert min(drawn.shape[:2]) >= 480


def test_the_scene_shows_fence_and_box_and_is_untouched_elsewhere() -> None:
    image = grey(500, 1000)
    drawn = annotate(image, WHAT)
    assert (image == 128).all(), "the picture that was handed in is not drawn on"
    assert (drawn[:100, :] == 128).all()
    inside = drawn[400, 150]
    assert (inside != 128).any()
    assert np.abs(inside.astype(int) - 128).max() < 40, "the fill can be seen through"
    red = (drawn[:500, :, 2].astype(int) - drawn[:500, :, 0]) > 120
    rows, columns = np.nonzero(red & (drawn[:500, :, 1] < 100))
    assert (columns.min(), rows.min()) == pytest.approx((200, 200), abs=4)
    assert (columns.max(), rows.max()) == pytest.approx((400, 400), abs=4)


def test_boxes_that_reach_outside_and_fences_without_points_are_drawn_as_far_as_they_go() -> None:
    what = Annotation((), ((-0.5, -0.5, 1.5, 1.5),), ("x",), ("x",))
    assert annotate(grey(480, 640), what).shape[1] == 640


def ink(what: Annotation) -> Image:
    """The strip's bright pixels, by column."""
    strip = annotate(grey(480, 640), what)[480:]
    columns: Image = (strip.max(axis=2) > 150).any(axis=0).astype(np.uint8)
    return columns


def test_chinese_is_drawn_and_not_replaced_by_boxes() -> None:
    assert can_draw_chinese()
    one = annotate(grey(480, 640), Annotation((), (), ("消",), ("a",)))
    other = annotate(grey(480, 640), Annotation((), (), ("防",), ("a",)))
    unknown = annotate(grey(480, 640), Annotation((), (), ("\ue123",), ("a",)))
    assert (one != other).any()
    assert (one != unknown).any()


def test_a_line_too_long_for_the_picture_is_written_smaller() -> None:
    columns = np.nonzero(ink(Annotation((), (), ("消防通道" * 40,), ("a",))))[0]
    assert columns.max() < 640 - 2


def test_without_a_chinese_font_the_ids_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "can_draw_chinese", lambda: False)
    other_names = Annotation(WHAT.polygon, WHAT.boxes, ("别的",), WHAT.ascii_lines)
    assert (annotate(grey(480, 640), WHAT) == annotate(grey(480, 640), other_names)).all()


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(bad: Image) -> None:
    with pytest.raises(ValueError, match="expected uint8 height x width x 3"):
        annotate(bad, WHAT)


def test_evidence_is_two_files_under_camera_and_local_day(tmp_path: Path) -> None:
    event = fence_event(EventKind.OPENED, 2 * 3600)  # 00:13 of the next day in Shanghai
    change = decide(None, event, ())
    assert change is not None
    saved = EvidenceFolder(tmp_path, DIRECTORY).save(change.case, event, grey(48, 48))
    path = saved.path
    for file in saved.files:
        data = (tmp_path / file.path).read_bytes()
        assert (file.size_bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert [file.path for file in saved.files] == [path, path.replace(".jpg", ".raw.jpg")]
    assert path == f"gate-3/2026-09-22/{change.case.case_id}.jpg"
    raw = cv2.imread(str(tmp_path / path.replace(".jpg", ".raw.jpg")))
    drawn = cv2.imread(str(tmp_path / path))
    assert raw is not None
    assert drawn is not None
    assert raw.shape == (48, 48, 3)
    assert drawn.shape[1] == 480
    assert [p.name for p in tmp_path.rglob("*.part")] == []


def test_the_picture_says_what_where_and_when_in_local_time() -> None:
    event = fence_event(EventKind.OPENED, 60)
    change = decide(None, event, ())
    assert change is not None
    said = describe(change.case, event, DIRECTORY)
    assert said.lines == (
        "消防通道被占  Blocked fire lane",
        "临淄区 · 闻韶社区3号门 · 消防通道",
        "2026-09-21 22:14:20 +0800",
    )
    assert all(line.isascii() for line in said.ascii_lines)
    assert said.polygon == LANE
    assert said.boxes == ((0.2, 0.4, 0.4, 0.8),)


def test_the_picture_says_how_much_is_left_where_that_is_known() -> None:
    event = fence_event(EventKind.OPENED, 60, occupied_share=0.38, clear_width_m=1.2)
    change = decide(None, event, ())
    assert change is not None
    said = describe(change.case, event, DIRECTORY)
    assert said.lines[2] == "占用 38 %，剩余净宽约 1.2 m  38 % taken, about 1.2 m left free"
    assert said.ascii_lines[2] == "38 % taken, about 1.2 m left free"
    assert len(said.lines) == len(said.ascii_lines) == 4


def test_a_disk_that_refuses_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    write_jpeg(path, grey(20, 20))
    before = path.read_bytes()
    (tmp_path / ".a.jpg.part").mkdir()
    with pytest.raises(EvidenceError, match=r"a\.jpg could not be written"):
        write_jpeg(path, grey(30, 30))
    assert path.read_bytes() == before
