"""``kerbwatch inbox``: what a recipient's phone would get, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.settings import STREAMS, Config, check_recipient, read_settings
from kerbwatch.cli.speak import (
    LANGUAGE,
    MISUSED,
    TEXT,
    clear_failures,
    give_up,
    note,
    say,
    say_json,
)

if TYPE_CHECKING:
    from alerts.inbox import Bulletin, Push, Unreadable
    from alerts.mqtt.subscriber import InboxListener

_POLL_S = 1.0


def inbox(
    recipient: Annotated[str, typer.Argument(help=TEXT("help.recipient"))],
    config: Config = STREAMS,
    count: Annotated[int, typer.Option(min=0, help=TEXT("help.count"))] = 0,
    as_json: Annotated[bool, typer.Option("--json", help=TEXT("help.json_lines"))] = False,
) -> None:
    """Print every message of the recipient's inbox until Ctrl-C, or after ``count``."""
    with clear_failures(as_json=as_json):
        from alerts.mqtt.subscriber import InboxListener  # noqa: PLC0415
        from alerts.topics import Topics  # noqa: PLC0415
        from kerbwatch.clock import SystemClock  # noqa: PLC0415
        from kerbwatch.wire.broker import broker_of  # noqa: PLC0415

        options = read_settings(config)
        check_recipient(options, recipient, as_json=as_json)
        broker = broker_of(options.mqtt)
        if broker.port == 0:
            give_up(TEXT("inbox.any_port", file=config), MISUSED, as_json=as_json)
        topics = Topics(broker.base, options.site.id)
        listener = InboxListener(broker, topics, recipient, SystemClock())
        note(TEXT("inbox.listening", recipient=recipient, host=broker.host, port=broker.port))
        listener.start()
        try:
            _follow(listener, count, as_json)
        except KeyboardInterrupt:
            return
        finally:
            listener.stop()


def _follow(listener: InboxListener, count: int, as_json: bool) -> None:
    problem: str | None = None
    seen = 0
    while seen < count or count == 0:
        item = listener.get(_POLL_S)
        if item is not None:
            seen += 1
            _show(item, as_json)
        elif listener.problem != problem:
            problem = listener.problem
            if problem is not None:
                note(TEXT("inbox.lost", problem=problem))


def _show(item: Push | Bulletin | Unreadable, as_json: bool) -> None:
    from alerts.inbox import Unreadable  # noqa: PLC0415

    if not as_json:
        say("\n".join(item.lines(LANGUAGE)) + "\n")
    elif isinstance(item, Unreadable):
        note("\n".join(item.lines(LANGUAGE)))
    else:
        say_json(item.body)
