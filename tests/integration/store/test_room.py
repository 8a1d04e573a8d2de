"""A disk that stays full is told once, over restarts, wherever people look; on both stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from typer.testing import CliRunner

from alerts.duty.plan import DutyPlan
from alerts.duty.rota import Rota, Team, make_shift
from alerts.duty.routing import Match, Route
from alerts.inbox import Bulletin, InboxReader
from alerts.keeping import Keeping
from alerts.link import Connected
from alerts.messages import Writer
from alerts.notices import guardians
from alerts.outbox import Drainer, DrainOptions
from alerts.people import Recipient, Role
from alerts.place import Directory, Site, make_directory
from alerts.pushing.letters import PushPlan
from alerts.retention import Budgets
from alerts.store.port import Store
from alerts.store.sql import SqlStore
from alerts.texts import Language
from kerbwatch.cli.app import app
from tests.alerts_kit import START_WALL_NS, TOPICS, WRITER, FakeClock, FakeLink
from tests.evidence_kit import fill, folder_of
from tests.schema_kit import problems
from tests.store_kit import CONFIG, Place

LEAST = 1_000_000_000
PUSHED = replace(WRITER, pushing=PushPlan(frozenset({"centre"})))


@dataclass
class Watched:
    """A service that looks after the evidence on a disk of which the test says how full it is."""

    store: Store
    place: Place
    clock: FakeClock
    free: int = 0
    writer: Writer = PUSHED

    def __post_init__(self) -> None:
        root, budgets = folder_of(self.place).root, Budgets({}, LEAST)
        self.keeping = Keeping(
            self.store, self.writer, root, self.clock, budgets, room=lambda: self.free
        )

    def minutes(self, count: int, free: int) -> None:
        self.free = free
        for _ in range(count):
            self.clock.pass_s(61)
            self.keeping.tend()

    @property
    def told(self) -> list[dict[str, Any]]:
        rows = [row.message for row in self.store.unsent(0, 999)]
        bodies = [json.loads(one.payload) for one in rows if one.topic == TOPICS.inbox("centre")]
        return [one for one in bodies if one["schema"] == "kerbwatch.notice/1"]

    @property
    def status(self) -> Any:
        link = FakeLink()
        drainer = Drainer(self.store, self.writer, self.clock, DrainOptions(version="1"))
        drainer.post(Connected(link))
        drainer.step()
        (payload,) = [one.payload for one in link.sent if one.topic == TOPICS.status]
        assert problems(TOPICS.root, TOPICS.status, payload) == []
        return json.loads(payload)


@contextmanager
def watched(place: Place, clock: FakeClock) -> Iterator[Watched]:
    store = SqlStore(place.url)
    yield Watched(store, place, clock)
    store.close()


def kinds(one: Watched) -> list[str]:
    return [body["kind"] for body in one.told]


def test_it_is_told_once_when_it_begins_and_once_when_it_is_over_over_restarts(
    place: Place,
) -> None:
    clock = FakeClock()
    for _ in range(3):
        with watched(place, clock) as one:
            one.minutes(3, 5_000_000)
            assert kinds(one) == ["disk_full"]
    with watched(place, clock) as one:
        one.minutes(4, LEAST)
        one.minutes(1, 0)
        assert kinds(one) == ["disk_full"], "a disk on the edge is no news"
    for _ in range(2):
        with watched(place, clock) as one:
            one.minutes(8, 3 * LEAST)
            assert kinds(one) == ["disk_full", "disk_room"]
    with watched(place, clock) as one:
        one.minutes(2, 0)
        assert kinds(one) == ["disk_full", "disk_room", "disk_full"]
        assert len({body["event_id"] for body in one.told}) == 3
        assert len(one.store.due_deliveries(clock.wall_ns(), 2**62, 0, 9, ())) == 3, "pushed too"


def test_the_inbox_can_be_read_as_the_schema_says_in_both_languages(place: Place) -> None:
    with watched(place, FakeClock()) as one:
        one.minutes(1, 412_000_000)
        one.minutes(8, 2 * LEAST)
        texts = []
        for body in one.told:
            payload = json.dumps(body)
            assert problems(TOPICS.root, TOPICS.inbox("centre"), payload) == []
            item = InboxReader().read("inbox/centre", payload.encode())
            assert isinstance(item, Bulletin)
            texts.append([item.lines(language) for language in Language])
    (zh, en), (zh_over, en_over) = texts
    assert zh[0] == "【证据磁盘已满】"
    assert "0.4 GB" in " ".join(en)
    assert "1.0 GB" in " ".join(en)
    assert zh_over[0] == "【证据磁盘空间已恢复】"
    assert "2.0 GB" in en_over[-1]


def test_status_and_command_line_tell_it_while_it_lasts(place: Place) -> None:
    with watched(place, FakeClock()) as one:
        status = one.status
        assert status["disk_full"] is None
        one.minutes(1, 7_000_000)
        one.minutes(1, 5_000_000)
        full = one.status["disk_full"]
        assert (full["free_bytes"], full["least_free_bytes"]) == (5_000_000, LEAST)
        assert full["since_ms"] == (START_WALL_NS + 61 * 10**9) // 10**6
        assert check(place)["disk_full"]["free_bytes"] == 5_000_000
        one.minutes(8, LEAST)
        assert (one.status["disk_full"], full["text"].keys()) == (None, {"zh", "en"})
        assert check(place)["disk_full"] is None


def check(place: Place) -> Any:
    config = place.folder / "streams.yaml"
    config.write_text(CONFIG.format(url=place.url), encoding="utf-8")
    done = CliRunner().invoke(app, ["store", "check", "-c", str(config), "--json"])
    assert done.exit_code == 0, done.output
    shown = CliRunner().invoke(app, ["store", "check", "-c", str(config)]).stdout
    said = json.loads(done.stdout)
    assert ("GB" in shown) is (said["disk_full"] is not None)
    return said


def test_while_something_may_still_go_nobody_is_told(place: Place) -> None:
    fill(place)
    with watched(place, FakeClock()) as one:
        one.minutes(1, 0)
        assert kinds(one) == []
        one.minutes(1, 0)
        assert kinds(one) == ["disk_full"], "all of it is gone"


OFFICER, PROPERTY = Recipient("li", "李", Role.OFFICER), Recipient("wu", "物", Role.PROPERTY)
SECOND, CENTRE = Recipient("he", "何", Role.OFFICER), Recipient("zx", "中心", Role.OPERATOR)
ROTA = Rota((Team("night", "夜班", ("he", "li"), (make_shift("Mon-Sun 20:00-06:00", ["he"]),)),))
ROUTES = (Route(Match(), (("wu",), ("night",))),)


def site(*people: Recipient, plan: DutyPlan | None = None) -> Directory:
    return make_directory(Site("linzi", "临淄", "Asia/Shanghai"), people, [], duty=plan)


@pytest.mark.parametrize(
    ("directory", "told"),
    [
        (site(OFFICER, PROPERTY, CENTRE, plan=DutyPlan(routes=ROUTES)), ("zx",)),
        (site(OFFICER, SECOND, PROPERTY, plan=DutyPlan(routes=ROUTES, rota=ROTA)), ("he",)),
        (site(OFFICER, PROPERTY), ("li",)),
        (site(PROPERTY), ()),
    ],
)
def test_who_is_told_is_the_centre_else_the_highest_rung_else_the_officers(
    directory: Directory, told: tuple[str, ...]
) -> None:
    evening_ns = START_WALL_NS  # 22:13 in Shanghai, 14:13 UTC
    rota = replace(directory.duty.rota, zone="Asia/Shanghai")
    directory = replace(directory, duty=replace(directory.duty, rota=rota))
    assert guardians(directory, evening_ns) == told
