"""Backgrounds on disk: whole or not at all, and a bad one costs only itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import structlog

from detector.framing import SIZE_HW
from detector.obstruction.memory import Memory, encode_memory, new_memory
from kerbwatch.wire.backgrounds import BackgroundFolder
from tests.fences_kit import fence
from tests.obstruction_kit import WIDE


def memory(grey: int) -> Memory:
    corners = np.array([[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]])
    return new_memory(np.full((6, 8, 3), grey, np.float32), 7, corners)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    folder = BackgroundFolder(tmp_path)
    folder.save("gate-3", {"lane": memory(10), "strip": memory(20)})
    found = folder.load("gate-3", ["lane", "strip", "new"])
    assert sorted(found) == ["lane", "strip"]
    assert encode_memory(found["strip"]) == encode_memory(memory(20))


def test_fences_of_the_same_name_at_other_cameras_are_others(tmp_path: Path) -> None:
    folder = BackgroundFolder(tmp_path)
    folder.save("gate-3", {"lane": memory(10)})
    assert folder.load("gate-4", ["lane"]) == {}


def test_where_a_camera_looked_belongs_to_the_fences_that_were_drawn_there(tmp_path: Path) -> None:
    folder, here, redrawn = BackgroundFolder(tmp_path), fence(), fence(polygon=WIDE)
    view = np.random.default_rng(1).uniform(0, 4, SIZE_HW).astype(np.float32)
    folder.save_view("gate-3", [here], view)
    kept = folder.load_view("gate-3", [here])
    assert kept is not None
    np.testing.assert_allclose(kept, view, rtol=1e-3)
    assert folder.load_view("gate-3", [redrawn]) is None
    assert folder.load_view("gate-4", [here]) is None


def test_a_view_that_cannot_be_read_is_told_of_and_learned_anew(tmp_path: Path) -> None:
    folder = BackgroundFolder(tmp_path)
    folder.save_view("gate-3", [fence()], np.ones(SIZE_HW, np.float32))
    (path,) = tmp_path.glob("*.view.npy")
    path.write_bytes(b"no view")
    with structlog.testing.capture_logs() as logs:
        assert folder.load_view("gate-3", [fence()]) is None
    assert [(line["event"], line["file"]) for line in logs] == [("view_unreadable", str(path))]


@pytest.mark.parametrize("content", [b"", b"no archive", None], ids=["empty", "text", "cut off"])
def test_a_file_that_cannot_be_read_is_told_of_and_left_out(
    tmp_path: Path, content: bytes | None
) -> None:
    folder = BackgroundFolder(tmp_path)
    folder.save("gate-3", {"lane": memory(10), "strip": memory(20)})
    path = tmp_path / "gate-3" / "lane.npz"
    path.write_bytes(path.read_bytes()[:200] if content is None else content)
    with structlog.testing.capture_logs() as logs:
        assert list(folder.load("gate-3", ["lane", "strip"])) == ["strip"]
    assert [(line["event"], line["file"]) for line in logs] == [
        ("background_unreadable", str(path))
    ]


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = BackgroundFolder(tmp_path)
    folder.save("gate-3", {"lane": memory(10)})

    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        folder.save("gate-3", {"lane": memory(20)})
    monkeypatch.undo()
    assert encode_memory(folder.load("gate-3", ["lane"])["lane"]) == encode_memory(memory(10))
