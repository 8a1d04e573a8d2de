"""The doctor tells what works, what does not, and what to do."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from alerts.texts import Language, load_texts
from kerbwatch.clock import SystemClock
from kerbwatch.node.book import QuarantineBook
from kerbwatch.wire import doctor
from kerbwatch.wire.doctor import Finding, examine
from tests.e2e.kit import camera, fence, streams

PARTS = ["python", "owner", "engines", "codecs", "font", "models", "broker", "store", "disk"]


def by_part(config: Path | None = None) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine(config, {})}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port on which nobody listens, and nobody else will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_here_every_part_is_examined_and_none_is_bad(tmp_path: Path) -> None:
    findings = examine(None, {})
    assert sorted({finding.part for finding in findings}) == sorted(PARTS)
    assert [finding for finding in findings if finding.grade == "bad"] == []
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind"


def test_every_part_grade_and_remedy_has_its_words() -> None:
    source = Path(doctor.__file__).read_text(encoding="utf-8")
    for language in Language:
        texts = load_texts("kerbwatch", language)
        remedies = {key for key in texts.messages if key.startswith("doctor.remedy.")}
        assert remedies == {key for key in remedies if f'"{key.rsplit(".", 1)[1]}"' in source}
        for part in (*PARTS, "config", "quarantine", "evidence"):
            assert texts(f"doctor.part.{part}")
        for grade in ("good", "note", "bad"):
            assert texts(f"doctor.grade.{grade}")


def test_a_package_that_somebody_else_also_owns_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another distribution on the index also installs a top-level ``fences``."""
    owners = {package: ["kerbwatch"] for package in doctor.PACKAGES}
    owners["fences"] = ["kerbwatch", "fences"]
    monkeypatch.setattr(metadata, "packages_distributions", lambda: owners)
    found = by_part()["owner"]
    assert (found.grade, found.remedy, found.detail) == (
        "bad",
        "owner",
        "fences: fences, kerbwatch",
    )


def test_a_missing_codec_is_bad_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_decodes", lambda name: name != "hevc")
    found = by_part()["codecs"]
    assert (found.grade, found.remedy) == ("bad", "codecs")
    assert "hevc" in found.detail


def test_no_engine_no_font_and_a_full_disk_are_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kerbwatch works without them, with less."""
    monkeypatch.setattr(doctor, "installed_engines", lambda: ())
    monkeypatch.setattr(doctor, "can_draw_chinese", lambda: False)
    usage = shutil.disk_usage("/")._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = by_part()
    for part in ("engines", "font", "disk"):
        assert (found[part].grade, found[part].remedy) == ("note", part)


def test_a_configuration_with_problems_is_bad(tmp_path: Path) -> None:
    (tmp_path / "streams.yaml").write_text("nonsense: 1\n")
    found = by_part(tmp_path / "streams.yaml")["config"]
    assert (found.grade, found.remedy) == ("bad", "config")


def test_a_broker_that_nobody_runs_is_bad_with_its_address(tmp_path: Path, nobody: int) -> None:
    watched = [camera("cam", "clip.avi", [fence()])]
    config = streams(tmp_path, watched, mqtt={"url": f"mqtt://127.0.0.1:{nobody}"})
    found = by_part(config)["broker"]
    assert (found.grade, found.remedy) == ("bad", "broker")
    assert f"127.0.0.1:{nobody}" in found.detail


def test_an_embedded_broker_is_tried_on_its_own_port(tmp_path: Path) -> None:
    """Where somebody listens already, that may well be the running service: a note."""
    watched = [camera("cam", "clip.avi", [fence()])]
    with socket.socket() as running:
        running.bind(("127.0.0.1", 0))
        running.listen()
        port = running.getsockname()[1]
        config = streams(tmp_path, watched, mqtt={"embedded_port": port})
        found = by_part(config)["broker"]
    assert (found.grade, found.remedy, found.detail) == ("note", "taken", f"127.0.0.1:{port}")
    found = by_part(config)["broker"]
    assert (found.grade, found.detail) == ("good", f"127.0.0.1:{port}")


def test_a_stream_for_evidence_that_is_away_is_a_note_of_its_camera(
    tmp_path: Path, nobody: int
) -> None:
    main = f"rtsp://viewer:hunter2@127.0.0.1:{nobody}/main"
    watched = camera("cam", "rtsp://127.0.0.1/sub", [fence()]) | {"evidence_url": main}
    found = by_part(streams(tmp_path, [watched]))["evidence"]
    assert (found.grade, found.remedy) == ("note", "evidence_url")
    assert found.detail.startswith("cam: rtsp://***@127.0.0.1")
    assert "hunter2" not in found.detail


def test_a_store_that_cannot_be_opened_is_bad(tmp_path: Path) -> None:
    (tmp_path / "kerbwatch.db").write_text("this is no database, and long enough to tell" * 50)
    watched = [camera("cam", "clip.avi", [fence()])]
    config = streams(tmp_path, watched, store={"url": "sqlite:///kerbwatch.db"})
    found = by_part(config)["store"]
    assert (found.grade, found.remedy) == ("bad", "store")


def test_a_card_that_cannot_be_read_is_bad(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.card.yaml").write_text("name: mine\n")
    found = by_part()["models"]
    assert (found.grade, found.remedy) == ("bad", "cards")


def test_a_model_that_does_not_load_is_a_note_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "yolox_nano_416.onnx").write_bytes(b"no onnx" * 100)
    found = [found for found in examine(None, {}) if found.remedy == "broken"]
    assert [one.grade for one in found] == ["note"]
    assert "yolox_nano_416.onnx" in found[0].detail


def test_cameras_in_quarantine_are_a_note_and_so_is_a_file_that_nobody_can_read(
    tmp_path: Path,
) -> None:
    config = streams(tmp_path, [camera("cam", "clip.avi", [fence()])], mqtt={"embedded_port": 0})
    book = QuarantineBook(tmp_path / "data" / "node")
    assert by_part(config)["quarantine"].grade == "good"
    book.put("cam", SystemClock().wall_ns())
    book.put("once", 0)
    found = by_part(config)["quarantine"]
    assert (found.grade, found.remedy, found.detail) == ("note", "quarantine", "cam")
    book.path.write_text("{")
    found = by_part(config)["quarantine"]
    assert (found.grade, found.remedy) == ("note", "book")
    assert "quarantine.json" in found.detail
