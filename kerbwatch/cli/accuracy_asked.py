"""What ``kerbwatch accuracy`` can be asked, and the run that it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kerbwatch.cli.speak import MISUSED, TEXT, give_up
from kerbwatch.cores import cores

if TYPE_CHECKING:
    from kerbwatch.wire.accuracy import AccuracyRequest


class ClipSet(StrEnum):
    """Which rendered scenes; the same words as in ``replay.accuracy.seeds``."""

    TUNING = "tuning"
    VALIDATION = "validation"


Scenes = Annotated[ClipSet, typer.Option("--set", help=TEXT("help.clip_set"))]
Conditions = Annotated[str, typer.Option(help=TEXT("help.conditions"))]
Sources = Annotated[str, typer.Option(help=TEXT("help.sources"))]
Clips = Annotated[int, typer.Option(min=0, max=35, help=TEXT("help.clips"))]
NegativeMinutes = Annotated[float, typer.Option(min=0, help=TEXT("help.negative_minutes"))]
Looks = Annotated[float, typer.Option(min=0.2, max=25, help=TEXT("help.looks_per_second"))]
RealLooks = Annotated[
    float, typer.Option(min=0.2, max=100, help=TEXT("help.real_looks_per_second"))
]
Size = Annotated[str, typer.Option(help=TEXT("help.size"))]
Truth = Annotated[Path | None, typer.Option(help=TEXT("help.real_truth"))]
Model = Annotated[str, typer.Option(help=TEXT("help.accuracy_model"))]
Workers = Annotated[int, typer.Option(min=0, help=TEXT("help.workers"))]
Out = Annotated[Path, typer.Option(help=TEXT("help.accuracy_out"))]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed; lists have commas, ``workers`` 0: one for each core."""

    clip_set: ClipSet
    conditions: str
    sources: str
    clips: int
    negative_minutes: float
    looks_per_second: float
    real_looks_per_second: float
    size: str
    truth: Path | None
    model: str
    workers: int
    out: Path
    as_json: bool

    def request(self) -> AccuracyRequest:
        """The run that is asked for; what makes none ends the command."""
        from kerbwatch.wire.accuracy import AccuracyRequest, most_minutes  # noqa: PLC0415
        from replay.accuracy.contestants import Contender  # noqa: PLC0415
        from replay.accuracy.seeds import ClipSet as Seeds  # noqa: PLC0415
        from replay.scenes import CONDITIONS  # noqa: PLC0415

        clip_set = Seeds(self.clip_set)
        if self.negative_minutes > (limit := most_minutes(clip_set)):
            values = {"got": self.negative_minutes, "set": clip_set, "limit": limit}
            self._misused(TEXT("accuracy.minutes", **values))
        sources = self._chosen("--sources", self.sources, tuple(Contender))
        return AccuracyRequest(
            folder=self.out,
            clip_set=clip_set,
            conditions=self._chosen("--conditions", self.conditions, tuple(CONDITIONS)),
            contenders=tuple(map(Contender, sources)),
            clips=self.clips,
            negative_minutes=self.negative_minutes,
            looks_per_second=self.looks_per_second,
            real_looks_per_second=self.real_looks_per_second,
            size_wh=self._size_wh(),
            truth=self.truth,
            model=self.model,
            workers=self.workers or cores(),
        )

    def _chosen(self, option: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(part.strip() for part in text.split(",") if part.strip())
        if names == ("all",):
            return known
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            got = ", ".join(unknown) or "-"
            self._misused(TEXT("accuracy.unknown", option=option, got=got, known=", ".join(known)))
        return names

    def _size_wh(self) -> tuple[int, int]:
        sides = self.size.split("x")
        if len(sides) != 2 or not all(side.isdecimal() and int(side) >= 160 for side in sides):
            self._misused(TEXT("accuracy.size", got=self.size))
        return int(sides[0]), int(sides[1])

    def _misused(self, message: str) -> NoReturn:
        give_up(message, MISUSED, as_json=self.as_json)
