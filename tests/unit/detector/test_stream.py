"""From a source to the sink, in order: what was looked at, and what it made happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from detector.eyes import Eyes
from detector.frame import Frame, Image
from detector.sampling import Sampled, Sampler
from detector.stream import Taken, Watch, run_inputs, run_stream
from fences.clock import SECOND_NS
from fences.guard import Guard
from fences.observation import Detection, Gap, Observation
from tests.fences_kit import brief, fence, looks, ns, play, rule, seen
from tests.obstruction_kit import Place


@dataclass
class Reel:
    """A source of prepared items, which may break at its end."""

    items: list[Frame | Gap]
    breaks: Exception | None = None

    def __iter__(self) -> Iterator[Frame | Gap]:
        yield from self.items
        if self.breaks is not None:
            raise self.breaks

    def close(self) -> None:
        pass


@dataclass
class Basket:
    taken: list[Taken] = field(default_factory=list)

    def took(self, taken: Taken) -> None:
        self.taken.append(taken)


class Converted:
    """Counts the conversions of pictures."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def frame(self, at: float) -> Frame:
        def image() -> Image:
            self.times.append(at)
            return Place((60, 80)).draw(at)

        return Frame(ns(at), ns(at) + 7, image)


@dataclass
class Sees:
    """Eyes that see the same in every picture."""

    thing: Detection
    wanted_px: int = 80
    quiet: bool = False

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation:
        assert image.ndim == 3
        return Observation(media_ns, wall_ns, (self.thing,))


def test_frames_are_sampled_looked_at_and_handed_on_in_order() -> None:
    made, basket = Converted(), Basket()
    items: list[Frame | Gap] = [made.frame(n / 4) for n in range(8)]
    items.insert(4, Gap(ns(0.8), ns(0.9), "lost"))
    guard = Guard((fence(),))
    sampler = Sampler(SECOND_NS)
    watch = Watch(sampler, Eyes((fence(),), ()), guard, basket)
    run_stream(Sampled(Reel(items), sampler), watch)
    assert made.times == [0.0, 1.0]  # what is not looked at is not converted
    assert [type(it.entry) for it in basket.taken] == [Observation, Gap, Observation]
    assert [it.image is not None for it in basket.taken] == [True, False, True]
    first = basket.taken[0].entry
    assert isinstance(first, Observation)
    assert (first.media_ns, first.wall_ns) == (0, 7)
    assert guard.states["lane"].last_ns == ns(1)


def test_a_dwell_that_ends_between_two_looks_has_one_of_its_own() -> None:
    """And the next one is where it would have been."""
    made, basket = Converted(), Basket()
    lane = fence(rule(dwell=3.5, min_area=0.0))
    sampler = Sampler(2 * SECOND_NS)
    watch = Watch(sampler, Sees(seen()), Guard((lane,)), basket)
    items: list[Frame | Gap] = [made.frame(n / 4) for n in range(32)]
    run_stream(Sampled(Reel(items), sampler), watch)
    assert made.times == [0.0, 2.0, 3.5, 4.0, 6.0]
    assert brief(event for taken in basket.taken for event in taken.events) == [("opened", 3.5)]


def test_recorded_inputs_give_what_the_core_gives() -> None:
    basket = Basket()
    inputs = [*looks(0, 14, seen()), *looks(14, 30)]
    run_inputs(((entry, None) for entry in inputs), Guard((fence(),)), basket)
    told = [event for taken in basket.taken for event in taken.events]
    assert told == play(fence(), inputs)[1]
    assert brief(told) == [("opened", 10.0), ("cleared", 19.0)]
    assert [taken.entry for taken in basket.taken] == inputs


def test_what_breaks_the_source_comes_out_after_all_before_it() -> None:
    made, basket = Converted(), Basket()
    reel = Reel([made.frame(0.0), made.frame(1.0)], OSError("pulled the plug"))
    with pytest.raises(OSError, match="pulled the plug"):
        run_stream(reel, Watch(Sampler(0), Eyes((fence(),), ()), Guard((fence(),)), basket))
    assert len(basket.taken) == 2
