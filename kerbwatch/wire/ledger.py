"""The ledger out of the store, as tables in the language of who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.cases import utc
from alerts.duty.ledger import LedgerRow, Moment, rows_of
from alerts.duty.local import MINUTE_NS
from alerts.duty.statistics import By, Figures, figures
from alerts.health import CAMERA_HEALTH
from alerts.store.port import Store
from alerts.texts import Language, Texts, load_texts
from fences.catalogue import CATALOGUE
from kerbwatch.options import ServiceOptions
from kerbwatch.wire.sheets import Cell, Sheet

_HEADS = (
    "ledger.case", "ledger.opening", "ledger.area", "ledger.camera", "ledger.fence",
    "ledger.scenario", "ledger.severity", "ledger.recipients", "ledger.teams", "ledger.state",
    "ledger.opened", "ledger.accepted", "ledger.accepted_by", "ledger.accept_due",
    "ledger.accepted_in_time", "ledger.handled", "ledger.handled_by", "ledger.handle_due",
    "ledger.in_time", "ledger.verified", "ledger.ended", "ledger.end_reason", "ledger.returned",
    "ledger.extended", "ledger.suspended", "ledger.to_accept", "ledger.to_handle",
    "ledger.to_verify", "ledger.in_all",
)  # fmt: skip
_FIGURE_HEADS = (
    "ledger.by", "ledger.key", "ledger.count_opened", "ledger.count_closed",
    "ledger.count_in_time", "ledger.count_overdue", "ledger.count_returned",
    "ledger.count_rejected", "ledger.count_repeats", "ledger.median_accept",
    "ledger.median_handle", "ledger.median_verify", "ledger.median_in_all",
)  # fmt: skip
_BY = {
    By.AREA: "ledger.area",
    By.SCENARIO: "ledger.scenario",
    By.CAMERA: "ledger.camera",
    By.TEAM: "ledger.team",
    By.HOUR: "ledger.hour",
}
_SEVERITIES = {"minor": "ledger.minor", "normal": "ledger.normal", "severe": "ledger.severe"}


def ledger_rows(
    store: Store, options: ServiceOptions, from_ns: int, to_ns: int, now_ns: int
) -> tuple[LedgerRow, ...]:
    """The openings in ``[from_ns, to_ns)``, in their order."""
    rows = [
        row
        for case in store.cases()
        if case.opened_wall_ns < to_ns and case.updated_wall_ns >= from_ns
        for row in rows_of(case, store.history(case.case_id), options.duty, now_ns)
        if from_ns <= row.opening.opened.wall_ns < to_ns
    ]
    return tuple(sorted(rows, key=lambda row: (row.opening.opened.wall_ns, row.case_id)))


class LedgerTables:
    """Rows and figures as sheets; names are those of the configuration, times local."""

    def __init__(self, options: ServiceOptions, language: Language) -> None:
        self._texts: Texts = load_texts("kerbwatch", language)
        self._words = load_texts("alerts", language).messages
        self._language = language
        self._zone = ZoneInfo(options.site.timezone)
        self._cameras = {it.id: it.name for it in options.cameras}
        self._fences = {
            (camera.id, it.id): it.name for camera in options.cameras for it in camera.fences
        }
        self._areas = {it.id: it.name for it in options.duty.areas.areas}
        self._teams = {it.id: it.name for it in options.duty.rota.teams}
        self._people = {it.id: it.name for it in options.recipients}

    def rows(self, rows: Sequence[LedgerRow]) -> Sheet:
        """One line for each opening."""
        heads = tuple(self._texts(head) for head in _HEADS)
        lines = tuple((*self._place(row), *self._course(row), *self._spans(row)) for row in rows)
        return Sheet(self._texts("ledger.title"), heads, lines)

    def figures(self, rows: Sequence[LedgerRow]) -> Sheet:
        """One line for each area, scenario, camera, team and hour."""
        heads = tuple(self._texts(head) for head in _FIGURE_HEADS)
        lines = tuple(self._figures(it) for by in By for it in figures(rows, by))
        return Sheet(self._texts("ledger.statistics"), heads, lines)

    def _place(self, row: LedgerRow) -> tuple[Cell, ...]:
        it = row.subject
        return (
            row.case_id,
            row.opening.number,
            self._areas.get(it.area_id or "", it.area_id),
            self._cameras.get(it.camera_id, it.camera_id),
            self._fences.get((it.camera_id, it.fence_id), it.fence_id),
            self._scenario(it.scenario_id),
            self._texts(_SEVERITIES[it.severity.value]),
            ", ".join(self._people.get(one, one) for one in row.recipients),
            ", ".join(self._teams.get(one, one) for one in row.teams),
            self._words[f"state.{row.opening.state}"],
        )

    def _course(self, row: LedgerRow) -> tuple[Cell, ...]:
        it = row.opening
        reason = it.end_reason or ""
        return (
            self._time(it.opened.wall_ns),
            *self._moment(it.accepted),
            self._time(row.accept_due_wall_ns),
            self._yes(row.accepted_in_time),
            *self._moment(it.handled),
            self._time(row.handle_due_wall_ns),
            self._yes(row.in_time),
            self._time(None if it.verified is None else it.verified.wall_ns),
            self._time(None if it.ended is None else it.ended.wall_ns),
            self._words.get(f"reason.{reason}", reason),
        )

    def _spans(self, row: LedgerRow) -> tuple[Cell, ...]:
        it = row.opening
        held = sum(end - begin for begin, end in it.suspended if end is not None)
        return (
            it.returned,
            it.extended,
            _minutes(held),
            _minutes(row.to_accept_ns),
            _minutes(row.to_handle_ns),
            _minutes(row.to_verify_ns),
            _minutes(row.in_all_ns),
        )

    def _figures(self, it: Figures) -> tuple[Cell, ...]:
        return (
            self._texts(_BY[it.by]),
            self._key(it),
            it.opened,
            it.closed,
            it.in_time,
            it.overdue,
            it.returned,
            it.rejected,
            it.repeat_places,
            _minutes(it.median_accept_ns),
            _minutes(it.median_handle_ns),
            _minutes(it.median_verify_ns),
            _minutes(it.median_in_all_ns),
        )

    def _key(self, it: Figures) -> str:
        if it.key is None:
            return "-"
        if it.by is By.SCENARIO:
            return self._scenario(it.key)
        if it.by is By.HOUR:
            return f"{it.key}:00"
        names = {By.AREA: self._areas, By.CAMERA: self._cameras, By.TEAM: self._teams}
        return names[it.by].get(it.key, it.key)

    def _scenario(self, scenario_id: str) -> str:
        if scenario_id == CAMERA_HEALTH:
            return self._texts("ledger.camera_health")
        known = CATALOGUE.get(scenario_id)
        if known is None:
            return scenario_id
        return known.name_zh if self._language is Language.ZH else known.name_en

    def _moment(self, moment: Moment | None) -> tuple[Cell, Cell]:
        if moment is None:
            return None, None
        return self._time(moment.wall_ns), self._people.get(moment.actor, moment.actor)

    def _time(self, wall_ns: int | None) -> datetime | None:
        if wall_ns is None:
            return None
        return utc(wall_ns).astimezone(self._zone).replace(tzinfo=None, microsecond=0)

    def _yes(self, known: bool | None) -> str | None:
        if known is None:
            return None
        return self._texts("ledger.yes") if known else self._texts("ledger.no")


def _minutes(span_ns: int | None) -> float | None:
    return None if span_ns is None else round(span_ns / MINUTE_NS, 1)
