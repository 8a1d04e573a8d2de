"""Pictures and label files as YOLO's tools lay them out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fences.box import Box
from kerbwatch.config.dataset import DataSet
from kerbwatch.errors import DataError
from kerbwatch.wire.dataset import labels_file, marked_pictures, pictures

LABELS = {0: "vehicle", 2: "waste"}
MakeData = Callable[..., DataSet]


@pytest.fixture
def data(tmp_path: Path) -> MakeData:
    """A data set of two pictures in folders; ``labels`` is what is marked in the first."""

    def make(labels: str = "", val: str = "images/val") -> DataSet:
        for name in ("images/val/b.jpg", "images/val/sub/a.png", "labels/val/b.txt"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "images/val/b.jpg").touch()
        (tmp_path / "images/val/sub/a.png").touch()
        (tmp_path / "labels/val/b.txt").write_text(labels)
        classes = {0: "car", 1: "kite", 2: "waste"}
        return DataSet(tmp_path / "data.yaml", tmp_path, classes, {"val": (val,)})

    return make


def test_boxes_are_read_and_classes_without_a_label_left_out(data: MakeData) -> None:
    first, second = marked_pictures(
        data("0 0.5 0.5 0.2 0.4\n1 0.5 0.5 1 1\n\n2.0 0.25 0.5 0.5 1\n"), "val", LABELS
    )
    assert (first.path.name, second.path.name) == ("b.jpg", "a.png")
    (one, car), (two, pile) = first.things
    assert (one, two) == ("vehicle", "waste")
    assert car.xyxy == pytest.approx((0.4, 0.3, 0.6, 0.7))
    assert pile == Box(0, 0, 0.5, 1)
    assert second.things == ()  # no label file: nothing is marked in it


def test_an_outline_counts_as_the_box_around_it(data: MakeData) -> None:
    picture, _ = marked_pictures(data("2 0.1 0.2 0.5 0.1 0.3 0.6\n"), "val", LABELS)
    assert picture.things == (("waste", Box(0.1, 0.1, 0.5, 0.6)),)


def test_a_split_may_be_a_list_of_pictures(data: MakeData, tmp_path: Path) -> None:
    made = data(val="list.txt")
    (tmp_path / "list.txt").write_text("./images/val/b.jpg\n\nimages/val/sub/a.png\n")
    assert [it.name for it in pictures(made, "val")] == ["b.jpg", "a.png"]


def test_a_folder_that_a_tool_writes_one_level_too_high_is_found(data: MakeData) -> None:
    assert len(pictures(data(val="../images/val"), "val")) == 2


def test_labels_lie_in_the_folder_beside_the_last_images_or_beside_the_picture() -> None:
    assert labels_file(Path("/images/a/images/b/c.jpg")) == Path("/images/a/labels/b/c.txt")
    assert labels_file(Path("/a/c.jpg")) == Path("/a/c.txt")


@pytest.mark.parametrize(
    "line",
    [
        "0 0.5 0.5 0.2",
        "0 0.5 0.5 0.2 0.4 0.9",
        "0 0.5 0.5 0.2 1.5",
        "0 0.5 -0.5 0.2 0.4",
        "0 nan 0.5 0.2 0.4",
        "car 0.5 0.5 0.2 0.4",
        "0.5 0.5 0.5 0.2 0.4",
        "inf 0.5 0.5 0.2 0.4",
        "0",
    ],
)
def test_a_line_that_is_no_box_is_refused_with_its_place(line: str, data: MakeData) -> None:
    with pytest.raises(DataError) as caught:
        marked_pictures(data(f"0 0.5 0.5 0.2 0.4\n{line}\n"), "val", LABELS)
    assert caught.value.key == "dataset.bad_line"
    assert str(caught.value.values["where"]).endswith("labels/val/b.txt:2")


@pytest.mark.parametrize(
    ("labels", "val", "split", "key"),
    [
        ("9 0.5 0.5 0.2 0.4", "images/val", "val", "dataset.no_class"),
        ("", "images/val", "train", "dataset.no_split"),
        ("", "images/none", "val", "dataset.no_folder"),
        ("", "labels/val", "val", "dataset.empty"),
        ("images/none.jpg", "labels/val/b.txt", "val", "dataset.no_picture"),
    ],
)
def test_what_is_not_there_is_named(
    labels: str, val: str, split: str, key: str, data: MakeData
) -> None:
    with pytest.raises(DataError) as caught:
        marked_pictures(data(labels, val), split, LABELS)
    assert caught.value.key == key


def test_a_label_file_that_is_no_text_is_refused(data: MakeData, tmp_path: Path) -> None:
    made = data()
    (tmp_path / "labels/val/b.txt").write_bytes(b"\xff\xfe0")
    with pytest.raises(DataError, match=r"dataset\.no_text"):
        marked_pictures(made, "val", LABELS)
