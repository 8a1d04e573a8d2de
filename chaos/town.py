"""Who and what there is: fences, people, and until when they have time."""

from __future__ import annotations

from alerts.duty.budget import parse_budget
from alerts.duty.calendar import make_calendar
from alerts.duty.deal import Terms, TermsRule
from alerts.duty.plan import DutyPlan
from alerts.duty.rota import Rota
from alerts.duty.routing import Match, Route
from alerts.people import Recipient, Role
from alerts.place import Directory, FencePlace, Site, make_directory
from chaos.load import CLEAR_AFTER_S, DWELL_S, LOOK_S, name_of
from fences.catalogue import CATALOGUE
from fences.clock import SECOND_NS
from fences.fence import Fence, Rule
from fences.geometry import parse_polygon

SITE, ZONE = "chaos", "Asia/Shanghai"
FENCE, SCENARIO = "lane", "blocked_fire_lane"
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
    return make_directory(Site(SITE, SITE, ZONE), people, places, duty=_DUTY)


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
