"""Everything that is configured of people and deadlines, put together for one case at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.duty.areas import AreaMap
from alerts.duty.calendar import Calendar, make_calendar
from alerts.duty.calm import StormRule
from alerts.duty.deadlines import Step, Told, next_step, next_time, who_hears
from alerts.duty.deal import Deal, Stage, Terms, TermsRule, due_wall_ns, terms_of
from alerts.duty.quiet import QuietHours
from alerts.duty.rota import Rota
from alerts.duty.routing import Route, Rung, Severity, Subject, ladder_of


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """Who is told of which case, when, and until when they have time.

    As it is made here, nothing is configured: a fence's recipients are told, whenever it is,
    and there are no deadlines. ``severities`` are by scenario id; the others are normal.
    """

    calendar: Calendar = field(default_factory=make_calendar)
    rota: Rota = field(default_factory=Rota)
    areas: AreaMap = field(default_factory=AreaMap)
    routes: tuple[Route, ...] = ()
    terms: tuple[TermsRule, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    quiet: tuple[QuietHours, ...] = ()
    storm: StormRule | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is anything to show of people and deadlines."""
        return bool(self.rota.teams or self.routes or self.terms)

    def subject(
        self, camera_id: str, fence_id: str, scenario_id: str, opened_wall_ns: int
    ) -> Subject:
        """What rules are asked about a case of that fence and scenario."""
        area = self.areas.area_of(camera_id, fence_id)
        severity = self.severities.get(scenario_id, Severity.NORMAL)
        area_id = None if area is None else area.id
        return Subject(camera_id, fence_id, scenario_id, area_id, severity, opened_wall_ns)

    def ladder(self, subject: Subject, notify: Rung) -> tuple[Rung, ...]:
        """The rungs of a case; ``notify`` are those whom its fence notifies."""
        return ladder_of(self.routes, subject, notify)

    def terms_of(self, subject: Subject) -> Terms:
        """How much time there is for a case."""
        return terms_of(self.terms, subject)

    def first_told(self, subject: Subject, notify: Rung, now_wall_ns: int) -> Told:
        """Who is told of a new case. Of a rung above 0, keep ``first.<rung>`` as fired."""
        return who_hears(self.ladder(subject, notify), 0, self.rota, now_wall_ns)

    def due_wall_ns(self, subject: Subject, deal: Deal, stage: Stage) -> int | None:
        """The deadline of a stage, None where there is none."""
        return due_wall_ns(deal, self.terms_of(subject), self.calendar, stage)

    def next_step(
        self, subject: Subject, deal: Deal, notify: Rung, now_wall_ns: int
    ) -> Step | None:
        """What is due now; see :func:`alerts.duty.deadlines.next_step`."""
        ladder = self.ladder(subject, notify)
        terms = self.terms_of(subject)
        return next_step(deal, terms, ladder, self.calendar, self.rota, now_wall_ns)

    def next_time(self, subject: Subject, deal: Deal, notify: Rung, now_wall_ns: int) -> int | None:
        """When to look again at the latest, if nothing happens to the case; None: never."""
        rungs = len(self.ladder(subject, notify))
        return next_time(deal, self.terms_of(subject), rungs, self.calendar, now_wall_ns)
