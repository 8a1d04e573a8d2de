"""Streams for evidence, tried: whether they can be opened, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from detector.sources.address import parse_address
from detector.sources.errors import SourceError
from detector.sources.failures import undecodable
from detector.sources.network import NetworkDoor
from detector.sources.patience import LiveOptions
from detector.sources.video import decoded
from fences.clock import SECOND_NS, Clock
from kerbwatch.options import CameraOptions, ServiceOptions

_AT_ONCE = 16
_OPTIONS = LiveOptions()


@dataclass(frozen=True, slots=True)
class StreamSeen:
    """A camera's stream for evidence; ``problem`` is empty where a picture could be decoded."""

    camera_id: str
    shows: str
    problem: str = ""


def evidence_streams(options: ServiceOptions, clock: Clock) -> Iterator[StreamSeen]:
    """Every one of a configuration, tried side by side."""
    cameras = [camera for camera in options.cameras if camera.evidence_url is not None]
    if cameras:
        with ThreadPoolExecutor(min(len(cameras), _AT_ONCE)) as pool:
            yield from pool.map(lambda camera: _tried(camera, clock), cameras)


def _tried(camera: CameraOptions, clock: Clock) -> StreamSeen:
    try:
        return StreamSeen(camera.id, _shown(camera, clock))
    except SourceError as error:
        return StreamSeen(camera.id, "", str(error))


def _shown(camera: CameraOptions, clock: Clock) -> str:
    assert camera.evidence_url is not None
    address = parse_address(camera.evidence_url.reveal())
    opened = NetworkDoor(camera.access, clock)(address, _OPTIONS)
    patience_s = _OPTIONS.first_picture_s
    until_ns = clock.monotonic_ns() + round(patience_s * SECOND_NS)
    with closing(opened.container):
        for pictures in decoded(opened):
            if pictures:
                codec = opened.stream.codec_context.name
                return f"{pictures[0].width}×{pictures[0].height} {codec}"
            if clock.monotonic_ns() > until_ns:
                break
    raise undecodable(address.redacted, patience_s)
