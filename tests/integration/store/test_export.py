"""``kerbwatch evidence export``: checked with sha256sum, as somebody without Kerbwatch would."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from alerts.errors import EvidenceError
from alerts.evidence import EvidenceFolder
from alerts.handout.archive import new_archive
from alerts.handout.parcel import Order, hand_out
from alerts.handout.veiling import veiled
from alerts.picture import Image
from alerts.store.engine import connect
from alerts.store.sql import SqlStore
from alerts.texts import Language
from fences.box import Box
from kerbwatch.cli.app import app
from kerbwatch.config.load import load_options
from kerbwatch.wire.handout import model_veil, sees_clear
from tests.alerts_kit import DIRECTORY, WRITER
from tests.evidence_kit import fill
from tests.store_kit import CONFIG, Place

PEOPLE = """
recipients:
  - {id: wenshao, role: property}
  - {id: duty-east, role: officer}
  - {id: outside, role: officer}
models: {use: []}
"""
NOISE = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path / 'kerbwatch.db'}", tmp_path)


def export(place: Place, *arguments: str, more: str = "") -> tuple[int, Any]:
    config = place.folder / "streams.yaml"
    config.write_text(CONFIG.format(url=place.url) + PEOPLE + more, encoding="utf-8")
    whole = ["evidence", "export", *arguments, "-c", str(config), "--json"]
    done = CliRunner().invoke(app, whole)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def unpacked(archive: Path) -> Path:
    folder = archive.with_suffix("")
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        opened.extractall(folder)
    return folder


def sha256sum(folder: Path) -> tuple[int, list[str]]:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("needs sha256sum: apt-get install coreutils")
    done = subprocess.run(
        [program, "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, [one for one in done.stdout.splitlines() if "FAILED" in one]


def test_an_export_is_checked_without_kerbwatch_and_is_the_same_each_time(here: Place) -> None:
    case_id = fill(here)
    first, second = here.folder / "a.zip", here.folder / "b.zip"
    code, said = export(here, case_id, "-o", str(first))
    assert (code, said["verified"], said["files"]) == (0, True, {"as_written": 4})
    assert export(here, case_id, "-o", str(second))[0] == 0
    assert first.read_bytes() == second.read_bytes()
    folder = unpacked(first)
    assert sha256sum(folder) == (0, [])
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}, "every file can be checked"
    body = json.loads((folder / "case.json").read_text("utf-8"))
    assert [line["version"] for line in body["log"]] == [1, 2, 3, 4, 5]
    newest = hashlib.sha256((folder / "log" / "0005.json").read_bytes()).hexdigest()
    assert newest == body["verify"]["head"], "the log's own hashes can be computed by anybody"
    before = hashlib.sha256((folder / "log" / "0004.json").read_bytes()).hexdigest()
    assert json.loads((folder / "log" / "0005.json").read_bytes())["previous"] == before
    assert (folder / body["case"]["picture"]).is_file()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_tells_the_case_in_the_language_that_is_asked_for(here: Place, lang: str) -> None:
    case_id = fill(here)
    words = "<b>看过了</b>"
    here.run(f"UPDATE case_log SET words = '{words}' WHERE version = 4")
    assert export(here, case_id, "-o", str(here.folder / "x.zip"), "--lang", lang)[0] == 0
    page = (unpacked(here.folder / "x.zip") / "case.html").read_text("utf-8")
    assert ("流转记录" in page, "Last hash of the log" in page) == (lang == "zh", lang == "en")
    assert "&lt;b&gt;看过了" in page
    assert "<b>" not in page
    assert page.count("<img ") == 3


def test_what_was_changed_since_it_was_written_fails_the_check(here: Place) -> None:
    case_id = fill(here)
    (raw,) = (here.folder / "data" / "evidence").rglob("*.raw.jpg")
    raw.write_bytes(cv2.imencode(".jpg", NOISE)[1].tobytes())
    here.run("UPDATE case_log SET actor = 'somebody' WHERE version = 2")
    code, said = export(here, case_id, "-o", str(here.folder / "x.zip"))
    assert (code, said["verified"]) == (0, False), "it goes out all the same, and says so"
    folder = unpacked(here.folder / "x.zip")
    code, failed = sha256sum(folder)
    assert code == 1
    assert [line.split(":")[0].rsplit("/")[-1] for line in failed] == [raw.name, "0002.json"]


def test_nothing_is_written_over_another_file_unless_that_is_asked_for(here: Place) -> None:
    case_id = fill(here)
    target = here.folder / "x.zip"
    target.write_text("mine")
    code, said = export(here, case_id, "-o", str(target))
    assert (code, target.read_text()) == (1, "mine")
    assert "--force" in said["error"]
    assert export(here, case_id, "-o", str(target), "--force")[0] == 0
    assert zipfile.is_zipfile(target)
    code, said = export(here, case_id, "-o", str(here.folder / "no" / "x.zip"))
    assert code == 1
    assert "could not be written" in said["error"]


def test_what_is_too_big_or_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(3000))

    def pack(names: str, most_bytes: int) -> None:
        with new_archive(tmp_path / "x.zip", most_bytes=most_bytes) as archive:
            for name in names:
                archive.copy(name, big)
            raise OSError(28, "No space left on device")

    with pytest.raises(EvidenceError, match="more than"):
        pack("ab", 4000)
    with pytest.raises(EvidenceError, match="No space left"):
        pack("a", 4000)
    assert [path.name for path in tmp_path.iterdir()] == ["big"]


def test_whoever_may_not_see_faces_gets_pixels_by_the_bundled_model_and_no_clip(
    here: Place,
) -> None:
    case_id = fill(here)
    for reader in ("wenshao", "outside"):
        target = here.folder / f"{reader}.zip"
        code, said = export(here, case_id, "-o", str(target), "--for", reader)
        assert (code, said["veiled"]) == (0, True)
        assert said["files"] == {"left_out": 1, "veiled": 3}
        folder = unpacked(target)
        assert sha256sum(folder) == (0, [])
        assert list(folder.rglob("*.mp4")) == []
        assert json.loads((folder / "case.json").read_text("utf-8"))["veiled"] is True
    for reader in ("duty-east", "officer", "operator"):
        code, said = export(
            here, case_id, "-o", str(here.folder / f"{reader}.zip"), "--for", reader
        )
        assert (code, said["veiled"], said["files"]) == (0, False, {"as_written": 4})
    assert export(here, case_id, "--for", "nobody")[0] == 2


def test_who_sees_clear_pictures_is_a_setting(here: Place) -> None:
    config = here.folder / "streams.yaml"
    more = "evidence: {clear_for: [property]}\n"
    config.write_text(CONFIG.format(url=here.url) + PEOPLE + more, encoding="utf-8")
    options = load_options(config, env={})
    seen = {one: sees_clear(options, one) for one in ("wenshao", "duty-east", "outside", "x")}
    assert seen == {"wenshao": True, "duty-east": False, "outside": False, "x": None}


class FakeVeil:
    """Finds the left half of what is bright, and nothing where it is told to be blind."""

    def __init__(self, *, blind: bool = False) -> None:
        self.blind = blind

    def find(self, image: Image) -> tuple[Box, ...] | None:
        if self.blind:
            return None
        return (Box(0, 0, 0.5, 1),) if image.shape[0] == 48 else ()

    def cover(self, image: Image, boxes: tuple[Box, ...]) -> Image:
        covered = image.copy()
        for box in boxes:
            covered[:, round(box.x1 * image.shape[1]) : round(box.x2 * image.shape[1])] = 0
        return covered

    def cover_all(self, image: Image) -> Image:
        return np.zeros_like(image)


def test_what_is_found_in_one_picture_of_a_pair_is_covered_in_both_and_the_words_stay() -> None:
    shown = np.vstack([cv2.resize(NOISE, (640, 480)), np.full((80, 640, 3), 7, np.uint8)])
    done = veiled({"a.jpg": shown, "a.raw.jpg": NOISE}, (), FakeVeil())
    assert not done["a.raw.jpg"][:, :32].any()
    assert np.array_equal(done["a.raw.jpg"][:, 32:], NOISE[:, 32:])
    assert not done["a.jpg"][:480, :320].any()
    assert np.array_equal(done["a.jpg"][:, 320:], shown[:, 320:])
    assert np.array_equal(done["a.jpg"][480:], shown[480:])


def test_where_nothing_can_find_people_all_is_covered_but_the_edge_of_the_fence() -> None:
    square = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    (done,) = veiled({"a.jpg": NOISE}, square, FakeVeil(blind=True)).values()
    drawn = np.asarray(done.max(axis=2) > 0)
    assert drawn[12, 20:40].all()
    assert drawn.mean() < 0.2


def test_without_a_model_all_of_every_picture_is_veiled(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerbwatch.wire.handout.load_cards", lambda _: {})
    case_id = fill(here, NOISE)
    code, said = export(here, case_id, "-o", str(here.folder / "x.zip"), "--for", "property")
    assert (code, said["files"]) == (0, {"left_out": 1, "veiled": 3})
    (raw,) = unpacked(here.folder / "x.zip").rglob("*.raw.jpg")
    shown = cv2.imread(str(raw))
    assert shown is not None
    assert shown[2:5, 2:5].std(axis=(0, 1)).max() < 4, "one value where there was noise"


def test_a_file_that_is_gone_or_no_picture_is_told_and_not_handed_out(here: Place) -> None:
    case_id = fill(here)
    for path in (here.folder / "data" / "evidence").rglob("*.jpg"):
        if path.name.endswith(".raw.jpg"):
            path.unlink()
        else:
            path.write_bytes(b"no picture")
    store = SqlStore(here.url)
    trail = store.trail(case_id)
    store.close()
    assert trail is not None
    folder = EvidenceFolder(here.folder / "data" / "evidence", DIRECTORY)
    order = Order(Language.EN, "0", FakeVeil(), "outside")
    parcel = hand_out(trail, folder, WRITER, order, here.folder / "x.zip")
    assert sorted(item.handed.value for item in parcel.items) == ["left_out"] * 3 + ["missing"]


def test_a_case_of_before_the_chain_goes_out_with_the_files_that_bear_its_name(
    here: Place,
) -> None:
    case_id = fill(here)
    engine = connect(here.url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE case_log SET sha256 = NULL, case_sha256 = NULL, files = NULL")
        )
    engine.dispose()
    code, said = export(here, case_id, "-o", str(here.folder / "x.zip"))
    assert (code, said["files"]) == (0, {"as_written": 4})
    assert sha256sum(unpacked(here.folder / "x.zip")) == (0, [])


def test_real_people_are_found_and_their_heads_are_gone(shared_dir: Path) -> None:
    from kerbwatch.options import ModelsOptions  # noqa: PLC0415

    read = cv2.imread(str(shared_dir / "images" / "check" / "bus.jpg"))
    assert read is not None
    image = np.asarray(read, np.uint8)
    with model_veil(ModelsOptions(shared_dir / "models"), {}) as veil:
        assert veil.finds
        boxes = veil.find(image)
        assert boxes is not None
        covered = veil.cover(image, boxes)
    for x, y in ((0.18, 0.40), (0.34, 0.40), (0.91, 0.38)):  # of the three in front of the bus
        row, column = round(y * image.shape[0]), round(x * image.shape[1])
        part = np.s_[row - 4 : row + 4, column - 4 : column + 4]
        assert covered[part].std(axis=(0, 1)).max() < image[part].std(axis=(0, 1)).max()
