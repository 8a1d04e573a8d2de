"""The commands around the main ones, as a newcomer meets them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from kerbwatch.clock import SystemClock
from kerbwatch.version import VERSION
from tests.e2e.kit import (
    KERBWATCH,
    camera,
    environment,
    fence,
    kerbwatch,
    streams,
    street_clip,
)

COMMANDS = (
    "run",
    "check",
    "replay",
    "inbox",
    "models",
    "scenarios",
    "doctor",
    "demo",
    "quarantine",
    "cases",
)

pytestmark = pytest.mark.timeout(60)


def test_the_version_is_told(tmp_path: Path) -> None:
    done = kerbwatch("--version", cwd=tmp_path)
    assert (done.code, done.out) == (0, f"kerbwatch {VERSION}\n")


def test_without_a_command_the_help_is_shown_as_misuse(tmp_path: Path) -> None:
    done = kerbwatch(cwd=tmp_path)
    assert done.code == 2
    assert all(f"  {name} " in done.out + done.err for name in COMMANDS)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("cases list", 0),
        ("duty", 0),
        ("evidence verify --all", 0),
        ("inbox nobody", 2),
        ("ledger export --from 2026-09-21", 0),
        ("mqtt schema", 0),
        ("notify list", 0),
        ("quarantine", 0),
        ("rest token duty", 0),
        ("scenarios", 0),
        ("store check", 1),
    ],
)
def test_a_command_reads_itself_what_it_needs(tmp_path: Path, command: str, code: int) -> None:
    """A Python that has read nothing yet; other tests start the other commands like that."""
    streams(tmp_path, [camera("cam", "clip.avi", [fence()])])
    done = kerbwatch(*command.split(), cwd=tmp_path, cold=True)
    assert done.code == code, done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_lists_every_command_in_the_reader_s_language(tmp_path: Path, lang: str) -> None:
    done = kerbwatch("--help", cwd=tmp_path, lang=lang)
    assert done.code == 0
    assert all(f"  {name} " in done.out for name in COMMANDS)
    assert ("占道经营" in done.out) is (lang == "zh")


def test_unknown_commands_and_options_are_misuse(tmp_path: Path) -> None:
    for arguments in (["rnu"], ["check", "--nope"], ["inbox"], ["demo", "--seconds", "-1"]):
        done = kerbwatch(*arguments, cwd=tmp_path)
        assert (done.code, done.out) == (2, ""), arguments
        assert "Traceback" not in done.err


def test_models_list_tells_of_each_card_whether_its_model_loads(
    tmp_path: Path, shared_dir: Path
) -> None:
    """The cards come with Kerbwatch, these models from KERBWATCH_MODELS, one is broken."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "yolov5n_640.onnx").write_bytes(b"no onnx" * 100)
    env = {"KERBWATCH_MODELS": str(shared_dir / "models")}
    done = kerbwatch("models", "list", "--json", cwd=tmp_path, env=env)
    assert done.code == 0, done.err
    states = {model["name"]: model["state"] for model in done.result}
    assert states["yolox-nano-416"] == "loads"
    assert states["yolov8n-640"] == "loads"
    assert states["yolov5n-640"] == "broken"
    plain = kerbwatch("models", "list", cwd=tmp_path, env=env)
    assert plain.code == 0
    assert "yolox-nano-416: loads" in plain.out
    assert "yolov5n-640: does not load: " in plain.out
    assert len(plain.out.splitlines()) == len(done.result)


