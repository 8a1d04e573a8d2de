"""A camera's main stream gives pictures and clips of what was seen in its sub-stream."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.frame import Frame, Image
from detector.sampling import Sampler
from detector.sources.access import Access
from detector.sources.address import parse_address
from detector.sources.live import LiveSource
from detector.sources.ring import Ring
from fences.clock import SECOND_NS
from kerbwatch.clock import SystemClock
from kerbwatch.config.load import load_options
from kerbwatch.wire.evidence_source import EvidenceSource
from kerbwatch.wire.quarantine import Quarantine
from kerbwatch.wire.streams_seen import evidence_streams
from tests.e2e.kit import camera, fence, streams, street
from tests.integration.service.conftest import Ear, Service, read
from tests.integration.streams.conftest import FPS, Mosquitto, Pair, StartPair

CLOCK = SystemClock()
SUB_HW, MAIN_HW = (120, 160), (270, 480)
"""Different sizes, and different shapes: a sub-stream's pixels are often no squares."""

NUMBERED = 240
DEADLINE_S = 20.0
APART = 12
"""Pictures: half a second. What came last may still rest in the system's buffers."""

_ENCODED = 4
"""By so much encoding changes how bright a picture is."""

pytestmark = pytest.mark.timeout(120)


def numbered(size_hw: tuple[int, int]) -> list[Image]:
    """Each as bright as its number."""
    return [np.full((*size_hw, 3), number, np.uint8) for number in range(NUMBERED)]


def number_of(image: NDArray[Any]) -> int:
    return round(float(image.mean()))


