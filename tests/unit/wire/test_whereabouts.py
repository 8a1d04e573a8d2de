"""A crash is laid at the door of the camera that the crashed thread worked for."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kerbwatch.wire.whereabouts import blamed, working_for

STATEMENTS = {
    "null pointer": ("ctypes.string_at(0)", signal.SIGSEGV),
    "abort": ("os.abort()", signal.SIGABRT),
    "bus": ("os.kill(os.getpid(), signal.SIGBUS)", signal.SIGBUS),
    "division": ("os.kill(os.getpid(), signal.SIGFPE)", signal.SIGFPE),
    "instruction": ("os.kill(os.getpid(), signal.SIGILL)", signal.SIGILL),
}


def crash(folder: Path, body: str) -> tuple[int, str]:
    """Exit status of a process that records crashes as a node does, and the report."""
    report = folder / "crash.log"
    code = textwrap.dedent(
        """
        import ctypes, faulthandler, os, signal, sys, threading
        from kerbwatch.wire.whereabouts import working_for
        report = open(sys.argv[1], "w")
        faulthandler.enable(report, all_threads=False)
        """
    ) + textwrap.dedent(body)
    done = subprocess.run([sys.executable, "-c", code, report], timeout=30, check=False)
    return done.returncode, report.read_text()


@pytest.mark.parametrize(("statement", "number"), STATEMENTS.values(), ids=STATEMENTS)
def test_a_real_crash_names_the_camera(
    tmp_path: Path, statement: str, number: signal.Signals
) -> None:
    code, report = crash(tmp_path, f"working_for('gate-3', lambda: {statement})")
    assert (code, blamed(report)) == (-number, "gate-3")


def test_among_more_threads_than_a_list_of_them_would_show_the_right_one_is_blamed(
    tmp_path: Path,
) -> None:
    """``faulthandler`` lists 100 threads at most, the newest first; this is the oldest of 151."""
    code, report = crash(
        tmp_path,
        """
        started, go = threading.Semaphore(0), threading.Event()
        def wait():
            started.release()
            go.wait()
        def work(number):
            working_for(f"camera-{number}", lambda: (wait(), ctypes.string_at(0)))
        def idle(number):
            working_for(f"camera-{number}", lambda: (started.release(), threading.Event().wait()))
        for number in range(151):
            doing = work if number == 0 else idle
            threading.Thread(target=doing, args=(number,), daemon=True).start()
        for _ in range(151):
            started.acquire()
        go.set()
        threading.Event().wait()
        """,
    )
    assert (code, blamed(report)) == (-signal.SIGSEGV, "camera-0")


def test_a_crash_in_work_for_nobody_is_nobody_s(tmp_path: Path) -> None:
    """Not even where another thread is at work for a camera."""
    code, report = crash(
        tmp_path,
        """
        ready = threading.Event()
        busy = lambda: (ready.set(), threading.Event().wait())
        threading.Thread(target=working_for, args=("gate-3", busy), daemon=True).start()
        ready.wait()
        working_for("gate-4", lambda: None)
        os.abort()
        """,
    )
    assert code == -signal.SIGABRT
    assert "Aborted" in report
    assert blamed(report) is None


def test_the_innermost_camera_is_blamed_and_a_generator_counts_where_it_is_run(
    tmp_path: Path,
) -> None:
    code, report = crash(
        tmp_path,
        """
        def packets():
            yield 1
            os.abort()
        stream = packets()
        working_for("outer", lambda: next(stream))
        working_for("outer", lambda: working_for("inner", lambda: next(stream)))
        """,
    )
    assert (code, blamed(report)) == (-signal.SIGABRT, "inner")


def test_a_real_decoder_that_aborts_is_laid_at_its_camera_s_door(
    tmp_path: Path, shared_dir: Path
) -> None:
    """OpenCV 5.0 and a small AVI; Kerbwatch itself reads with PyAV."""
    clip = shared_dir / "footage" / "problem" / "bgs_demo_48x48_aborts_opencv5.avi"
    code, report = crash(
        tmp_path,
        f"""
        import cv2
        def watch():
            video = cv2.VideoCapture({str(clip)!r})
            while video.read()[0]:
                pass
            video.release()
        thread = threading.Thread(target=working_for, args=("gate-3", watch))
        thread.start()
        thread.join()
        """,
    )
    if code == 0:
        pytest.skip("needs an OpenCV whose VideoCapture aborts on this clip, as 5.0.0 does")
    assert -code in {signal.SIGABRT, signal.SIGSEGV}
    assert blamed(report) == "gate-3"


def test_work_gives_its_result_and_its_error_as_without() -> None:
    assert working_for("gate-3", lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        working_for("gate-3", lambda: 1 // 0)


@pytest.mark.parametrize(
    "report",
    [
        "",
        "Fatal Python error: Aborted\n\n",
        'Stack (most recent call first):\n  File "camera:gate-3", line 3 in work\n',
        '  File "a.py", line 3 in camera:GATE\n',
        '  File "a.py", line 3 in camera:\n',
        "half a li",
    ],
)
def test_a_report_without_a_camera_blames_nobody(report: str) -> None:
    assert blamed(report) is None
