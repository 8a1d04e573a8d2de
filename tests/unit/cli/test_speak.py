"""Every error that people can act on is one sentence and the right exit status."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from alerts.errors import StoreError
from alerts.texts import Language
from detector.engines.errors import ModelError
from detector.sources.errors import Fault, SourceError
from kerbwatch.cli import speak
from kerbwatch.cli.speak import clear_failures
from kerbwatch.config.load import load_options
from kerbwatch.errors import RecordError
from kerbwatch.language import texts_of

WHERE = {"where": "gate.mp4", "expected": "a video", "remedy": "convert it"}
ERRORS: dict[str, tuple[Exception, int, str]] = {
    "source": (
        SourceError(Fault.NOT_VIDEO, "it holds text", **WHERE),
        1,
        "gate.mp4: There is no video in it (it holds text; convert it)",
    ),
    "model": (
        ModelError(
            "it does not load", where=Path("a.onnx"), got="text", expected="ONNX", remedy="fetch it"
        ),
        1,
        "a.onnx",
    ),
    "store": (StoreError("store_write", problem="disk full"), 1, "could not be written: disk full"),
    "record": (RecordError("replay.no_lines", path="log"), 1, "log: there are no observations"),
    "file": (
        PermissionError(errno.EACCES, "Permission denied", "out"),
        1,
        "out: it cannot be read or written (Permission denied)",
    ),
    "full disk": (OSError(errno.ENOSPC, "No space left on device"), 1, "No space left on device"),
}

Raise = Callable[..., int]


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Raise:
    """Raises an error where commands do, in English; gives the exit status."""
    monkeypatch.setattr(speak, "LANGUAGE", Language.EN)
    monkeypatch.setattr(speak, "TEXT", texts_of({"KERBWATCH_LANG": "en"}))

    def attempt(error: Exception, *, as_json: bool = False) -> int:
        with pytest.raises(typer.Exit) as ended, clear_failures(as_json=as_json):
            raise error
        return ended.value.exit_code

    return attempt


@pytest.mark.parametrize(("error", "code", "words"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_one_sentence(
    fail: Raise, capsys: pytest.CaptureFixture[str], error: Exception, code: int, words: str
) -> None:
    assert fail(error) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Error: ")
    assert words in said.err
    assert said.err.count("\n") == 1
    assert fail(error, as_json=True) == code
    said = capsys.readouterr()
    assert said.err == ""
    told = json.loads(said.out)
    assert told["ok"] is False
    assert words in told["error"]
    assert not told["error"].startswith("Error: ")


def test_a_bad_configuration_is_misuse_with_every_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "streams.yaml"
    path.write_text("site: {id: BAD}\ncameras: []\n")
    with pytest.raises(typer.Exit) as ended, clear_failures(as_json=True):
        load_options(path, env={})
    assert ended.value.exit_code == 2
    told = json.loads(capsys.readouterr().out)
    assert {problem["line"] for problem in told["problems"]} == {1, 2}


def test_an_error_of_the_program_itself_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), clear_failures():
        raise ZeroDivisionError


def test_a_command_that_ends_by_itself_keeps_its_status() -> None:
    with pytest.raises(typer.Exit) as ended, clear_failures():
        raise typer.Exit(2)
    assert ended.value.exit_code == 2
