"""``kerbwatch evidence hold | release | prune``: for how long evidence is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.cases_open import CaseId, Who, checked_words, opened, the_case
from kerbwatch.cli.settings import STREAMS, Config
from kerbwatch.cli.speak import FAILED, MISUSED, TEXT, AsJson, give_up, say, say_json

if TYPE_CHECKING:
    from alerts.casebook import Change
    from alerts.retention import Kept
    from kerbwatch.wire.casework import CaseWork

Reason = Annotated[str, typer.Option("--words", "-m", help=TEXT("help.hold_words"))]

_MOST = 100_000


def hold(
    case: CaseId, who: Who, words: Reason, config: Config = STREAMS, as_json: AsJson = False
) -> None:
    """Its pictures and clips stay until somebody releases them."""
    with opened(config, as_json=as_json, who=who) as work:
        case_id = _allowed(work, case, who, words, as_json=as_json)
        done = work.keeping.hold(case_id, who, words)
        _tell(done, "evidence.held", "evidence.held_already", case_id, as_json=as_json)


def release(
    case: CaseId, who: Who, words: Reason, config: Config = STREAMS, as_json: AsJson = False
) -> None:
    """They go when their time is over."""
    with opened(config, as_json=as_json, who=who) as work:
        case_id = _allowed(work, case, who, words, as_json=as_json)
        done = work.keeping.release(case_id, who, words)
        _tell(done, "evidence.released", "evidence.not_held", case_id, as_json=as_json)


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help=TEXT("help.prune_dry"))] = False,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """What the service does by itself about once a minute, now."""
    with opened(config, as_json=as_json) as work:
        chosen = work.keeping.due(_MOST)
        if not dry_run:
            work.keeping.remove(chosen)
        facts = _facts(chosen)
        if as_json:
            paths = [it.path for it in chosen]
            say_json({"ok": True, "dry_run": dry_run, **facts, "paths": paths})
            return
        for it in chosen:
            say(it.path)
        say(TEXT("evidence.would_go" if dry_run else "evidence.gone", **facts))


def _facts(chosen: Iterable[Kept]) -> dict[str, Any]:
    sizes = Counter({it.path: it.size_bytes for it in chosen})
    return {"files": len(sizes), "megabytes": round(sizes.total() / 1e6, 1)}


def _allowed(work: CaseWork, case: str, who: str, words: str, *, as_json: bool) -> str:
    """The case's id; property teams neither hold evidence nor let it go."""
    from alerts.people import Role  # noqa: PLC0415

    if not checked_words(words, as_json=as_json).strip():
        give_up(TEXT("evidence.no_words"), MISUSED, as_json=as_json)
    if work.directory.recipients[who].role is Role.PROPERTY:
        give_up(TEXT("evidence.not_allowed", got=who), FAILED, as_json=as_json)
    return the_case(work, case, as_json=as_json).case_id


def _tell(done: Change | None, good: str, already: str, case_id: str, *, as_json: bool) -> None:
    if done is None:
        give_up(TEXT(already, case=case_id), FAILED, as_json=as_json)
    if as_json:
        say_json({"ok": True, "case_id": case_id, "version": done.case.version})
    else:
        say(TEXT(good, case=case_id, version=done.case.version))
