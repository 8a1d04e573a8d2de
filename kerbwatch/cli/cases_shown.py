"""``kerbwatch cases list`` and ``show``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.cases_facts import due_cell, fact_lines, facts_of, names_of, quiet_cell
from kerbwatch.cli.cases_open import STREAMS, AsJson, CaseId, Config, opened, the_case
from kerbwatch.cli.speak import LANGUAGE, TEXT, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.cases import Case, Transition
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
        found = the_case(work, case, as_json=as_json)
        content = _content(work, found, who)
        if as_json:
            say_json(content)
        else:
            _say_case(work, found, content)


def _content(work: CaseWork, case: Case, who: str | None) -> dict[str, Any]:
    from alerts.verbs import verbs_for  # noqa: PLC0415

    lines = [_line(work, line) for line in work.store.history(case.case_id)]
    body = work.writer.case_body(case)
    content: dict[str, Any] = {"case": body, **facts_of(work, case), "log": lines}
    if who is not None:
        content["verbs"] = list(verbs_for(case, work.directory.recipients[who]))
    return content


def _line(work: CaseWork, line: Transition) -> dict[str, Any]:
    return {
        "version": line.version,
        "at": work.told(line.wall_ns),
        "state": line.state.value,
        "actor": line.actor,
        "reason": line.reason,
        "words": line.words,
        "picture": line.picture,
        "until": None if line.until_wall_ns is None else work.told(line.until_wall_ns),
    }


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
    for key in ("picture", "after_picture", "report"):
        if body[key] is not None:
            say(TEXT(_FACTS[key], value=body[key]))
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