def test_models_list_without_models_says_where_to_put_them(tmp_path: Path) -> None:
    done = kerbwatch("models", "list", cwd=tmp_path)
    assert done.code == 0
    assert "yolox_nano_416.onnx is not there; put it into" in done.out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_doctor_finds_this_machine_fit(tmp_path: Path, lang: str) -> None:
    done = kerbwatch("doctor", cwd=tmp_path, lang=lang)
    assert done.code == 0, done.out
    assert ("[ok]" if lang == "en" else "[好]") in done.out
    as_json = kerbwatch("doctor", "--json", cwd=tmp_path, lang=lang)
    assert (as_json.code, as_json.result["ok"]) == (0, True)
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_ends_with_1_where_something_needed_is_ill(tmp_path: Path) -> None:
    watched = [camera("cam", "clip.avi", [fence()])]
    config = streams(tmp_path, watched, mqtt={"url": "mqtt://127.0.0.1:1"})
    done = kerbwatch("doctor", "-c", config, cwd=tmp_path)
    assert done.code == 1
    assert "[x]   MQTT broker: 127.0.0.1:1" in done.out
    assert "Start the broker, or correct mqtt.url" in done.out
    as_json = kerbwatch("doctor", "-c", config, "--json", cwd=tmp_path)
    assert (as_json.code, as_json.result["ok"]) == (1, False)


@pytest.mark.parametrize("as_json", [False, True])
def test_an_inbox_is_asked_for_by_a_known_name_and_a_known_port(
    tmp_path: Path, as_json: bool
) -> None:
    watched = [camera("cam", "clip.avi", [fence()])]
    streams(tmp_path, watched)
    streams(tmp_path, watched, "any.yaml", mqtt={"embedded_port": 0})
    options = ["--json"] if as_json else []
    for arguments, words in (
        (["nobody"], "got recipient nobody, expected one of: duty"),
        (["duty", "-c", "any.yaml"], "mqtt.embedded_port is 0"),
        (["duty", "-c", "no.yaml"], "no.yaml:1:1"),
    ):
        done = kerbwatch("inbox", *arguments, *options, cwd=tmp_path)
        assert done.code == 2
        assert words in (done.result["error"] if as_json else done.err)


def test_a_reader_that_has_gone_is_no_reason_for_a_traceback(tmp_path: Path) -> None:
    """As with ``| head -0``."""
    clip = street_clip(tmp_path / "clip.avi", (3, False))
    streams(tmp_path, [camera("cam", clip, [fence()])])
    for arguments in (["check"], ["doctor"], ["models", "list"], ["replay", clip], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [KERBWATCH, *arguments],
            cwd=tmp_path,
            env=environment(),
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
        os.close(writer)
        assert done.stderr == "", arguments
        assert done.returncode in {0, 1}


@pytest.mark.parametrize(
    ("number", "options"),
    [(signal.SIGINT, ["--log-json"]), (signal.SIGTERM, [])],
    ids=["INT", "TERM"],
)
def test_the_service_is_stopped_by_ctrl_c_as_by_a_supervisor(
    tmp_path: Path, number: signal.Signals, options: list[str]
) -> None:
    """With the embedded broker; within 5 s, with status 0, a last word, and JSON on every line."""
    clip = street_clip(tmp_path / "clip.avi", (20, False))
    config = streams(tmp_path, [camera("cam", clip, [fence()])], mqtt={"embedded_port": 0})
    with subprocess.Popen(
        [KERBWATCH, "run", config, *options],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "camera_online" in line:
                break
        process.send_signal(number)
        said += process.communicate(timeout=5)[1].splitlines()
    assert process.returncode == 0, said
    assert "Stopped; 0 message(s) wait in the store for the broker" in said[-1]
    assert "Traceback" not in "".join(said)
    logged = [json.loads(line)["event"] for line in said]
    assert {"service_started", "camera_online"} <= set(logged)
    assert logged[-1] == "service_stopped"


def test_a_replay_is_stopped_by_ctrl_c_without_a_traceback(
    tmp_path: Path, shared_dir: Path
) -> None:
    clip = shared_dir / "footage" / "aboda_video4.avi"
    streams(tmp_path, [camera("cam", clip, [fence()])])
    with subprocess.Popen(
        [KERBWATCH, "replay", clip, "--sample-fps", "30"],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        # a suite that was started in the background would hand down that it is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        log = tmp_path / "out" / "observations.jsonl"
        while not (log.exists() and log.stat().st_size > 0):
            assert process.poll() is None
            SystemClock().wait(threading.Event(), 0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert err == b""
