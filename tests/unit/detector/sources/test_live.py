from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import av.error
import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.address import Address, parse_address
from detector.sources.backoff import Backoff, RetryPace
from detector.sources.errors import Fault, SourceError
from detector.sources.failures import explain_network, timed_out
from detector.sources.live import LiveSource
from detector.sources.patience import LiveOptions
from detector.sources.recording import open_recording
from detector.sources.status import SourceState, SourceStatus
from detector.sources.video import OpenedVideo
from fences.clock import SECOND_NS
from fences.observation import Gap

WriteClip = Callable[..., Path]
STEP_NS = SECOND_NS // 25
ADDRESS = parse_address("rtsp://viewer:hunter2@camera/1")


class Network:
    """Answers each connection with the next of ``answers``: a clip or a failure."""

    def __init__(self, clock: Any, answers: list[Path | SourceError | OpenedVideo]) -> None:
        self.clock = clock
        self.answers = answers
        self.asked_ns: list[int] = []

    def __call__(self, address: Address, options: LiveOptions) -> OpenedVideo:
        assert address is ADDRESS
        assert options.read_s > 0
        self.asked_ns.append(self.clock.now_ns)
        answer = self.answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return open_recording(answer) if isinstance(answer, Path) else answer


def source_of(
    clock: Any, answers: list[Path | SourceError | OpenedVideo], **more: Any
) -> tuple[LiveSource, list[SourceStatus], Network]:
    """A source that is closed when the answers are used up."""
    told: list[SourceStatus] = []
    network = Network(clock, answers)

    def tell(status: SourceStatus) -> None:
        told.append(status)
        if not answers and status.state is SourceState.OFFLINE:
            source.close()

    source = LiveSource(
        ADDRESS,
        clock,
        np.random.default_rng(1),
        on_status=tell,
        open_live=network,
        **more,
    )
    return source, told, network


def source_without_end(source: LiveSource) -> Iterator[Frame | Gap]:
    """Goes on until the network has no answer left, which is an ``IndexError``."""
    source.close = lambda: None  # type: ignore[method-assign]
    return iter(source)


def silent() -> SourceError:
    return timed_out("camera", "silent")


def test_media_time_starts_at_the_wall_clock_and_follows_the_stamps(
    clock: Any, write_clip: WriteClip
) -> None:
    source, _, network = source_of(clock, [write_clip(pts=[7, 8, 10])])
    times = [item.media_ns for item in source if isinstance(item, Frame)]
    start_ns = network.asked_ns[0]
    assert times == [start_ns, start_ns + STEP_NS, start_ns + 3 * STEP_NS]


def test_a_reconnect_is_a_gap_with_its_reason_and_time_goes_on(
    clock: Any, write_clip: WriteClip
) -> None:
    clip = write_clip(pictures=3)
    source, told, network = source_of(clock, [clip, silent(), silent(), clip])
    items = list(source)
    assert [type(item) for item in items] == [Frame] * 3 + [Gap] + [Frame] * 3
    gap = items[3]
    assert isinstance(gap, Gap)
    start_ns, *_, back_ns = network.asked_ns
    assert gap == Gap(start_ns + 2 * STEP_NS, back_ns, Fault.TIMED_OUT)
    assert [(status.state, status.fault) for status in told] == [
        (SourceState.ONLINE, None),
        (SourceState.OFFLINE, Fault.STREAM_ENDED),
        (SourceState.OFFLINE, Fault.TIMED_OUT),
        (SourceState.ONLINE, None),
        (SourceState.OFFLINE, Fault.STREAM_ENDED),
    ]


def test_media_time_grows_though_the_wall_clock_is_set_back(
    clock: Any, write_clip: WriteClip
) -> None:
    clip = write_clip(pictures=3)
    source, _, _ = source_of(clock, [clip, clip])
    times = []
    for item in source:
        if isinstance(item, Frame):
            times.append(item.media_ns)
            clock.now_ns -= 3600 * SECOND_NS
    assert len(times) == 6
    assert times == sorted(set(times))


def test_media_time_never_starts_before_what_was_seen_before_a_restart(
    clock: Any, write_clip: WriteClip
) -> None:
    after_ns = clock.now_ns + 5 * SECOND_NS
    source, _, _ = source_of(clock, [write_clip(pictures=2)], after_ns=after_ns)
    times = [item.media_ns for item in source if isinstance(item, Frame)]
    assert times == [after_ns, after_ns + STEP_NS]


def test_the_same_failure_is_told_once(clock: Any) -> None:
    source, told, _ = source_of(clock, [silent() for _ in range(5)])
    with pytest.raises(IndexError):
        list(source_without_end(source))
    assert [status.fault for status in told] == [Fault.TIMED_OUT]
    assert len(clock.waits_s) == 5


