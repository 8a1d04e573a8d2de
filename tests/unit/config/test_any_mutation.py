"""Whatever is written into the file, the loader tells problems or gives options."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.texts import Language
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import ConfigError
from kerbwatch.options import ServiceOptions

VALUES = (
    "",
    "~",
    "true",
    "-1",
    "1e400",
    ".nan",
    "[]",
    "{}",
    "[[]]",
    "{a: b}",
    "'",
    '"',
    "*a",
    "&a",
    "!a",
    "%",
    "@",
    "`",
    "|",
    ">",
    "? ",
    ": ",
    "- ",
    "# ",
    "\t",
    "\n",
    "\r",
    "\n---\n",
    "\n...\n",
    "${",
    "${A}",
    "$${A}",
    "${}",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "\ud7ff",
    "\U0001f600",
    '"\\ud800"',
    '"\\UFFFFFFFF"',
    "9" * 5000,
    "0x",
    "<<: *a",
    "rtsp://",
    "file://",
    "rtsp://[",
    "rtsp://a:b@c:99999",
    "mqtts://[::1",
    "[0.5, 0.5]",
    "[1, 0]",
    "1_000",
    "2020-01-01",
    "2020-13-45",
    "=",
    "!!binary x",
    "0o9",
)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[float, float, str]:
    """Replace a stretch of the file, given in shares of its length, by something."""
    start = draw(st.floats(0, 1))
    length = draw(st.sampled_from([0.0, 0.001, 0.003, 0.01, 0.1]))
    return start, length, draw(st.sampled_from(VALUES) | st.text(max_size=8))


def mutated(text: str, changes: list[tuple[float, float, str]]) -> bytes:
    for start, length, value in changes:
        first = int(start * len(text))
        text = text[:first] + value + text[first + int(length * len(text)) :]
    return text.encode("utf-8", "surrogatepass")


def outcome(content: bytes, env: dict[str, str]) -> ServiceOptions | ConfigError:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streams.yaml"
        path.write_bytes(content)
        try:
            return load_options(path, env=env, known_models={"yolox-nano-416"})
        except ConfigError as error:
            return error


def check(found: ServiceOptions | ConfigError) -> None:
    if isinstance(found, ServiceOptions):
        assert "hunter2" not in repr(found)
        return
    assert found.problems
    for problem in found.problems:
        for language in Language:
            line = problem.text(language)
            assert line.splitlines() == [line]
            assert line.encode("utf-8")
            assert "hunter2" not in line
            assert problem.to_json(language)
        assert problem.line >= 1
        assert problem.column >= 1


KEPT = settings(
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@KEPT
@given(changes=st.lists(mutations(), min_size=1, max_size=4))
def test_no_change_of_the_text_crashes_the_loader(
    changes: list[tuple[float, float, str]], good: str, env: dict[str, str]
) -> None:
    check(outcome(mutated(good, changes), env))


@KEPT
@given(content=st.binary(max_size=200))
def test_no_bytes_crash_the_loader(content: bytes, env: dict[str, str]) -> None:
    check(outcome(content, env))


@KEPT
@given(number=st.integers(0, 200), value=st.sampled_from(VALUES) | st.text(max_size=8))
def test_no_value_in_place_of_another_crashes_the_loader(
    number: int, value: str, good: str, env: dict[str, str]
) -> None:
    lines = good.splitlines()
    line = number % len(lines)
    key, colon, _ = lines[line].partition(": ")
    lines[line] = f"{key}{colon}{value}"
    check(outcome("\n".join(lines).encode("utf-8", "surrogatepass"), env))


@KEPT
@given(values=st.dictionaries(st.sampled_from(["MQTT_PASSWORD", "CAMERA_PASSWORD"]), st.text()))
def test_no_value_of_a_variable_crashes_the_loader(values: dict[str, str], good: str) -> None:
    check(outcome(good.encode(), values))
