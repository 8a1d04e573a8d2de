"""``kerbwatch doctor``: what works on this machine, what does not, and what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.speak import FAILED, TEXT, AsJson, say, say_json


def doctor(
    config: Annotated[
        Path | None, typer.Option("-c", "--config", help=TEXT("help.doctor_config"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try every part; exit status 1 if one that is needed does not work."""
    from kerbwatch.wire.doctor import examine  # noqa: PLC0415

    findings = examine(config, os.environ)
    ill = any(finding.grade == "bad" for finding in findings)
    if as_json:
        say_json({"ok": not ill, "findings": [finding.as_object() for finding in findings]})
    else:
        for finding in findings:
            mark = TEXT(f"doctor.grade.{finding.grade}")
            name = TEXT(f"doctor.part.{finding.part}")
            say(f"{mark}  {name}: {finding.detail}")
            if finding.remedy is not None:
                say("      " + TEXT(f"doctor.remedy.{finding.remedy}"))
    if ill:
        raise typer.Exit(FAILED)
