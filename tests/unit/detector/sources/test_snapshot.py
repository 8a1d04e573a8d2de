from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from detector.frame import Frame
from detector.sampling import Sampler
from detector.sources.access import Access
from detector.sources.address import Address, parse_address
from detector.sources.errors import Fault, SourceError
from detector.sources.failures import timed_out
from detector.sources.patience import LiveOptions
from detector.sources.snapshot import MAX_PIXELS, SnapshotSource, announced_pixels
from detector.sources.status import SourceState, SourceStatus
from fences.clock import SECOND_NS, Clock
from fences.observation import Gap

ADDRESS = parse_address("snapshot+http://viewer:hunter2@camera/now.jpg")
Answer = bytes | SourceError | None


def jpeg(grey: int) -> bytes:
    _, data = cv2.imencode(".jpg", np.full((96, 128, 3), grey, np.uint8))
    return data.tobytes()


class Camera:
    """Gives its answers one by one, and closes the source after the last."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.asked_ns: list[int] = []
        self.closed = 0

    def __call__(self, address: Address, _: Access, options: LiveOptions, clock: Clock) -> Camera:
        assert address is ADDRESS
        assert options.read_s > 0
        self.clock = clock
        return self

    def fetch(self) -> bytes | None:
        self.asked_ns.append(self.clock.monotonic_ns())
        answer = self.answers.pop(0)
        if not self.answers:
            self.source.close()
        if isinstance(answer, SourceError):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1

    source: SnapshotSource


def watched(
    clock: Any, answers: list[Answer], every_s: float = 2.0
) -> tuple[list[Frame | Gap], list[SourceStatus], Camera]:
    """Everything that comes before the last answer, which is never seen."""
    told: list[SourceStatus] = []
    camera = Camera([*answers, jpeg(0)])
    sampler = Sampler(round(every_s * SECOND_NS))
    camera.source = SnapshotSource(
        ADDRESS,
        clock,
        np.random.default_rng(1),
        demand=sampler,
        on_status=told.append,
        open_fetcher=camera,
    )
    return list(camera.source), told, camera


def test_one_is_fetched_for_each_look_and_none_between(clock: Any) -> None:
    items, told, camera = watched(clock, [jpeg(10), jpeg(20), jpeg(30)])
    frames = [item for item in items if isinstance(item, Frame)]
    assert [round(float(frame.image().mean())) for frame in frames] == [10, 20, 30]
    assert frames[0].within(64).shape == (48, 64, 3)
    assert frames[0].within(640) is frames[0].image()
    steps_s = np.diff(camera.asked_ns) / SECOND_NS
    assert steps_s == pytest.approx([2.0, 2.0, 2.0], abs=0.11)
    assert [status.state for status in told] == [SourceState.ONLINE]
    assert camera.closed == 1


def test_the_same_picture_again_is_no_new_frame(clock: Any) -> None:
    items, _, _ = watched(clock, [jpeg(10), jpeg(10), None, jpeg(20)])
    assert len(items) == 2


def test_a_camera_that_gives_one_picture_for_a_minute_is_offline(clock: Any) -> None:
    items, told, _ = watched(clock, [*[jpeg(10)] * 40, jpeg(20)])
    assert [status.fault for status in told] == [None, Fault.UNCHANGED, None]
    first, gap, last = items
    assert isinstance(first, Frame)
    assert isinstance(last, Frame)
    assert gap == Gap(first.media_ns, last.media_ns, Fault.UNCHANGED)
    assert (told[1].wall_ns - told[0].wall_ns) / SECOND_NS == pytest.approx(62, abs=2)


def test_a_failure_is_told_waited_out_and_a_gap(clock: Any) -> None:
    lost = timed_out("camera", "nothing came")
    items, told, camera = watched(clock, [jpeg(10), lost, lost, jpeg(20)])
    assert [status.fault for status in told] == [None, Fault.TIMED_OUT, None]
    assert [type(item) for item in items] == [Frame, Gap, Frame]
    assert camera.closed == 3, "what broke is not used again"
    first_s, second_s = np.diff(camera.asked_ns[1:4]) / SECOND_NS
    assert 0.4 < first_s < 1.2
    assert 0.9 < second_s < 2.2


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe0 and no more",
        jpeg(10).replace(b"\x00\x60\x00\x80", b"\xff\xff\xff\xff", 1),
    ],
    ids=["head only", "giant"],
)
def test_what_is_no_picture_is_damaged(data: bytes, clock: Any) -> None:
    items, told, _ = watched(clock, [data])
    assert items == []
    assert [status.fault for status in told] == [Fault.DAMAGED]


def test_a_picture_says_how_large_it_is_before_it_is_decoded() -> None:
    assert announced_pixels(jpeg(10)) == 96 * 128
    giant = jpeg(10).replace(b"\x00\x60\x00\x80", b"\xff\xff\xff\xff", 1)
    assert announced_pixels(giant) > MAX_PIXELS
    assert announced_pixels(b"\xff\xd8") == 0


def test_nothing_that_is_told_holds_credentials(clock: Any) -> None:
    _, told, _ = watched(clock, [timed_out(ADDRESS.redacted, "nothing came"), b"no"])
    assert "hunter2" not in repr(told)
    assert "viewer" not in repr(told)
