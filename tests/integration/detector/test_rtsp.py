"""Against a real RTSP server."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.address import parse_address
from detector.sources.backoff import RetryPace
from detector.sources.errors import Fault
from detector.sources.live import LiveSource
from detector.sources.patience import LiveOptions
from detector.sources.status import OnStatus, SourceState, SourceStatus
from fences.clock import SECOND_NS
from fences.observation import Gap
from kerbwatch.clock import SystemClock

OPTIONS = LiveOptions(read_s=2.0, pace=RetryPace(first_s=0.1, longest_s=0.3))

pytestmark = pytest.mark.timeout(60)


def watch(url: str, on_status: OnStatus) -> LiveSource:
    return LiveSource(
        parse_address(url),
        SystemClock(),
        np.random.default_rng(1),
        options=OPTIONS,
        on_status=on_status,
    )


def some(items: Iterator[Frame | Gap], count: int) -> list[Frame | Gap]:
    """The next items up to and with the ``count``-th picture."""
    taken: list[Frame | Gap] = []
    while sum(isinstance(item, Frame) for item in taken) < count:
        taken.append(next(items))
    return taken


def test_pictures_come_in_time_and_only_their_video(start_camera: Callable[[], Any]) -> None:
    told: list[SourceStatus] = []
    source = watch(start_camera().url(), told.append)
    frames = [item for item in some(iter(source), 60) if isinstance(item, Frame)]
    source.close()
    assert [status.state for status in told] == [SourceState.ONLINE]
    assert {round((b.media_ns - a.media_ns) / 1e6) for a, b in pairwise(frames)} == {40}
    assert abs(frames[-1].wall_ns - frames[-1].media_ns) < 2 * SECOND_NS
    brightness = [float(frame.image().mean()) for frame in frames]
    assert frames[0].image().shape == (240, 320, 3)
    assert brightness == sorted(brightness)


def test_a_camera_that_dies_and_comes_back_is_a_gap(start_camera: Callable[[], Any]) -> None:
    told: list[SourceStatus] = []
    camera = start_camera()
    source = watch(camera.url(), told.append)
    items = iter(source)
    before = some(items, 30)
    camera.kill()
    camera.start()
    after: list[Frame | Gap] = []
    while not any(isinstance(item, Gap) for item in after):
        after += some(items, 1)
    source.close()
    times = [item.media_ns for item in before + after if isinstance(item, Frame)]
    assert times == sorted(set(times))
    (gap,) = (item for item in after if isinstance(item, Gap))
    assert (gap.from_ns, gap.to_ns) == (times[-2], times[-1])
    assert told[0].state is told[-1].state is SourceState.ONLINE
    lost_to = [status.fault for status in told[1:-1]]
    assert lost_to
    assert gap.reason == lost_to[-1]


def test_a_camera_that_falls_silent_is_noticed_within_the_read_timeout(
    start_camera: Callable[[], Any],
) -> None:
    camera = start_camera()
    told: list[SourceStatus] = []

    def tell(status: SourceStatus) -> None:
        told.append(status)
        if status.state is SourceState.OFFLINE:
            source.close()

    source = watch(camera.url(), tell)
    items = iter(source)
    some(items, 30)
    camera.process.send_signal(signal.SIGSTOP)
    stopped_ns = SystemClock().wall_ns()
    list(items)
    camera.process.send_signal(signal.SIGCONT)
    assert [status.fault for status in told] == [None, Fault.TIMED_OUT]
    assert (told[1].wall_ns - stopped_ns) / SECOND_NS < OPTIONS.read_s + 1.5


def lost(url: str) -> SourceStatus:
    """The first thing told of a camera that gives nothing."""
    told: list[SourceStatus] = []

    def tell(status: SourceStatus) -> None:
        told.append(status)
        source.close()

    source = watch(url, tell)
    assert list(source) == []
    (status,) = told
    assert status.state is SourceState.OFFLINE
    assert "hunter2" not in repr(status)
    return status


def test_a_wrong_path_is_not_found(start_camera: Callable[[], Any]) -> None:
    assert lost(start_camera().url("nothing")).fault is Fault.NOT_FOUND


def test_a_refused_connection_is_told_as_such(start_camera: Callable[[], Any]) -> None:
    camera = start_camera()
    url = camera.url()
    camera.kill()
    try:
        assert lost(url).fault is Fault.REFUSED
    finally:
        camera.start()


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_server_that_accepts_and_says_nothing_is_given_up(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        begin_ns = SystemClock().monotonic_ns()
        status = lost(f"{scheme}://viewer:hunter2@127.0.0.1:{server.getsockname()[1]}/x")
        took_s = (SystemClock().monotonic_ns() - begin_ns) / SECOND_NS
    assert status.fault in (Fault.TIMED_OUT, Fault.UNREACHABLE)
    assert took_s < 2 * OPTIONS.read_s + 1


def test_a_host_without_address_is_unreachable() -> None:
    assert lost("rtsp://viewer:hunter2@camera.invalid/1").fault is Fault.UNREACHABLE