def test_nothing_that_is_told_holds_credentials(clock: Any) -> None:
    source, told, _ = source_of(clock, [explained()])
    list(source)
    assert "hunter2" not in repr(told)


def explained() -> SourceError:
    error = av.error.ConnectionRefusedError(111, "Connection refused", ADDRESS.url)
    return explain_network(error, ADDRESS.redacted)


def test_delays_double_with_chance_until_pictures_have_come_for_a_while() -> None:
    pace = RetryPace(first_s=1, longest_s=8, steady_s=10)
    backoff = Backoff(pace, np.random.default_rng(3))
    delays = [backoff.next_s() for _ in range(40)]
    for delay, whole in zip(delays, [1, 2, 4, *[8] * 37], strict=True):
        assert whole / 2 <= delay <= whole
    assert len(set(delays)) == 40
    assert backoff.next_s(lasted_s=9) > 1
    assert backoff.next_s(lasted_s=10) <= 1


def test_the_same_seed_waits_the_same(clock: Any) -> None:
    waits = []
    for _ in range(2):
        source, _, _ = source_of(clock, [silent(), silent(), silent()])
        clock.waits_s.clear()
        with pytest.raises(IndexError):
            list(source_without_end(source))
        waits.append(list(clock.waits_s))
    assert waits[0] == waits[1]
    assert len(waits[0]) == 3


def slow_container(clock: Any, packets_after_s: list[float]) -> OpenedVideo:
    """A connection whose packets take their time; none of them can be decoded."""

    def demux(_: object) -> Iterator[object]:
        for seconds in packets_after_s:
            clock.now_ns += int(seconds * SECOND_NS)
            yield SimpleNamespace(decode=list, is_keyframe=False, size=1)

    kind = SimpleNamespace(name="rtsp")
    container = SimpleNamespace(demux=demux, close=lambda: None, format=kind)
    stream = SimpleNamespace(time_base=None)
    return OpenedVideo(cast("Any", container), cast("Any", stream), "camera", explain_network)


def test_a_silent_read_is_a_loss_at_once_though_ffmpeg_gives_a_last_packet(clock: Any) -> None:
    source, told, _ = source_of(clock, [slow_container(clock, [4.1, 99.0])])
    begin_ns = clock.now_ns
    assert list(source) == []
    assert told[0].fault is Fault.TIMED_OUT
    assert told[0].wall_ns - begin_ns < 6 * SECOND_NS


def test_data_without_pictures_is_a_loss_after_the_patience_for_a_first_picture(
    clock: Any,
) -> None:
    source, told, _ = source_of(clock, [slow_container(clock, [1.0] * 99)])
    begin_ns = clock.now_ns
    assert list(source) == []
    assert told[0].fault is Fault.NO_PICTURE
    assert "no picture" in told[0].detail
    assert 20 < (told[0].wall_ns - begin_ns) / SECOND_NS < 23


def test_closing_before_the_first_picture_connects_to_nothing(clock: Any) -> None:
    source, told, network = source_of(clock, [silent()])
    source.close()
    source.close()
    assert (list(source), told, network.asked_ns) == ([], [], [])


class Tap:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.sizes: list[int] = []
        self.times: list[int] = []

    def begin(self, opened: OpenedVideo, *, stamped: bool) -> None:
        assert opened.stream.type == "video"
        self.heard.append(f"begin {stamped}")

    def packet(self, packet: Any) -> None:
        self.sizes.append(packet.size)

    def placed(self, media_ns: int) -> None:
        self.heard.append("placed")
        self.times.append(media_ns)

    def end(self) -> None:
        self.heard.append("end")


def test_a_tap_hears_every_packet_of_every_connection_from_its_begin_to_its_end(
    clock: Any, write_clip: WriteClip
) -> None:
    clip, tap = write_clip(pictures=3), Tap()
    source, _, _ = source_of(clock, [clip, silent(), clip], tap=tap)
    times = [item.media_ns for item in source if isinstance(item, Frame)]
    assert tap.times == times
    assert tap.heard == ["begin True", *["placed"] * 3, "end"] * 2
    assert sum(size > 0 for size in tap.sizes) == 6


def test_a_tap_hears_of_the_end_of_a_connection_that_nobody_reads_to_its_end(
    clock: Any, write_clip: WriteClip
) -> None:
    tap = Tap()
    source, _, _ = source_of(clock, [write_clip(pictures=3)], tap=tap)
    items: Any = iter(source)
    next(items)
    items.close()
    assert tap.heard == ["begin True", "placed", "end"]
