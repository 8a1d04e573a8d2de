"""``kerbwatch quarantine``: cameras that are left out because they crashed the service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.settings import STREAMS, Config, read_settings
from kerbwatch.cli.speak import (
    FAILED,
    MISUSED,
    TEXT,
    AsJson,
    clear_failures,
    give_up,
    say,
    say_json,
)

if TYPE_CHECKING:
    from kerbwatch.node.book import Held, QuarantineBook
    from kerbwatch.options import ServiceOptions


def quarantine(
    lift: Annotated[
        str | None, typer.Option("--lift", metavar="CAMERA", help=TEXT("help.lift"))
    ] = None,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """List them, or let one in again; a running service notices within seconds."""
    with clear_failures(as_json=as_json):
        from kerbwatch.clock import SystemClock  # noqa: PLC0415
        from kerbwatch.node.book import BadBookError, QuarantineBook, node_folder  # noqa: PLC0415

        options = read_settings(config)
        book = QuarantineBook(node_folder(options.data_dir))
        wall_ns = SystemClock().wall_ns()
        try:
            held = {one.camera_id: one for one in book.read().values() if one.holds(wall_ns)}
            if lift is not None:
                _lift(book, lift, held, wall_ns, as_json)
        except BadBookError as error:
            give_up(TEXT("quarantine.bad", problem=error), FAILED, as_json=as_json)
    if lift is None:
        _show(list(held.values()), options, as_json)


def _lift(
    book: QuarantineBook, camera_id: str, held: dict[str, Held], wall_ns: int, as_json: bool
) -> None:
    if camera_id not in held:
        message = TEXT("quarantine.not_held", got=camera_id, known=", ".join(held) or "-")
        give_up(message, MISUSED, as_json=as_json)
    book.lift(camera_id, wall_ns)
    if as_json:
        say_json({"ok": True, "lifted": camera_id})
    else:
        say(TEXT("quarantine.lifted", camera=camera_id))


def _show(held: list[Held], options: ServiceOptions, as_json: bool) -> None:
    rows = [_row(one, options) for one in held]
    if as_json:
        say_json(rows)
    elif not rows:
        say(TEXT("quarantine.nobody"))
    else:
        say("\n".join(TEXT("quarantine.held", **row) for row in rows))


def _row(held: Held, options: ServiceOptions) -> dict[str, Any]:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    zone = ZoneInfo(options.site.timezone)

    def local(wall_ns: int) -> str:
        at = datetime.fromtimestamp(wall_ns // 10**9, UTC).astimezone(zone)
        return at.isoformat(sep=" ", timespec="seconds")

    camera = options.camera(held.camera_id)
    return {
        "camera": held.camera_id,
        "name": held.camera_id if camera is None else camera.name,
        "since": local(held.since_wall_ns),
        "until": local(held.until_wall_ns),
        "times": held.times,
    }
