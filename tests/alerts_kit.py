"""Builders and fakes that the tests of alerts share."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any

from alerts.casebook import decide
from alerts.cases import Case, Clip
from alerts.commands import Command
from alerts.link import LinkLostError
from alerts.messages import Message, Writer
from alerts.people import Recipient, Role
from alerts.place import FencePlace, Site, make_directory
from alerts.topics import Topics
from alerts.verbs import LONGEST_NS, Verb
from fences.box import Box
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent, Reason, Sighting

START_WALL_NS = 1_790_000_000 * SECOND_NS  # 2026-09-21 22:13:20 in Shanghai
LANE = ((0.12, 0.55), (0.48, 0.52), (0.61, 0.93), (0.05, 0.95))

DIRECTORY = make_directory(
    Site("linzi", "临淄区", "Asia/Shanghai"),
    [
        Recipient("duty-east", "东片区值班", Role.OFFICER),
        Recipient("wenshao", "闻韶物业", Role.PROPERTY),
        Recipient("other-estate", "天齐物业", Role.PROPERTY),
        Recipient("centre", "监控中心", Role.OPERATOR),
    ],
    [
        FencePlace(
            "gate-3",
            "闻韶社区3号门",
            "lane",
            "消防通道",
            ("duty-east", "wenshao"),
            LANE,
            clear_after_ns={"blocked_fire_lane": 30 * SECOND_NS},
        ),
        FencePlace("gate-3", "闻韶社区3号门", "strip", "禁止摆摊区", ("duty-east",), LANE),
    ],
)
TOPICS = Topics("kerbwatch", "linzi")
WRITER = Writer(DIRECTORY, TOPICS, "data/evidence")

CLIP = Clip("gate-3/2026-09-21/x.mp4", 5_000_000, "ab" * 32, START_WALL_NS, 20.04)
"""Of a case that opened ten seconds after the start."""

PERSON = {
    Role.OFFICER: DIRECTORY.recipients["duty-east"],
    Role.PROPERTY: DIRECTORY.recipients["wenshao"],
    Role.OPERATOR: DIRECTORY.recipients["centre"],
}

_REASONS = {
    EventKind.OPENED: Reason.DWELL_REACHED,
    EventKind.UPDATED: Reason.MORE_OCCUPANTS,
    EventKind.CLEARED: Reason.PLACE_CLEAR,
}


def fence_event(
    kind: EventKind,
    at_s: float,
    *,
    violation_s: float = 60.0,
    seq: int | None = None,
    since_s: float | None = None,
    fence_id: str = "lane",
    camera_id: str = "gate-3",
    box: Box | None = None,
    wall_offset_s: float = 0.0,
    occupied_share: float | None = None,
    clear_width_m: float | None = None,
) -> FenceEvent:
    """An event at ``at_s`` seconds of media time; the wall clock runs along from the start."""
    media_ns = round(at_s * SECOND_NS)
    default_seq = {EventKind.OPENED: 1, EventKind.UPDATED: 2, EventKind.CLEARED: 99}[kind]
    since_ns = round((violation_s - 60.0 if since_s is None else since_s) * SECOND_NS)
    sighting = Sighting(
        1, box or Box(0.2, 0.4, 0.4, 0.8), ("vehicle",), "learned:vehicle", 0.9, since_ns
    )
    return FenceEvent(
        kind=kind,
        reason=_REASONS[kind],
        camera_id=camera_id,
        fence_id=fence_id,
        scenario_id="blocked_fire_lane",
        violation=round(violation_s * SECOND_NS),
        seq=default_seq if seq is None else seq,
        media_ns=media_ns,
        wall_ns=START_WALL_NS + media_ns + round(wall_offset_s * SECOND_NS),
        since_ns=since_ns,
        sightings=() if kind is EventKind.CLEARED else (sighting,),
        occupied_share=occupied_share,
        clear_width_m=clear_width_m,
    )


class FakeClock:
    """Time that passes only when somebody waits or :meth:`pass_s` is called."""

    def __init__(self) -> None:
        self._now_ns = 0
        self._lock = threading.Lock()

    def wall_ns(self) -> int:
        return START_WALL_NS + self._now_ns

    def monotonic_ns(self) -> int:
        return 1 + self._now_ns

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if not event.is_set():
            self.pass_s(seconds)
        return event.is_set()

    def pass_s(self, seconds: float) -> None:
        with self._lock:
            self._now_ns += round(seconds * SECOND_NS)


@dataclass(eq=False)
class FakeLink:
    """A line on which the test decides what is acknowledged and when it breaks."""

    sent: list[Message] = field(default_factory=list)
    broken: bool = False
    dropped: bool = False

    def send(self, message: Message) -> int:
        if self.broken:
            raise LinkLostError
        self.sent.append(message)
        return len(self.sent)

    def drop(self) -> None:
        self.dropped = True


def new_case(**fields: Any) -> Case:
    """A case as it was opened 60 s after the start, but for ``fields``."""
    change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east", "wenshao"))
    assert change is not None
    return replace(change.case, **fields)


def order(case: Case | str, verb: Verb, actor: str = "duty-east", **fields: Any) -> Command:
    """A command with all that its verb needs, given 100 s after the start."""
    case_id = case if isinstance(case, str) else case.case_id
    at_ns = START_WALL_NS + 100 * SECOND_NS
    until_ns = at_ns + 3600 * SECOND_NS if verb in LONGEST_NS else None
    told: dict[str, Any] = {"words": "有原因", "until_wall_ns": until_ns, "request_id": "r-1"}
    return Command(case_id, verb, actor, **(told | {"at_wall_ns": at_ns} | fields))
