"""Asking the model only where something changed makes no other cases than asking it always."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.engines.protocol import Engine
from detector.eyes import Eyes
from detector.sampling import Sampler
from detector.sources.recording import RecordingSource
from detector.stream import Taken, Watch, run_stream
from fences.clock import SECOND_NS
from fences.event import EventKind
from fences.fence import Fence
from fences.guard import Guard
from kerbwatch.config.truth import fences_of_truth
from kerbwatch.options import ModelsOptions
from kerbwatch.wire.models import open_engines

CLIPS = ("aboda_video4.avi", "dump_bag_hall.mp4")
LOOK_NS = SECOND_NS


class Opened:
    """When which scenario was opened."""

    def __init__(self) -> None:
        self.cases: list[tuple[str, int]] = []

    def took(self, taken: Taken) -> None:
        for event in taken.events:
            if event.kind is EventKind.OPENED:
                self.cases.append((event.scenario_id, event.media_ns))


def opened(
    clip: Path, fences: tuple[Fence, ...], engine: Engine, *, gated: bool
) -> tuple[Opened, Eyes]:
    sink, eyes = Opened(), Eyes(fences, (engine,), gated=gated)
    sampler = Sampler(LOOK_NS)
    run_stream(RecordingSource(clip, demand=sampler), Watch(sampler, eyes, Guard(fences), sink))
    return sink, eyes


@pytest.mark.timeout(120)
def test_the_same_cases_with_fewer_inferences(shared_dir: Path) -> None:
    options = ModelsOptions(Path("models"), ("yolox-nano-416",))
    (engine,) = open_engines(options, {"KERBWATCH_MODELS": str(shared_dir / "models")})
    asked = skipped = 0
    for name in CLIPS:
        clip = shared_dir / "footage" / name
        held = fences_of_truth(shared_dir / "footage" / "truth.json", name, "cam")
        fences = tuple(it.fence for it in held)
        always, _ = opened(clip, fences, engine, gated=False)
        gated, eyes = opened(clip, fences, engine, gated=True)
        assert [it for it, _ in gated.cases] == [it for it, _ in always.cases]
        for (_, with_gate_ns), (_, without_ns) in zip(gated.cases, always.cases, strict=True):
            assert abs(with_gate_ns - without_ns) <= 2 * LOOK_NS
        asked += eyes.inferences
        skipped += eyes.skipped
    assert skipped > asked / 10
