"""``kerbwatch notify``: whether pushes reach people, and those that have not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.duty import shown
from kerbwatch.cli.settings import STREAMS, Config, check_recipient, read_settings
from kerbwatch.cli.speak import (
    FAILED,
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
    from alerts.pushing.course import Delivery
    from kerbwatch.wire.notifying import Pushes, Tried

notify = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_OWN_WORDS = {
    "hangs": "notify.hangs",
    "no_channel": "notify.no_channel",
    "refused": "notify.refused",
}
_LINES = {"waiting": "notify.waiting", "dead": "notify.dead", "sent": "notify.sent"}


@notify.callback()
def _about() -> None:
    """Pushes beside MQTT."""


@notify.command("test", help=TEXT("help.notify_test"))
def try_all(
    recipient: Annotated[str, typer.Argument(help=TEXT("help.recipient"))],
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """Send a test message over each channel of a recipient; status 1 if one has failed."""
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.notifying import try_channels  # noqa: PLC0415
        from kerbwatch.wire.pushing import channels_of  # noqa: PLC0415

        options = read_settings(config)
        check_recipient(options, recipient, as_json=as_json)
        channels = channels_of(options).get(recipient, ())
        if not channels:
            message = TEXT("notify.no_channels", recipient=recipient)
            give_up(message, MISUSED, as_json=as_json)
        if not as_json:
            note(TEXT("notify.trying", count=len(channels), recipient=recipient))
        tried = try_channels(options, recipient, channels)
    _tell_tries(tried, as_json=as_json)
    if any(it.problem is not None for it in tried):
        raise typer.Exit(FAILED)


@notify.command("list", help=TEXT("help.notify_list"))
def list_(
    done: Annotated[bool, typer.Option("--sent", help=TEXT("help.notify_sent"))] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help=TEXT("help.notify_limit"))
    ] = 50,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """The newest pushes that wait or were given up."""
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.notifying import pushes_of  # noqa: PLC0415

        options = read_settings(config)
        pushes = pushes_of(options, limit, done=done)
    if as_json:
        say_json(_as_object(pushes))
        return
    for one in reversed(pushes.newest):
        say(TEXT(_LINES[one.standing.value], **_line(one, options.site.timezone)))
    say(TEXT("notify.sum", waiting=pushes.stats.waiting, dead=pushes.stats.dead))


def _tell_tries(tried: tuple[Tried, ...], *, as_json: bool) -> None:
    if as_json:
        facts = [(it.number, it.channel, it.problem) for it in tried]
        say_json([{"number": n, "channel": c, "ok": not p, "problem": p} for n, c, p in facts])
        return
    for it in tried:
        key = "notify.ok" if it.problem is None else "notify.failed"
        say(TEXT(key, number=it.number, channel=it.channel, problem=_words(it.problem)))


def _line(one: Delivery, zone: str) -> dict[str, Any]:
    done_ns = one.wall_ns if one.done_wall_ns is None else one.done_wall_ns
    return {
        "id": one.id,
        "recipient": one.letter.recipient_id,
        "title": one.letter.title,
        "case": one.letter.case_id,
        "since": shown(one.wall_ns, zone),
        "done": shown(done_ns, zone),
        "due": shown(one.due_wall_ns, zone),
        "channel": one.via or "-",
        "problem": _words(one.problem),
    }


def _words(problem: str | None) -> str:
    """Our own words for a problem in the reader's language; a service's as they are."""
    if problem is None:
        return "-"
    return TEXT(_OWN_WORDS[problem]) if problem in _OWN_WORDS else problem


def _as_object(pushes: Pushes) -> dict[str, Any]:
    return {
        "waiting": pushes.stats.waiting,
        "dead": pushes.stats.dead,
        "pushes": [
            {
                "id": one.id,
                "standing": one.standing.value,
                "recipient": one.letter.recipient_id,
                "case_id": one.letter.case_id,
                "event_id": one.letter.event_id,
                "title": one.letter.title,
                "since_ms": one.wall_ns // 1_000_000,
                "due_ms": one.due_wall_ns // 1_000_000,
                "channel": one.via,
                "problem": one.problem,
            }
            for one in pushes.newest
        ],
    }
