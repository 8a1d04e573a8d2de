"""Truth files (JSON): what is in a clip, and the fences to watch it with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from fences.box import Box
from kerbwatch.config.build import fence_options
from kerbwatch.config.fields import Expect, Id, StrictModel
from kerbwatch.config.json_syntax import parse_json
from kerbwatch.config.problem import ConfigError, Problem, phrase
from kerbwatch.config.problem import Path as KeyPath
from kerbwatch.config.references import DEFAULT_EVERY_S, check_fence
from kerbwatch.config.schema import FenceModel
from kerbwatch.config.shown import one_of
from kerbwatch.config.textfile import read_text
from kerbwatch.config.values import Document, Value, read_values, text_at, value_at
from kerbwatch.config.verdict import validate
from kerbwatch.options import FenceOptions
from replay.truth import ClipTruth, TruthEvent

ClipSeconds = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False), Expect("seconds")]
# Truth boxes are never clipped: what stands at the edge reaches out of the frame.
Corner = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False), Expect("corner")]


class EventModel(StrictModel):
    """A violation as a truth file tells it."""

    fence: Id
    scenario: Annotated[str, Expect("text")]
    start_s: ClipSeconds
    end_s: ClipSeconds | None
    box: Annotated[list[Corner], Field(min_length=4, max_length=4), Expect("box")]


class ClipModel(StrictModel):
    """One clip. ``fences`` have the shape of ``streams.yaml``."""

    events: Annotated[list[EventModel], Expect("events")]
    fences: Annotated[list[FenceModel], Expect("clip_fences")] = Field(default_factory=list)
    note: Annotated[str, Expect("text")] = ""


class TruthModel(StrictModel):
    """A whole file: clips by file name."""

    clips: Annotated[dict[str, ClipModel], Expect("clips")]
    about: Annotated[str, Expect("text")] = ""


@dataclass(frozen=True, slots=True)
class _Found:
    document: Document
    clip: ClipModel


def load_truth(path: Path, clip_name: str) -> ClipTruth:
    """The truth of one clip, from a file with many clips or with this one alone.

    ``clip_name`` is the clip's file name. Raises ``ConfigError`` with every problem.
    """
    clip = _load_clip(path, clip_name).clip
    events = tuple(
        TruthEvent(it.fence, it.scenario, it.start_s, it.end_s, Box(*it.box)) for it in clip.events
    )
    return ClipTruth(clip_name, events, clip.note)


def fences_of_truth(
    path: Path,
    clip_name: str,
    camera_id: str,
    *,
    every_s: float = DEFAULT_EVERY_S,
    timezone: str = "UTC",
) -> tuple[FenceOptions, ...]:
    """The fences that a truth file gives for a clip, as those of a camera.

    ``every_s``: how often they are going to be checked, in seconds. Raises ``ConfigError``,
    also where the file has no fences for the clip.
    """
    found = _load_clip(path, clip_name)
    if not found.clip.fences:
        place: KeyPath = ("clips", clip_name) if _has_clips(found.document.value) else ()
        expected = phrase("expected.clip_fences")
        got = phrase("got.nothing")
        raise ConfigError([found.document.problem(place, "no_fences", expected, got)])
    return tuple(fence_options(fence, camera_id, every_s, timezone) for fence in found.clip.fences)


def clip_names(path: Path) -> tuple[str, ...]:
    """The clips that a truth file knows; none if it is about a single, unnamed clip."""
    document = _open(path)
    clips = value_at(document.value, ("clips",))
    return tuple(clips) if isinstance(clips, dict) else ()


def _load_clip(path: Path, clip_name: str) -> _Found:
    document = _open(path)
    clip: ClipModel | None = None
    if _has_clips(document.value):
        whole = validate(document, TruthModel)
        clips = value_at(document.value, ("clips",))
        names = tuple(clips) if isinstance(clips, dict) else ()
        for name in names:
            document.problems += _cross_check(document, ("clips", name))
        if clip_name not in names:
            got, expected = phrase("got.text", text=clip_name), one_of(clip_name, names)
            document.problems.append(document.problem(("clips",), "unknown_clip", expected, got))
        elif whole is not None:
            clip = whole.clips[clip_name]
    else:
        clip = validate(document, ClipModel)
        document.problems += _cross_check(document, ())
    if document.problems or clip is None:
        raise ConfigError(document.problems)
    return _Found(document, clip)


def _has_clips(value: Value) -> bool:
    return isinstance(value, dict) and "clips" in value


def _cross_check(document: Document, clip: KeyPath) -> Iterator[Problem]:
    watched: dict[str, set[str]] = {}
    fences = value_at(document.value, (*clip, "fences"))
    for number in range(len(fences) if isinstance(fences, list) else 0):
        fence: KeyPath = (*clip, "fences", number)
        # An interval of zero: how often a clip is looked at is not the truth's to say.
        yield from check_fence(document, fence, 0.0)
        name = text_at(document.value, (*fence, "id"))
        scenarios = value_at(document.value, (*fence, "scenarios"))
        if name is not None and isinstance(scenarios, dict):
            watched[name] = set(scenarios)
    events = value_at(document.value, (*clip, "events"))
    for number in range(len(events) if isinstance(events, list) else 0):
        yield from _check_event(document, (*clip, "events", number), watched)


def _check_event(
    document: Document, event: KeyPath, watched: dict[str, set[str]]
) -> Iterator[Problem]:
    fence, scenario = (text_at(document.value, (*event, key)) for key in ("fence", "scenario"))
    if watched and fence is not None and fence not in watched:
        yield document.problem((*event, "fence"), "unknown_fence", one_of(fence, watched))
    elif fence in watched and scenario is not None and scenario not in watched[fence]:
        expected = phrase("expected.unknown_rule", names=", ".join(sorted(watched[fence])))
        yield document.problem((*event, "scenario"), "unknown_rule", expected)
    start, end = (value_at(document.value, (*event, key)) for key in ("start_s", "end_s"))
    if isinstance(start, int | float) and isinstance(end, int | float) and end <= start:
        expected = phrase("expected.end_after_start")
        yield document.problem((*event, "end_s"), "end_before_start", expected)
    box = value_at(document.value, (*event, "box"))
    if isinstance(box, list) and _is_swapped(box):
        got = phrase("got.value", text=", ".join(f"{value:g}" for value in box))
        yield document.problem((*event, "box"), "box", phrase("expected.box"), got)


def _is_swapped(box: list[Value]) -> bool:
    x1, y1, x2, y2 = box if len(box) == 4 else (0, 0, 1, 1)
    numbers = all(isinstance(value, int | float) for value in (x1, y1, x2, y2))
    return numbers and not (x1 < x2 and y1 < y2)  # type: ignore[operator]


def _open(path: Path) -> Document:
    document = read_values(parse_json(read_text(path), str(path)), str(path), None)
    if not isinstance(document.value, dict):
        expected = phrase("expected.json_file")
        raise ConfigError([document.problem((), "no_mapping", expected)])
    return document
