"""For commands about pushes: try a recipient's channels, and say what became of pushes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.pushing.channel import HANGS, Channel, ChannelError
from alerts.pushing.course import Delivery, PushStats
from alerts.store.sql import SqlStore
from alerts.texts import load_texts
from kerbwatch.options import ServiceOptions

TEST_S = 60.0
"""How long a channel may take for a test message."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a channel made of a test message; ``problem`` None: it has taken it."""

    number: int
    channel: str
    problem: str | None


def try_channels(
    options: ServiceOptions,
    recipient_id: str,
    channels: Sequence[Channel],
    timeout_s: float = TEST_S,
) -> tuple[Tried, ...]:
    """A test message over each, all at the same time; returns once the last one has ended."""
    texts = load_texts("alerts", options.push.language)
    name = next(one.name for one in options.recipients if one.id == recipient_id)
    text = texts("push.test", recipient=name, site=options.site.name)
    tries = [_Try(channel, texts("push.test_title"), text) for channel in channels]
    for one in tries:
        one.thread.start()
    for one in tries:
        one.thread.join(timeout_s)
    return tuple(
        Tried(number, one.channel.name, one.problem) for number, one in enumerate(tries, start=1)
    )


class _Try:
    def __init__(self, channel: Channel, title: str, text: str) -> None:
        self.channel = channel
        self.problem: str | None = HANGS
        self._letter = (title, text)
        self.thread = threading.Thread(target=self._run, name="push-test", daemon=True)

    def _run(self) -> None:
        try:
            self.channel.send(*self._letter)
        except ChannelError as error:
            self.problem = error.problem
        else:
            self.problem = None


@dataclass(frozen=True, slots=True)
class Pushes:
    """How pushes stand, with the newest of those asked for."""

    stats: PushStats
    newest: tuple[Delivery, ...]


def pushes_of(options: ServiceOptions, limit: int, *, done: bool) -> Pushes:
    """From the store, while the service runs or not. Raises ``StoreError``."""
    store = SqlStore(options.store_url.reveal())
    try:
        return Pushes(store.push_stats(), store.deliveries(limit, done=done))
    finally:
        store.close()
