"""``kerbwatch cases report``: somebody has seen something, and opens a case."""

from __future__ import annotations

from typing import Annotated

import typer

from kerbwatch.cli.cases_open import (
    Picture,
    RequestId,
    Who,
    checked_request_id,
    checked_words,
    opened,
    tell,
)
from kerbwatch.cli.settings import STREAMS, Config
from kerbwatch.cli.speak import TEXT, AsJson


def report(
    *,
    camera: Annotated[str, typer.Option("--camera", help=TEXT("help.report_camera"))],
    fence: Annotated[str, typer.Option("--fence", help=TEXT("help.report_fence"))],
    scenario: Annotated[str, typer.Option("--scenario", help=TEXT("help.report_scenario"))],
    words: Annotated[str, typer.Option("--words", "-m", help=TEXT("help.words"))],
    who: Who,
    picture: Picture = None,
    request_id: RequestId = None,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """Open a case; what the camera then sees there joins it."""
    with opened(config, as_json=as_json, who=who) as work:
        from alerts.reports import Report  # noqa: PLC0415

        given = checked_request_id(request_id, as_json=as_json)
        key = (camera, fence, scenario)
        said = Report(
            *key,
            actor=who,
            request_id=given or work.request_id(*key, who),
            at_wall_ns=work.clock.wall_ns(),
            words=checked_words(words, as_json=as_json),
        )
        if picture is not None and (camera, fence) in work.directory.fences:
            path = work.take_in(picture, said.request_id, camera)
            said = Report(*key, who, said.request_id, said.at_wall_ns, said.words, picture=path)
        tell(work, work.counter.take(said), as_json=as_json)