def apart(number: int, other: int) -> int:
    """How many pictures lie between two; the clips go round."""
    return abs((other - number + NUMBERED // 2) % NUMBERED - NUMBERED // 2)


class Told:
    """What was said of the stream for evidence."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self._news = threading.Condition()

    def __call__(self, reason: str, why: str) -> None:  # noqa: ARG002
        with self._news:
            self.reasons.append(reason)
            self._news.notify_all()

    def wait_for(self, what: Callable[[list[str]], bool]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: what(self.reasons), DEADLINE_S), self.reasons


@contextmanager
def evidence(pair: Pair, told: Told, ring: Ring) -> Iterator[EvidenceSource]:
    held = Quarantine(None, CLOCK)
    address = parse_address(pair.main.url)
    source = EvidenceSource("cam", address, Access(), ring, CLOCK, held, told)
    source.start()
    yield source
    source.close()
    source.finish(DEADLINE_S)


def test_pictures_and_clips_are_of_the_same_moment_and_end_with_the_stream(
    start_pair: StartPair, tmp_path: Path
) -> None:
    pair, told = start_pair(numbered(SUB_HW), numbered(MAIN_HW)), Told()
    ring = Ring(4 * SECOND_NS, 8_000_000, CLOCK, by_arrival=True)
    sub = LiveSource(
        parse_address(pair.sub.url), CLOCK, np.random.default_rng(1), demand=Sampler(SECOND_NS)
    )
    frames = (item for item in sub if isinstance(item, Frame))
    config = streams(
        tmp_path, [camera("cam", pair.sub.url, [fence()]) | {"evidence_url": pair.main.url}]
    )
    (tried,) = evidence_streams(load_options(config, env={}, known_models=frozenset()), CLOCK)
    assert (tried.shows, tried.problem) == ("480×270 h264", "")
    with evidence(pair, told, ring) as source:
        told.wait_for(lambda reasons: reasons == [""])
        next(frames)
        for _ in range(2):
            seen = next(frames)
            picture = source.picture(seen.wall_ns)
            assert picture is not None
            assert picture.shape == (*MAIN_HW, 3)
            assert apart(number_of(picture), number_of(seen.image())) <= APART

        ready = threading.Event()
        take = source.at(seen.wall_ns)
        wanted = ring.want(take.at_ns, SECOND_NS, SECOND_NS, lambda _: ready.set())
        assert wanted is not None
        assert ready.wait(DEADLINE_S)
        cut = ring.take(wanted)
        assert cut is not None
        cut.write(tmp_path / "clip.mp4")
        before = round((take.at_ns - cut.begin_ns) / SECOND_NS * FPS)
        check_clip(tmp_path / "clip.mp4", seen.image(), before)

        pair.main.kill()
        told.wait_for(lambda reasons: len(reasons) > 1)
        assert told.reasons[1].startswith("evidence_source_")
        CLOCK.wait(threading.Event(), 2.5)
        assert source.picture(CLOCK.wall_ns()) is None, "what is old shows nothing"
        pair.main.start()
        told.wait_for(lambda reasons: reasons[-1] == "")
        assert source.picture(CLOCK.wall_ns()) is not None
    sub.close()


def check_clip(path: Path, seen: Image, before: int) -> None:
    """Of the main stream, without a hole, and what was seen is where it says."""
    with av.open(path) as container:
        shown = [it.to_ndarray(format="bgr24") for it in container.decode(video=0)]
    assert shown[0].shape == (*MAIN_HW, 3)
    first = number_of(shown[0])
    assert len(shown) >= 2 * FPS
    off = [apart(number_of(it), first + number) for number, it in enumerate(shown)]
    assert max(off) <= _ENCODED, off
    assert apart(number_of(shown[before]), number_of(seen)) <= APART


def scene(scale: int) -> list[Image]:
    """Two seconds of an empty street, then five in which something stands there."""
    pictures = [street(number >= 2 * FPS, number) for number in range(7 * FPS)]
    return [np.ascontiguousarray(it.repeat(scale, 0).repeat(scale, 1)) for it in pictures]


def test_a_service_without_the_main_stream_takes_the_sub_stream_s_picture_and_says_so(
    tmp_path: Path,
    start_pair: StartPair,
    mosquitto: Mosquitto,
    listen: Callable[[int], Ear],
    serve: Callable[[Path], Service],
) -> None:
    """And the main stream's, picture and clip, once that is back."""
    pair = start_pair(scene(1), scene(3))
    pair.main.kill()
    watched = camera("cam", pair.sub.url, [fence(dwell_s=1.0)]) | {"evidence_url": pair.main.url}
    config = streams(
        tmp_path,
        [watched],
        mqtt={"url": f"mqtt://127.0.0.1:{mosquitto.port}"},
        evidence={"clip_before_s": 1, "clip_after_s": 1},
    )
    ear = listen(mosquitto.port)
    service = serve(config)
    status = "cameras/cam/status"

    heard = ear.wait_for(lambda said: bool(pictures(said)))
    assert size_of(untouched(pictures(heard)[0])) == SUB_HW
    last = read(heard, status)[-1].body
    assert (last["state"], last["reason"]) == ("online", "evidence_source_refused")

    pair.main.start()
    heard = ear.wait_for(lambda said: read(said, status)[-1].body["reason"] == "")
    assert read(heard, status)[-1].body["since"] == last["since"], "it was online all the time"

    known = len(pictures(heard))
    heard = ear.wait_for(lambda said: len(clipped(said, known)) > 0)
    assert (
        size_of(untouched(pictures(heard)[known]))
        == size_of(clipped(heard, known)[0])
        == (360, 480)
    )
    assert service.terminate() == 0
    assert "Traceback" not in service.log.read_text()


def pictures(said: list[Any]) -> list[str]:
    """Those that cases began with, in order."""
    shown = (it.body["case"]["picture"] for it in read(said, "events"))
    return list(dict.fromkeys(it for it in shown if it is not None))


def clipped(said: list[Any], number: int) -> list[str]:
    """The clip that goes with a picture, once it is told."""
    stems = [Path(it).stem for it in pictures(said)[number : number + 1]]
    told = (it.body["case"]["clip"] for it in read(said, "events"))
    return [it["path"] for it in told if it is not None and Path(it["path"]).stem in stems]


def untouched(path: str) -> str:
    """The picture as it was seen; the one with fence and names drawn in is made larger."""
    return str(Path(path).with_suffix(".raw.jpg"))


def size_of(path: str) -> tuple[int, int]:
    with av.open(path) as container:
        stream = container.streams.video[0]
        return stream.height, stream.width
