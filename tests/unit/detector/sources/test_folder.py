from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.errors import Fault, SourceError
from detector.sources.folder import FolderSource
from detector.sources.status import SourceStatus
from fences.clock import SECOND_NS
from fences.observation import Gap


def write(path: Path, brightness: int) -> None:
    done, data = cv2.imencode(path.suffix, np.full((20, 30, 3), brightness, np.uint8))
    assert done
    path.write_bytes(data.tobytes())


def test_pictures_come_in_natural_order_at_their_rate(tmp_path: Path) -> None:
    for number, suffix in ((10, "png"), (9, "jpg"), (1, "webp"), (100, "JPG")):
        write(tmp_path / f"画面 {number}.{suffix}", number)
    (tmp_path / "notes.txt").write_text("no picture")
    items = list(FolderSource(tmp_path, fps=Fraction(3), start_wall_ns=50))
    seen = [item for item in items if isinstance(item, Frame)]
    assert [round(float(frame.image().mean())) for frame in seen] == [1, 9, 10, 100]
    assert [frame.media_ns for frame in seen] == [0, SECOND_NS // 3, 2 * SECOND_NS // 3, SECOND_NS]
    assert all(frame.wall_ns == frame.media_ns + 50 for frame in seen)
    assert seen[0].image().shape == (20, 30, 3)


def test_a_damaged_picture_leaves_a_gap_and_is_named(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.png", number)
    (tmp_path / "2.png").write_bytes(b"\x89PNG nothing")
    (tmp_path / "3.png").write_bytes(b"")
    told: list[SourceStatus] = []
    items = list(FolderSource(tmp_path, fps=1, on_status=told.append))
    assert [type(item) for item in items] == [Frame, Frame, Gap, Frame]
    assert items[2] == Gap(SECOND_NS, 4 * SECOND_NS, Fault.DAMAGED)
    assert [status.detail.split()[0] for status in told] == ["2.png", "3.png"]


def test_closing_ends_the_iteration(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.png", number)
    source = FolderSource(tmp_path, fps=1)
    seen = []
    for item in source:
        seen.append(item)
        source.close()
    assert len(seen) == 1


def test_what_is_no_folder_of_pictures_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.touch()
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.png").write_bytes(b"nothing")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, fault, what in (
        (tmp_path / "missing", Fault.NOT_FOUND, "no such folder"),
        (file, Fault.NOT_FOUND, "it is a file"),
        (empty, Fault.NO_PICTURE, "it holds no pictures"),
        (bad, Fault.NO_PICTURE, "none of its pictures can be decoded"),
    ):
        with pytest.raises(SourceError) as caught:
            list(FolderSource(path, fps=1))
        assert caught.value.fault is fault
        assert what in str(caught.value)


@pytest.mark.parametrize("fps", [0, -1, float("inf"), float("nan")])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, fps: float) -> None:
    with pytest.raises(ValueError, match="fps must be above 0"):
        FolderSource(tmp_path, fps=fps)
