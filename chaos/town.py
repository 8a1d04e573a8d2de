"""Who and what there is: fences, people, and until when they have time."""

from __future__ import annotations

from alerts.duty.budget import parse_budget
from alerts.duty.calendar import make_calendar
from alerts.duty.deal import Terms, TermsRule
from alerts.duty.plan import DutyPlan
from alerts.duty.quiet import QuietHours
from alerts.duty.rota import Rota
from alerts.duty.routing import Match, Route
from alerts.health import HealthPlan
from alerts.people import Recipient, Role
from alerts.place import Directory, FencePlace, Site, make_directory
from chaos.load import CLEAR_AFTER_S, DWELL_S, LOOK_S, name_of
from chaos.spells import AFTER_S
from fences.catalogue import CATALOGUE
from fences.clock import SECOND_NS
from fences.fence import Fence, Rule
from fences.geometry import parse_polygon
from fences.hours import parse_hours

SITE, ZONE = "chaos", "Asia/Shanghai"
FENCE, SCENARIO = "lane", "blocked_fire_lane"
LETTERBOXES = {"guards": 2}
"""Who is pushed to beside MQTT, and over how many channels."""

_NIGHTS = tuple(f"Mon-Wed {hour:02}:20-{hour:02}:40" for hour in range(24))
"""Quiet hours that come about in a short run."""

_ALL_OF_IT = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

_TERMS = Terms(
    accept=parse_budget("10 min"),
    handle=parse_budget("25 min"),
    remind=(parse_budget("4 min"),),
    again=parse_budget("8 min"),
)
_DUTY = DutyPlan(
    calendar=make_calendar(zone=ZONE),
    rota=Rota((), zone=ZONE),
    routes=(Route(Match(), (("second",), ("centre",)), fence_first=True),),
    terms=(TermsRule(Match(), _TERMS),),
    quiet=(QuietHours("guards", parse_hours(_NIGHTS, ZONE)),),
)


def directory(cameras: int) -> Directory:
    """A fence a camera; its officer and its guards, then a second officer, then the centre."""
    people = [
        Recipient("duty", "值班", Role.OFFICER),
        Recipient("guards", "物业", Role.PROPERTY),
        Recipient("second", "大队", Role.OFFICER),
        Recipient("centre", "监控中心", Role.OPERATOR),
    ]
    clear_after_ns = {SCENARIO: CLEAR_AFTER_S * SECOND_NS}
    ids = [name_of(number) for number in range(cameras)]
    places = [
        FencePlace(
            one, one, FENCE, FENCE, ("duty", "guards"), _ALL_OF_IT, clear_after_ns=clear_after_ns
        )
        for one in ids
    ]
    health = dict.fromkeys(ids, HealthPlan(round(AFTER_S * SECOND_NS), ("second",)))
    return make_directory(Site(SITE, SITE, ZONE), people, places, health=health, duty=_DUTY)


def fence(camera_id: str) -> Fence:
    """The fence of a camera: the whole picture."""
    rule = Rule(
        scenario=CATALOGUE[SCENARIO],
        dwell_ns=DWELL_S * SECOND_NS,
        clear_after_ns=CLEAR_AFTER_S * SECOND_NS,
        grace_ns=LOOK_S * SECOND_NS,
        bridge_ns=60 * SECOND_NS,
        min_area=0.0005,
        open_score=0.35,
        keep_score=0.25,
    )
    interval_ns = 2 * LOOK_S * SECOND_NS
    polygon = parse_polygon(_ALL_OF_IT)
    return Fence(camera_id, FENCE, polygon, (rule,), report_known=True, max_interval_ns=interval_ns)
