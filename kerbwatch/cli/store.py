"""``kerbwatch store``: look the database over, copy it, put a copy back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.settings import STREAMS, Config, read_settings
from kerbwatch.cli.speak import FAILED, LANGUAGE, TEXT, AsJson, clear_failures, note, say, say_json

if TYPE_CHECKING:
    from alerts.store.inspection import Inspection

store = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_CLOCK = "%Y-%m-%d %H:%M:%S %z"


@store.command("check", help=TEXT("help.store_check"))
def check(config: Config = STREAMS, as_json: AsJson = False) -> None:
    """Every finding is a line; with one the exit status is 1."""
    with clear_failures(as_json=as_json):
        from alerts.store.inspection import inspect_store  # noqa: PLC0415

        found = inspect_store(read_settings(config).store_url.reveal())
    if as_json:
        say_json(_facts(found))
    else:
        _tell(found)
        for finding in found.findings:
            say(TEXT("store.finding", problem=finding.text(LANGUAGE)))
        if not found.findings:
            say(TEXT("store.sound"))
    if found.findings:
        raise typer.Exit(FAILED)


@store.command("backup", help=TEXT("help.store_backup"))
def backup(
    out: Annotated[Path | None, typer.Option("--out", help=TEXT("help.store_out"))] = None,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """A copy as of one moment, while the service runs."""
    with clear_failures(as_json=as_json):
        from alerts.store.backup import backup_store, suffix_of  # noqa: PLC0415

        options = read_settings(config)
        url = options.store_url.reveal()
        name = f"kerbwatch-{_stamp()}{suffix_of(url)}"
        made = backup_store(url, out or options.data_dir / "backups" / name)
    facts = {"path": str(made.path), "bytes": made.size_bytes, "sha256": made.sha256}
    if as_json:
        say_json({"ok": True, **facts})
    else:
        say(TEXT("store.backed_up", **facts))


@store.command("restore", help=TEXT("help.store_restore"))
def restore(
    copy: Annotated[Path, typer.Argument(help=TEXT("help.store_copy"))],
    force: Annotated[bool, typer.Option("--force", help=TEXT("help.store_force"))] = False,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """The copy is verified before anything is changed; the old store is kept."""
    with clear_failures(as_json=as_json):
        from alerts.store.restore import restore_store  # noqa: PLC0415

        url = read_settings(config).store_url.reveal()
        done = restore_store(url, copy, _stamp(), force=force)
    if as_json:
        facts = {"aside": done.aside, "summed": done.summed}
        say_json({**_facts(done.now), **facts})
        return
    if not done.summed:
        note(TEXT("store.no_sum", path=copy))
    say(TEXT("store.restored", path=copy))
    if done.aside is not None:
        say(TEXT("store.aside", aside=done.aside))
    _tell(done.now)


def _stamp() -> str:
    """The moment, in UTC, fit for names of files and databases."""
    return datetime.fromtimestamp(_wall_ns() // 10**9, UTC).strftime("%Y%m%d_%H%M%S")


def _wall_ns() -> int:
    from kerbwatch.clock import SystemClock  # noqa: PLC0415

    return SystemClock().wall_ns()


def _tell(found: Inspection) -> None:
    say(TEXT("store.which", url=found.shown, revision=found.revision))
    if found.revision != found.newest:
        say(TEXT("store.older", newest=found.newest))
    counts = ", ".join(f"{name} {count}" for name, count in found.rows.items())
    say(TEXT("store.counts", open=found.open_cases, counts=counts))
    age_s = found.queue.oldest_age_s(_wall_ns())
    say(TEXT("store.queue", depth=found.queue.depth, age_s=round(age_s)))
    if found.shortage is not None:
        facts = {"free": found.shortage.free_bytes, "least": found.shortage.least_free_bytes}
        sizes = {name: f"{size / 1e9:.1f}" for name, size in facts.items()}
        since = datetime.fromtimestamp(found.shortage.since_wall_ns // 10**9, UTC)
        say(TEXT("store.disk_full", since=since.astimezone().strftime(_CLOCK), **sizes))


def _facts(found: Inspection) -> dict[str, Any]:
    return {
        "ok": not found.findings,
        "store": found.shown,
        "revision": found.revision,
        "newest_revision": found.newest,
        "open_cases": found.open_cases,
        "rows": found.rows,
        "queue_depth": found.queue.depth,
        "oldest_unsent_s": round(found.queue.oldest_age_s(_wall_ns()), 3),
        "disk_full": None if found.shortage is None else asdict(found.shortage),
        "findings": [
            {"key": one.key.removeprefix("found_"), **one.values, "text": one.text(LANGUAGE)}
            for one in found.findings
        ],
    }
