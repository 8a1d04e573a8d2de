"""One of each: the sources and the engines that promise the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from detector.cards import Channels, Layout, ModelCard, Placement
from detector.engines.onnx import OnnxEngine
from detector.engines.openvino import OpenVinoEngine
from detector.engines.protocol import Engine
from detector.frame import FrameSource
from detector.sources.address import parse_address
from detector.sources.folder import FolderSource
from detector.sources.live import LiveSource
from detector.sources.paced import PacedSource
from detector.sources.recording import RecordingSource, open_recording
from fences.clock import SECOND_NS

PICTURES = 12


class FakeClock:
    """Waiting moves it on; nothing else does."""

    def __init__(self) -> None:
        self.now_ns = 1_700_000_000 * SECOND_NS

    def wall_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.now_ns += int(seconds * SECOND_NS)
        return event.is_set()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(PICTURES):
            grey = np.full((48, 64, 3), 16 * index, np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="bgr24")
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(params=["recording", "folder", "paced", "paced looped", "live"])
def source(request: pytest.FixtureRequest, clip: Path, tmp_path: Path) -> FrameSource:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(PICTURES):
        cv2.imwrite(str(folder / f"{index}.png"), np.full((48, 64, 3), 16 * index, np.uint8))
    clock = FakeClock()
    address = parse_address("rtsp://camera/1")
    generator = np.random.default_rng(1)
    makers: dict[str, Callable[[], FrameSource]] = {
        "recording": lambda: RecordingSource(clip),
        "folder": lambda: FolderSource(folder, fps=25),
        "paced": lambda: PacedSource(lambda: RecordingSource(clip), clock, loop=False),
        "paced looped": lambda: PacedSource(lambda: FolderSource(folder, fps=25), clock),
        "live": lambda: LiveSource(
            address, clock, generator, open_live=lambda _address, _options: open_recording(clip)
        ),
    }
    return makers[request.param]()


COCO = tuple(
    {0: "person", 1: "bicycle", 2: "car", 5: "bus", 7: "truck"}.get(number, f"class {number}")
    for number in range(80)
)


def _real(name: str, layout: Layout, side: int, scale: float, channels: Channels) -> ModelCard:
    return ModelCard(
        name=name,
        file=f"{name}.onnx",
        layout=layout,
        input_hw=(side, side),
        channels=channels,
        pixel_scale=scale,
        placement=Placement.TOP_LEFT,
        pad_value=114,
        classes=COCO,
        labels=COCO,
        min_score=0.3,
        iou=0.45,
        licence="see the models' inventory",
        origin="see the models' inventory",
    )


REAL = (
    _real("yolox_nano_416", Layout.YOLOX, 416, 1.0, Channels.BGR),
    _real("yolov5n_640", Layout.YOLOV5, 640, 1 / 255, Channels.RGB),
    _real("yolov8n_int8_640", Layout.YOLOV8, 640, 1 / 255, Channels.RGB),
)


Engines = tuple[Engine, Engine]


@pytest.fixture(scope="session", params=REAL, ids=lambda card: str(card.name))
def engines(request: pytest.FixtureRequest, shared_dir: Path) -> Iterator[Engines]:
    """One real model in both engines."""
    card = request.param
    assert isinstance(card, ModelCard)
    path = shared_dir / "models" / card.file
    both = (OpenVinoEngine(card, path), OnnxEngine(card, path))
    yield both
    for engine in both:
        engine.close()
