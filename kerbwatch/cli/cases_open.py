"""What all of ``kerbwatch cases`` begins and ends with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.settings import check_recipient, read_settings
from kerbwatch.cli.speak import FAILED, LANGUAGE, MISUSED, TEXT, clear_failures, give_up, say
from kerbwatch.cli.speak import say_json as say_object

if TYPE_CHECKING:
    from alerts.answers import Answer
    from alerts.cases import Case
    from kerbwatch.wire.casework import CaseWork

Who = Annotated[str, typer.Option("--as", metavar="RECIPIENT", help=TEXT("help.as_who"))]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help=TEXT("help.case"))]
Words = Annotated[str, typer.Option("--words", "-m", help=TEXT("help.words"))]
Picture = Annotated[Path | None, typer.Option("--picture", help=TEXT("help.picture"))]
Version = Annotated[int | None, typer.Option("--version", min=1, help=TEXT("help.case_version"))]
RequestId = Annotated[str | None, typer.Option("--request-id", help=TEXT("help.request_id"))]


@contextmanager
def opened(config: Path, *, as_json: bool, who: str | None = None) -> Iterator[CaseWork]:
    """The case book of a configuration, for a person who is known; else the command ends."""
    with clear_failures(as_json=as_json):
        from kerbwatch.clock import SystemClock  # noqa: PLC0415
        from kerbwatch.wire.casework import case_work  # noqa: PLC0415

        options = read_settings(config)
        if who is not None:
            check_recipient(options, who, as_json=as_json)
        with case_work(options, SystemClock()) as work:
            yield work


def the_case(work: CaseWork, named: str, *, as_json: bool) -> Case:
    """The case that somebody names; else the command ends."""
    case = work.find(named)
    if case is None:
        give_up(TEXT("cases.unknown", got=named), FAILED, as_json=as_json)
    return case


def checked_request_id(given: str | None, *, as_json: bool) -> str | None:
    """The request id that was given, if it is one; else the command ends."""
    from alerts.orders import ID  # noqa: PLC0415

    if given is not None and not ID.fullmatch(given):
        give_up(TEXT("cases.bad_request_id", got=given), MISUSED, as_json=as_json)
    return given


def checked_words(words: str, *, as_json: bool) -> str:
    """The words that were given, if they are text of a fair length; else the command ends."""
    from alerts.orders import MAX_WORDS, fit_words  # noqa: PLC0415

    if not fit_words(words):
        give_up(TEXT("cases.bad_words", limit=MAX_WORDS), MISUSED, as_json=as_json)
    return words


def moment(work: CaseWork, text: str, *, as_json: bool) -> int:
    """The time that was given, if it is one; else the command ends."""
    try:
        return work.moment(text)
    except ValueError:
        give_up(TEXT("cases.bad_until", got=text), MISUSED, as_json=as_json)


def tell(work: CaseWork, answer: Answer, *, as_json: bool) -> None:
    """Say what became of it; a refusal ends the command with status 1."""
    from alerts.texts import load_texts  # noqa: PLC0415

    if as_json:
        body = json.loads(work.writer.result(answer).payload)
        say_object({"ok": answer.done, **body})
        raise typer.Exit(0 if answer.done else FAILED)
    if answer.refusal is not None:
        give_up(answer.refusal.text(LANGUAGE), FAILED)
    if answer.case_id is None:
        say(TEXT("cases.done_quiet"))
        return
    state = load_texts("alerts", LANGUAGE)(f"state.{answer.state}")
    facts = {"case_id": answer.case_id, "state": state, "version": answer.version}
    say(TEXT("cases.done", **facts))
