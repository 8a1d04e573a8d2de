"""The service removes by itself what its budgets do not allow."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from alerts.cases import Case
from alerts.retention import Budget, Budgets, Kind
from alerts.service import AlertOptions, AlertService
from alerts.store.sql import SqlStore
from benchmarks.processes import wait_for
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY
from tests.evidence_kit import fill, folder_of
from tests.store_kit import Place

WAIT_S = 60


def test_pictures_beyond_their_budget_are_gone_soon_after_a_start(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'kerbwatch.db'}", tmp_path)
    fill(place)
    budgets = Budgets({Kind.PICTURES: Budget(most_bytes=0)})
    told = threading.Event()
    service = AlertService(
        AlertOptions(place.url, folder_of(place).root, "0", budgets=budgets),
        DIRECTORY,
        SystemClock(),
        on_notice=lambda _: told.set(),
    )
    service.start()
    assert told.wait(WAIT_S)
    service.stop()
    (case,) = service_cases(place)
    assert (case.picture, case.clip is not None) == (None, True)


def test_what_a_kill_has_left_is_gone_soon_after_a_start(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'kerbwatch.db'}", tmp_path)
    case_id = fill(place)
    left = next(folder_of(place).root.glob("gate-3/*")) / f".{case_id}.v2.jpg.part"
    left.touch()
    os.utime(left, (0, 0))
    options = AlertOptions(place.url, folder_of(place).root, "0")
    service = AlertService(options, DIRECTORY, SystemClock())
    service.start()
    wait_for("the sweep", lambda: not left.exists(), WAIT_S)
    service.stop()


def service_cases(place: Place) -> tuple[Case, ...]:
    store = SqlStore(place.url)
    found = store.cases()
    store.close()
    return found
