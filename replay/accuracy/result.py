"""What came of a clip, as it is kept on disk while a run goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Mistake:
    """A miss or a false case. ``at_s``: when it was due, or opened; ``box`` xyxy in 0-1.

    ``picture``: relative to the output folder; ``None`` where no picture was seen then.
    """

    kind: Literal["miss", "false"]
    fence: str
    scenario: str
    at_s: float
    box: tuple[float, float, float, float]
    named_by: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class Showing:
    """How one contender did on one clip.

    ``again``: openings of a violation that was told already; the case book reopens its case.
    ``early``: closings of a violation that still stood there.
    ``delays_s``: beyond the dwell. ``cpu_s``: for all looks together.
    """

    contender: str
    tp: int
    fp: int
    fn: int
    again: int
    early: int
    delays_s: tuple[float, ...]
    cpu_s: float
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class ClipResult:
    """``seconds`` watched, in ``looks``; ``picture_cpu_s``: for rendering or decoding."""

    clip: str
    condition: str
    seed: int | None
    events: int
    seconds: float
    looks: int
    picture_cpu_s: float
    showings: tuple[Showing, ...]


def result_object(result: ClipResult) -> dict[str, Any]:
    """As JSON has it."""
    return asdict(result)


def result_from(content: dict[str, Any]) -> ClipResult:
    """The result of :func:`result_object`. Raises ``KeyError`` or ``TypeError`` for others."""
    showings = tuple(
        Showing(
            **{
                **showing,
                "delays_s": tuple(showing["delays_s"]),
                "mistakes": tuple(
                    Mistake(**{**mistake, "box": tuple(mistake["box"])})
                    for mistake in showing["mistakes"]
                ),
            }
        )
        for showing in content["showings"]
    )
    return ClipResult(**{**content, "showings": showings})
