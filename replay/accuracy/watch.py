"""One clip, watched by every contender at once: the same pictures, the same looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from alerts.evidence import write_jpeg
from alerts.parts import scenario_names
from alerts.picture import Annotation, annotate
from alerts.texts import Language, load_texts
from detector.engines.protocol import Engine
from detector.frame import Image
from detector.sampling import Sampler
from fences.box import Box
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from fences.fence import Fence
from fences.observation import Gap
from replay.accuracy.clip import Clip, source_of
from replay.accuracy.contestants import OURS, Contender, Kerbwatch, Watcher, seen_with
from replay.accuracy.judge import dwells, judge
from replay.accuracy.meter import Meter, SharedEngine
from replay.accuracy.peers import Recipe, history_for, knn, mog2
from replay.accuracy.result import ClipResult, Mistake, Showing

_PICTURES = "pictures"


@dataclass
class _Seat:
    """A contender at a clip, and what it said, with the pictures that it said it of."""

    contender: Contender
    fences: tuple[Fence, ...]
    watcher: Watcher
    events: list[FenceEvent] = field(default_factory=list)
    images: dict[str, Image | None] = field(default_factory=dict)

    def note(self, events: Iterable[FenceEvent], image: Image | None) -> None:
        for event in events:
            self.events.append(event)
            if event.kind is EventKind.OPENED:
                self.images[event.event_id] = image


@dataclass(frozen=True, slots=True)
class Album:
    """Where pictures of mistakes go: ``folder`` is that of the whole run."""

    folder: Path
    language: Language

    def save(self, clip: Clip, contender: str, number: int, mistake: Mistake, image: Image) -> str:
        """Draw the mistake's fence and box, write the picture, give its name in the folder."""
        name = f"{_PICTURES}/{clip.name}-{contender}-{number}-{mistake.kind}.jpg"
        fence = next(fence for fence in clip.fences if fence.id == mistake.fence)
        drawn = Annotation(
            polygon=fence.polygon.points,
            boxes=(mistake.box,),
            lines=self._lines(clip, contender, mistake),
            ascii_lines=(f"{clip.name} {contender} {mistake.kind} {mistake.at_s:.1f} s",),
        )
        write_jpeg(self.folder / name, annotate(image, drawn))
        return name

    def _lines(self, clip: Clip, contender: str, mistake: Mistake) -> tuple[str, ...]:
        texts = load_texts("replay.accuracy", self.language)
        names = scenario_names(mistake.scenario)
        scenario = names["zh"] if self.language is Language.ZH else names["en"]
        where = {"clip": clip.name, "contender": contender, "at_s": mistake.at_s}
        return (
            texts(f"picture.{mistake.kind}", scenario=scenario),
            texts("picture.where", named_by=mistake.named_by, **where),
        )


def watch(
    clip: Clip,
    contenders: Sequence[Contender],
    engines: Sequence[Engine],
    album: Album,
) -> ClipResult:
    """Let the contenders watch a clip and judge them.

    ``engines`` serve those that see with learned detectors. A contender that no fence of the
    clip allows has no showing. Raises ``SourceError`` where the clip cannot be played.
    """
    meter = Meter()
    shared = tuple(SharedEngine(engine) for engine in engines)
    seats = [seat for it in contenders if (seat := _seat(it, clip, shared)) is not None]
    due_ns = [_due_ns(clip, number) for number in range(len(clip.events))]
    views: dict[int, Image] = {}
    sampler = Sampler(clip.every_ns)
    first_ns: int | None = None
    last_ns = looks = 0
    for item in source_of(clip):
        if isinstance(item, Gap):
            for seat in seats:
                seat.note(seat.watcher.gap(item), None)
            continue
        first_ns, last_ns = item.media_ns if first_ns is None else first_ns, item.media_ns
        if not sampler.takes(item.media_ns):
            continue
        with meter.of(_PICTURES):
            image = item.image()
        looks += 1
        for seat in seats:
            with meter.of(seat.contender):
                events = seat.watcher.look(image, item.media_ns)
            meter.add(seat.contender, sum(engine.settle() for engine in shared))
            seat.note(events, image)
        for number, moment_ns in enumerate(due_ns):
            if item.media_ns >= moment_ns:
                views.setdefault(number, image)
    return ClipResult(
        clip=clip.name,
        condition=clip.condition,
        seed=clip.seed,
        events=len(clip.events),
        seconds=round((last_ns - (first_ns or 0)) / SECOND_NS, 3),
        looks=looks,
        picture_cpu_s=_seconds(meter, _PICTURES),
        showings=tuple(_showing(seat, clip, views, meter, album) for seat in seats),
    )


def _seat(contender: Contender, clip: Clip, engines: tuple[SharedEngine, ...]) -> _Seat | None:
    if contender in OURS:
        fences = seen_with(clip.fences, OURS[contender])
        return _Seat(contender, fences, Kerbwatch(fences, engines)) if fences else None
    dwell_ns = max(rule.dwell_ns for fence in clip.fences for rule in fence.rules)
    recipe = mog2 if contender is Contender.MOG2 else knn
    history = history_for(dwell_ns, clip.every_ns)
    return _Seat(contender, clip.fences, Recipe(clip.fences, recipe(history), history))


def _due_ns(clip: Clip, number: int) -> int:
    """When the picture of an event, should it be missed, shows it best: the dwell is over."""
    event = clip.events[number]
    dwell_s = dwells(clip.fences).get((event.fence, event.scenario), 0.0)
    return round((event.start_s + dwell_s) * SECOND_NS)


def _showing(
    seat: _Seat, clip: Clip, views: dict[int, Image], meter: Meter, album: Album
) -> Showing:
    verdict = judge(seat.events, clip.events, seat.fences)
    mistakes: list[tuple[Mistake, Image | None]] = []
    for missed in verdict.missed:
        at_s = _due_ns(clip, clip.events.index(missed)) / SECOND_NS
        box = missed.box.xyxy
        mistake = Mistake("miss", missed.fence, missed.scenario, at_s, box, "", None)
        mistakes.append((mistake, views.get(clip.events.index(missed))))
    mistakes += [(_false(event), seat.images[event.event_id]) for event in verdict.false]
    return Showing(
        contender=seat.contender,
        tp=len(verdict.delays_s),
        fp=len(verdict.false),
        fn=len(verdict.missed),
        again=verdict.again,
        early=verdict.early,
        delays_s=verdict.delays_s,
        cpu_s=_seconds(meter, seat.contender),
        mistakes=tuple(
            _pictured(album, clip, seat.contender, number, mistake, image)
            for number, (mistake, image) in enumerate(mistakes, start=1)
        ),
    )


def _pictured(
    album: Album, clip: Clip, contender: str, number: int, mistake: Mistake, image: Image | None
) -> Mistake:
    if image is None:
        return mistake
    picture = album.save(clip, contender, number, mistake, image)
    return replace(mistake, picture=picture)


def _false(event: FenceEvent) -> Mistake:
    first = event.sightings[0]
    at_s = event.media_ns / SECOND_NS
    box: Box = first.box
    return Mistake("false", event.fence_id, event.scenario_id, at_s, box.xyxy, first.named_by, None)


def _seconds(meter: Meter, name: str) -> float:
    return round(meter.spent_ns.get(name, 0) / SECOND_NS, 4)
