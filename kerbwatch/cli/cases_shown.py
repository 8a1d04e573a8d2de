"""``kerbwatch cases list`` and ``show``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.cases_facts import due_cell, fact_lines, names_of, peak_line, quiet_cell
from kerbwatch.cli.cases_open import CaseId, opened, the_case
from kerbwatch.cli.settings import STREAMS, Config
from kerbwatch.cli.speak import LANGUAGE, TEXT, AsJson, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.cases import Case
    from alerts.texts import Texts
    from kerbwatch.wire.casework import CaseWork

_NARROWEST = 110


def list_cases(
    everything: Annotated[bool, typer.Option("--all", help=TEXT("help.cases_all"))] = False,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """The open cases, or all of them, oldest first."""
    with opened(config, as_json=as_json) as work:
        from kerbwatch.wire.casefacts import facts_of  # noqa: PLC0415

        cases = work.store.cases() if everything else work.store.truth().open_cases
        bodies = [{**work.writer.case_body(case), **facts_of(work, case)} for case in cases]
    if as_json:
        say_json(bodies)
    elif not bodies:
        say(TEXT("cases.none"))
    else:
        _table(bodies)


def show_case(
    case: CaseId,
    who: Annotated[
        str | None, typer.Option("--as", metavar="RECIPIENT", help=TEXT("help.show_as"))
    ] = None,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """One case with its log, and what a person may do with it now."""
    with opened(config, as_json=as_json, who=who) as work:
        from kerbwatch.wire.casefacts import case_content  # noqa: PLC0415

        found = the_case(work, case, as_json=as_json)
        content = case_content(work, found, who)
        if as_json:
            say_json(content)
        else:
            _say_case(work, found, content)


def _table(bodies: Sequence[dict[str, Any]]) -> None:
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    texts = _texts()
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    table.add_column(TEXT("cases.head_state"), no_wrap=True)
    table.add_column(TEXT("cases.head_what"))
    table.add_column(TEXT("cases.head_where"))
    table.add_column(TEXT("cases.head_since"), no_wrap=True)
    table.add_column(TEXT("cases.head_due"), no_wrap=True)
    table.add_column(TEXT("cases.head_told"))
    table.add_column(TEXT("cases.head_who"))
    table.add_column(TEXT("cases.head_case"), overflow="fold")
    for body in bodies:
        who = body["accepted_by"]
        table.add_row(
            texts(f"state.{body['state']}") + quiet_cell(body),
            body["scenario"][LANGUAGE.value],
            _where(body),
            _clock(body["since"]),
            due_cell(body),
            names_of(body),
            "" if who is None else who["name"],
            body["case_id"],
        )
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, _NARROWEST)  # a broken row beats a cut one
    console.print(table)


def _say_case(work: CaseWork, case: Case, content: dict[str, Any]) -> None:
    texts, body = _texts(), content["case"]
    state = texts(f"state.{body['state']}")
    say(TEXT("cases.title", state=state, what=body["scenario"][LANGUAGE.value], where=_where(body)))
    say(TEXT("cases.case", case_id=body["case_id"], version=body["version"]))
    for key in ("picture", "peak", "after_picture", "report"):
        if body[key] is not None:
            say(peak_line(body) if key == "peak" else TEXT(_FACTS[key], value=body[key]))
    if case.verification is not None:
        say(TEXT("cases.verification", value=texts(f"verification.{case.verification.value}")))
    for told in fact_lines(work, body, content):
        say(told)
    for line in content["log"]:
        say(_log_line(work, line, texts))
    if "verbs" in content:
        verbs = ", ".join(f"{verb} ({texts(f'verb.{verb}')})" for verb in content["verbs"])
        say(TEXT("cases.verbs", verbs=verbs or "-"))


_FACTS = {
    "picture": "cases.picture",
    "after_picture": "cases.after_picture",
    "report": "cases.report",
}


def _log_line(work: CaseWork, line: dict[str, Any], texts: Texts) -> str:
    from alerts.cases import CAMERA  # noqa: PLC0415

    known = work.directory.recipients.get(line["actor"])
    who = line["actor"] if known is None else known.name
    if line["actor"] == CAMERA:
        who = texts("role.camera")
    facts = {
        "version": line["version"],
        "at": _clock(line["at"]),
        "state": texts(f"state.{line['state']}"),
        "who": who,
        "reason": texts.messages.get(f"reason.{line['reason']}", line["reason"]),
    }
    told = TEXT("cases.line", **facts)
    if line["until"] is not None:
        told = TEXT("cases.line_until", line=told, until=_clock(line["until"]))
    return told if line["words"] is None else TEXT("cases.said", line=told, words=line["words"])


def _where(body: dict[str, Any]) -> str:
    fence = body["fence"]
    camera = body["camera"]["name"]
    return camera if fence is None else f"{camera} · {fence['name']}"


def _clock(iso: str) -> str:
    return datetime.fromisoformat(iso).strftime("%Y-%m-%d %H:%M:%S")


def _texts() -> Texts:
    from alerts.texts import load_texts  # noqa: PLC0415

    return load_texts("alerts", LANGUAGE)
