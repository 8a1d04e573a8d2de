"""``kerbwatch cases silence``, ``lift`` and ``silences``: what nobody is told of for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.cases_act import Order, act
from kerbwatch.cli.cases_open import (
    RequestId,
    Who,
    Words,
    checked_request_id,
    checked_words,
    moment,
    opened,
    tell,
)
from kerbwatch.cli.settings import STREAMS, Config
from kerbwatch.cli.speak import MISUSED, TEXT, AsJson, give_up, say, say_json

if TYPE_CHECKING:
    from kerbwatch.wire.casework import CaseWork

Case = Annotated[str | None, typer.Argument(metavar="[CASE]", help=TEXT("help.silence_case"))]
Camera = Annotated[str | None, typer.Option("--camera", help=TEXT("help.silence_camera"))]
Fence = Annotated[str | None, typer.Option("--fence", help=TEXT("help.report_fence"))]
Scenario = Annotated[str | None, typer.Option("--scenario", help=TEXT("help.report_scenario"))]
Number = Annotated[int | None, typer.Option("--number", min=1, help=TEXT("help.silence_number"))]


def silence(
    *,
    who: Who,
    until: Annotated[str, typer.Option("--until", help=TEXT("help.until"))],
    case: Case = None,
    camera: Camera = None,
    fence: Fence = None,
    scenario: Scenario = None,
    words: Words = "",
    request_id: RequestId = None,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """The place of a case, a fence and scenario, or a whole camera."""
    if (case is None) == (camera is None):
        give_up(TEXT("cases.silence_what"), MISUSED, as_json=as_json)
    if case is not None:
        act(Order("silence", case, who, words, None, request_id, config, as_json, until=until))
        return
    with opened(config, as_json=as_json, who=who) as work:
        from alerts.silences import PlaceSilence  # noqa: PLC0415

        given = checked_request_id(request_id, as_json=as_json)
        asked = PlaceSilence(
            str(camera),
            fence,
            scenario,
            who,
            given or work.request_id("silence", camera, fence, scenario, who),
            work.clock.wall_ns(),
            moment(work, until, as_json=as_json),
            checked_words(words, as_json=as_json),
        )
        tell(work, work.counter.take(asked), as_json=as_json)


def lift(
    who: Who,
    case: Case = None,
    number: Number = None,
    words: Words = "",
    request_id: RequestId = None,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """Those of a case, or one by its number."""
    if (case is None) == (number is None):
        give_up(TEXT("cases.lift_what"), MISUSED, as_json=as_json)
    if case is not None:
        act(Order("lift", case, who, words, None, request_id, config, as_json))
        return
    with opened(config, as_json=as_json, who=who) as work:
        from alerts.silences import LiftSilence  # noqa: PLC0415

        given = checked_request_id(request_id, as_json=as_json)
        asked = LiftSilence(
            int(number or 0),
            who,
            given or work.request_id("lift", number, who),
            work.clock.wall_ns(),
            checked_words(words, as_json=as_json),
        )
        tell(work, work.counter.take(asked), as_json=as_json)


def list_silences(
    everything: Annotated[bool, typer.Option("--all", help=TEXT("help.silences_all"))] = False,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """Those that hold, or all there ever were, oldest first."""
    with opened(config, as_json=as_json) as work:
        from kerbwatch.wire.casefacts import silence_object  # noqa: PLC0415

        found = [silence_object(work, it) for it in work.store.silences(running=not everything)]
        lines = [silence_line(work, one) for one in found]
    if as_json:
        say_json(found)
    else:
        say("\n".join(lines) or TEXT("cases.no_silence"))


def silence_line(work: CaseWork, one: dict[str, Any]) -> str:
    """A silence or snooze in one line for people."""
    place = [one["camera"], one["fence"], one["scenario"]]
    what = one["case_id"] or " · ".join(it for it in place if it is not None)
    facts = {
        "number": one["number"],
        "kind": TEXT("cases.silence") if one["kind"] == "silence" else TEXT("cases.snooze"),
        "what": what,
        "until": _clock(one["until"]),
        "author": work.name_of(one["author"]),
    }
    line = TEXT("cases.silence_line", **facts)
    if one["over"] is not None:
        line = TEXT("cases.silence_over", line=line, over=_clock(one["over"]))
    return TEXT("cases.said", line=line, words=one["reason"]) if one["reason"] else line


def _clock(iso: str) -> str:
    return iso[:19].replace("T", " ")
