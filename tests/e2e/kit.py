"""The command as a user has it: the installed ``kerbwatch``, in a folder of its own."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np

from detector.frame import Image

KERBWATCH = Path(sys.executable).with_name("kerbwatch")
MODEL = "yolox-nano-416"
FPS = 10
LEFT_HALF = [[0.05, 0.3], [0.5, 0.3], [0.5, 0.95], [0.05, 0.95]]
"""The fence in which :func:`street_clip` puts its box."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """The one line of ``--json``."""
        assert self.out.count("\n") == 1, f"expected one line, got {self.out!r}, {self.err!r}"
        return json.loads(self.out)


def environment(lang: str = "en", **more: str) -> dict[str, str]:
    """Nothing of the machine but what programs need to start."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "KERBWATCH_LANG": lang, **more}


def kerbwatch(
    *arguments: str | Path,
    cwd: Path,
    lang: str = "en",
    env: Mapping[str, str] | None = None,
    timeout_s: float = 60.0,
    cold: bool = False,
) -> Done:
    """Run the command to its end in ``cwd``.

    On Linux it is a fork of a Python that has read the libraries (see ``warm.py``), unless it shall
    be ``cold`` or ``env`` says something to Python itself. All forks of one test run have the same
    seed for hashes: what must not depend on it is to be compared with a cold one.
    """
    whole = environment(lang, **(env or {}))
    command = [str(KERBWATCH), *map(str, arguments)]
    for_python = any(name.startswith("PYTHON") for name in whole)
    if cold or for_python or sys.platform != "linux":
        return _cold(command, cwd, whole, timeout_s)
    return warmed().run(command, cwd, whole, timeout_s)


def _cold(command: list[str], cwd: Path, env: Mapping[str, str], timeout_s: float) -> Done:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Warm:
    """The process of ``warm.py``; it ends with this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("warm.py")],
            env=environment(OPENBLAS_NUM_THREADS="1"),  # its threads would not survive a fork
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._one = threading.Lock()

    def run(self, command: list[str], cwd: Path, env: Mapping[str, str], timeout_s: float) -> Done:
        """Raises ``TimeoutExpired`` as ``subprocess.run`` does."""
        with self._one, TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("out", "err")]
            for file in files:
                file.touch()
            asked = {
                "command": command,
                "folder": str(cwd),
                "environment": env,
                "files": [str(file) for file in files],
            }
            number = self._ask(json.dumps(asked))
            killer = threading.Timer(timeout_s, os.kill, (number, signal.SIGKILL))
            killer.start()
            code = self._answer()
            killer.cancel()
            killer.join()
            out, err = (file.read_text(encoding="utf-8") for file in files)
        if code == -signal.SIGKILL:
            raise subprocess.TimeoutExpired(command, timeout_s, out, err)
        return Done(code, out, err)

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _ask(self, line: str) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "warm.py has ended by itself"
        return int(line)


@cache
def warmed() -> Warm:
    """One for all tests of this process."""
    made = Warm()
    atexit.register(made.close)
    return made


def street(box: bool, number: int = 0) -> Image:
    """A grey street of 160×120 with a little noise, and a dark box on its left half."""
    noise = np.random.default_rng(number).integers(-3, 4, (120, 160, 3))
    picture = np.full((120, 160, 3), 150) + noise
    if box:
        picture[60:96, 24:60] = (40, 60, 90) + noise[60:96, 24:60]
    return picture.astype(np.uint8)


def street_clip(path: Path, *spans: tuple[float, bool]) -> Path:
    """Write a clip of spans ``(seconds, whether the box is there)``, 10 frames a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.time_base = 160, 120, Fraction(1, FPS)
        stream.bit_rate = 2_000_000
        number = 0
        for seconds, box in spans:
            for _ in range(round(seconds * FPS)):
                frame = av.VideoFrame.from_ndarray(street(box, number), format="bgr24")
                frame.pts = number
                container.mux(stream.encode(frame))
                number += 1
        container.mux(stream.encode(None))
    return path


def fence(
    fence_id: str = "corner", *, dwell_s: float = 2.0, clear_after_s: float = 1.0, **more: Any
) -> dict[str, Any]:
    """A fence that watches the left half of the street for piles."""
    rule = {"dwell_s": dwell_s, "clear_after_s": clear_after_s}
    scenarios = {"construction_waste": rule}
    return {"id": fence_id, "polygon": LEFT_HALF, "scenarios": scenarios, **more}


def camera(
    camera_id: str,
    url: str | Path,
    fences: Sequence[Mapping[str, Any]],
    *,
    every_s: float = 0.2,
    rests: bool = False,
) -> dict[str, Any]:
    """A camera; one that ``rests`` is looked at less often while nothing happens."""
    made = {"id": camera_id, "url": str(url), "every_s": every_s, "fences": list(fences)}
    return made if rests else made | {"idle_every_s": every_s}


def streams(
    folder: Path, cameras: Sequence[Mapping[str, Any]], name: str = "streams.yaml", **more: Any
) -> Path:
    """Write a configuration (JSON is YAML) and give its path."""
    content = {
        "site": {"id": "test", "timezone": "Asia/Shanghai"},
        "recipients": [{"id": "duty", "name": "东片区值班", "role": "officer"}],
        "cameras": list(cameras),
        **more,
    }
    path = folder / name
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def lines_of(path: Path) -> list[Any]:
    """The objects of a ``.jsonl``."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
