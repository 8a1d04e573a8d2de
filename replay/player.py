"""The recorder of a replay: what a run brings, kept in files and in memory.

It stands where the alert service stands when live. It has no way to anybody: neither broker
nor store nor push can be imported from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from alerts.cases import Case
from alerts.evidence import write_jpeg
from alerts.memory import MemoryCaseBook
from alerts.picture import Annotation, annotate
from detector.frame import Image
from detector.stream import Taken
from fences.box import Box
from fences.event import EventKind, FenceEvent
from fences.observation import Gap, Observation
from fences.record import encode_event, encode_input

RESULTS = ("cases.json", "score.json")
PICTURES = "cases"
"""What is written when everything has been played."""


@dataclass(frozen=True, slots=True)
class ReplayedCase:
    """A case as a replay tells of it. Times in seconds of the clip, ``box`` at its opening.

    ``snapshot`` is relative to the output folder; ``None`` where there were no pictures.
    """

    case: Case
    box: Box
    snapshot: str | None


Caption = Callable[[Case, FenceEvent], Annotation]
"""What is drawn on the picture of a case."""


@dataclass
class Recorder:
    """Writes ``observations.jsonl``, ``events.jsonl`` and a picture of each case.

    Use it as a context manager; what it wrote is complete when the context ends.
    ``on_progress`` is told the media time in ns after every input.
    """

    folder: Path
    book: MemoryCaseBook
    caption: Caption
    on_progress: Callable[[int], None] = lambda _: None
    looks: int = 0
    events: int = 0
    last_media_ns: int = 0
    _opened: dict[str, ReplayedCase] = field(default_factory=dict)
    _files: dict[str, TextIO] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in RESULTS:  # of an earlier replay: this one may fail before it writes its own
            (self.folder / name).unlink(missing_ok=True)
        for picture in (self.folder / PICTURES).glob("*.jpg"):
            picture.unlink()
        for name in ("observations", "events"):
            self._files[name] = (self.folder / f"{name}.jsonl").open("w", encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()

    @property
    def cases(self) -> tuple[ReplayedCase, ...]:
        """Every case in its newest version, in the order of opening."""
        return tuple(
            ReplayedCase(case, self._opened[case.case_id].box, self._opened[case.case_id].snapshot)
            for case in self.book.cases
        )

    def took(self, taken: Taken) -> None:
        self._files["observations"].write(encode_input(taken.entry) + "\n")
        self.looks += isinstance(taken.entry, Observation)
        for event in taken.events:
            self.events += 1
            self._files["events"].write(encode_event(event) + "\n")
            self._note(event, taken.image)
        entry = taken.entry
        self.last_media_ns = entry.to_ns if isinstance(entry, Gap) else entry.media_ns
        self.on_progress(self.last_media_ns)

    def _note(self, event: FenceEvent, image: Callable[[], Image] | None) -> None:
        change = self.book.apply(event)
        if change is None or event.kind is not EventKind.OPENED:
            return
        case = change.case
        if case.case_id in self._opened:
            return
        snapshot = None if image is None else self._picture(case, event, image())
        self._opened[case.case_id] = ReplayedCase(case, event.sightings[0].box, snapshot)

    def _picture(self, case: Case, event: FenceEvent, image: Image) -> str:
        name = f"{PICTURES}/{case.case_id}.jpg"
        write_jpeg(self.folder / name, annotate(image, self.caption(case, event)))
        return name
