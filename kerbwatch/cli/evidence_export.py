"""``kerbwatch evidence export``: a case as one ZIP that others can check."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.cases_open import CaseId, opened, the_case
from kerbwatch.cli.lang import Lang
from kerbwatch.cli.settings import STREAMS, Config, read_settings
from kerbwatch.cli.speak import (
    FAILED,
    LANGUAGE,
    MISUSED,
    TEXT,
    AsJson,
    clear_failures,
    give_up,
    note,
    say,
    say_json,
)

if TYPE_CHECKING:
    from alerts.handout.parcel import Parcel
    from kerbwatch.options import ServiceOptions


def export(
    case: CaseId,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help=TEXT("help.export_out"))
    ] = None,
    reader: Annotated[
        str, typer.Option("--for", metavar="ROLE|RECIPIENT", help=TEXT("help.export_for"))
    ] = "",
    lang: Lang = LANGUAGE,
    force: Annotated[bool, typer.Option("--force", help=TEXT("help.export_force"))] = False,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """Write it beside where one is, under the case's id, unless another place is named."""
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.handout import export_case, model_veil  # noqa: PLC0415

        options = read_settings(config)
        clear = _clear(options, reader, as_json=as_json)
        with (
            nullcontext() if clear else model_veil(options.models, os.environ) as veil,
            opened(config, as_json=as_json) as work,
        ):
            case_id = the_case(work, case, as_json=as_json).case_id
            target = out or Path(f"{case_id}{f'.{reader}' if reader else ''}.zip")
            parcel = export_case(
                work, case_id, target, lang, reader=reader, veil=veil, overwrite=force
            )
            if parcel is None:
                give_up(TEXT("cases.unknown", got=case), FAILED, as_json=as_json)
            blind = veil is not None and not veil.finds
            _tell(parcel, target, clear=clear, blind=blind, as_json=as_json)


def _clear(options: ServiceOptions, reader: str, *, as_json: bool) -> bool:
    """Whether the pictures are clear: always for whoever has the files anyway."""
    from kerbwatch.wire.handout import ROLES, sees_clear  # noqa: PLC0415

    if not reader:
        return True
    clear = sees_clear(options, reader)
    if clear is None:
        known = ", ".join((*ROLES, *(one.id for one in options.recipients)))
        give_up(TEXT("evidence.no_reader", got=reader, known=known), MISUSED, as_json=as_json)
    return clear


def _tell(parcel: Parcel, target: Path, *, clear: bool, blind: bool, as_json: bool) -> None:
    from kerbwatch.wire.handout import counted  # noqa: PLC0415

    ok = not parcel.proof.findings
    if as_json:
        facts = {"case_id": parcel.case_id, "file": str(target), "verified": ok}
        say_json({"ok": True, **facts, "veiled": not clear, "files": counted(parcel)})
        return
    say(TEXT("evidence.exported", file=target, files=len(parcel.items)))
    if not clear:
        note(TEXT("evidence.veiled_all" if blind else "evidence.veiled"))
    if not ok:
        note(TEXT("evidence.export_bad", findings=len(parcel.proof.findings)))
