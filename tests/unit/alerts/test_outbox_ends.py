"""The outbox when the service stops, and when the store is away."""

from __future__ import annotations

import pytest
import structlog

from alerts.errors import StoreError
from alerts.link import Connected
from tests.alerts_kit import FakeLink
from tests.outbox_kit import AckingLink, Rig, note, payloads, statuses


def test_stopping_drains_what_is_left_and_says_stopped_last() -> None:
    rig = Rig(window=2)
    rig.put(*(note(number) for number in range(5)))
    link = AckingLink(rig.drainer)
    rig.drainer.post(Connected(link))
    rig.drainer.stop(4.0)
    rig.drainer.run()
    assert payloads(link) == ["0", "1", "2", "3", "4"]
    assert statuses(link) == ["online", "stopped"]
    assert rig.store.queue().depth == 0


def test_stopping_with_the_broker_away_returns_at_once_and_keeps_the_queue() -> None:
    rig = Rig()
    rig.put(note(1))
    rig.drainer.stop(4.0)
    rig.drainer.run()
    assert rig.clock.monotonic_ns() < 1_000_000_000
    assert rig.store.queue().depth == 1


def test_stopping_on_a_line_that_never_answers_ends_in_time() -> None:
    rig = Rig()
    rig.put(note(1))
    rig.connect()
    rig.drainer.stop(4.0)
    rig.drainer.run()
    assert 3.0 < rig.clock.monotonic_ns() / 1e9 <= 4.3
    assert rig.store.queue().depth == 1


def test_a_store_that_fails_for_a_moment_costs_no_acknowledgement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.put(note(1))
    link = rig.connect()
    with monkeypatch.context() as broken:
        broken.setattr(rig.store, "mark_sent", failing)
        with pytest.raises(StoreError):
            rig.ack(link, 1, 2)
    rig.drainer.step()
    assert rig.store.queue().depth == 0


def test_a_store_that_keeps_failing_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.put(note(1))
    rig.connect()
    monkeypatch.setattr(rig.store, "unsent", failing)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            rig.drainer._step_or_log()
    assert [(one["event"], one["problem"]) for one in logs] == [
        ("store_away", str(StoreError("store_write", problem="disk full")))
    ]


def test_a_line_is_given_up_when_the_truth_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.put(note(1))
    link = FakeLink()
    rig.drainer.post(Connected(link))
    with monkeypatch.context() as broken:
        broken.setattr(rig.store, "truth", failing)
        with pytest.raises(StoreError):
            rig.drainer.step()
    assert link.dropped
    assert payloads(rig.connect()) == ["1"]


def failing(*_: object) -> None:
    raise StoreError("store_write", problem="disk full")
