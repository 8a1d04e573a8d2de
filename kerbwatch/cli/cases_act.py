"""``kerbwatch cases accept``, ``handle`` and so on: one function per set of options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.cases_open import (
    CaseId,
    Picture,
    RequestId,
    Version,
    Who,
    Words,
    checked_request_id,
    checked_words,
    moment,
    opened,
    tell,
    the_case,
)
from kerbwatch.cli.settings import STREAMS, Config
from kerbwatch.cli.speak import TEXT, AsJson


@dataclass(frozen=True, slots=True)
class Order:
    """What was said on the command line, checked when it is carried out."""

    verb: str
    case: str
    who: str
    words: str
    version: int | None
    request_id: str | None
    config: Path
    as_json: bool
    picture: Path | None = None
    until: str | None = None


def plain(verb: str) -> Callable[..., None]:
    """The command of a verb that takes words alone."""

    def run(
        case: CaseId,
        who: Who,
        words: Words = "",
        version: Version = None,
        request_id: RequestId = None,
        config: Config = STREAMS,
        as_json: AsJson = False,
    ) -> None:
        act(Order(verb, case, who, words, version, request_id, config, as_json))

    return run


def pictured(verb: str) -> Callable[..., None]:
    """The command of a verb that takes a picture too."""

    def run(
        case: CaseId,
        who: Who,
        words: Words = "",
        picture: Picture = None,
        version: Version = None,
        request_id: RequestId = None,
        config: Config = STREAMS,
        as_json: AsJson = False,
    ) -> None:
        act(Order(verb, case, who, words, version, request_id, config, as_json, picture))

    return run


def until(verb: str) -> Callable[..., None]:
    """The command of a verb that needs a time until when."""

    def run(
        case: CaseId,
        who: Who,
        until: Annotated[str, typer.Option("--until", help=TEXT("help.until"))],
        words: Words = "",
        version: Version = None,
        request_id: RequestId = None,
        config: Config = STREAMS,
        as_json: AsJson = False,
    ) -> None:
        act(Order(verb, case, who, words, version, request_id, config, as_json, until=until))

    return run


def act(order: Order) -> None:
    """Carry it out; ends the command where it is refused."""
    as_json = order.as_json
    with opened(order.config, as_json=as_json, who=order.who) as work:
        from alerts.commands import Command  # noqa: PLC0415
        from alerts.verbs import Verb  # noqa: PLC0415

        request_id = checked_request_id(order.request_id, as_json=as_json)
        words = checked_words(order.words, as_json=as_json)
        case = the_case(work, order.case, as_json=as_json)
        until_ns = None if order.until is None else moment(work, order.until, as_json=as_json)
        command = Command(
            case_id=case.case_id,
            verb=Verb(order.verb),
            actor=order.who,
            request_id=request_id or work.request_id(order.verb, case.case_id, order.who),
            at_wall_ns=work.clock.wall_ns(),
            version=order.version,
            words=words,
            until_wall_ns=until_ns,
            picture=work.take_in(order.picture, case.case_id, case.camera_id),
        )
        tell(work, work.counter.take(command), as_json=as_json)
