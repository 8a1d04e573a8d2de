"""A whole run: a town, its service, everything that goes wrong, and the verdict."""

from __future__ import annotations

import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace

import psycopg

from chaos.ailing import read_ills
from chaos.broker import Broker, Wire
from chaos.checker import Verdict, judge
from chaos.clock import START_WALL_NS, Control, FastClock, now_s, pause
from chaos.ear import Ear
from chaos.facts import gather
from chaos.letterbox import Letterbox
from chaos.load import CLEAR_AFTER_S, DWELL_S, LOOK_S
from chaos.model import Rules, visits_of
from chaos.people import People
from chaos.plan import STEP_S, Fault, Round
from chaos.report import Outcome, Settings
from chaos.script import written
from chaos.service import ServiceSetting
from chaos.settling import UNSENT, Settling
from chaos.stores import Place
from chaos.supervisor import Supervised
from chaos.town import SITE
from fences.clock import SECOND_NS

ROOT = f"kerbwatch/{SITE}"
_STATUS = f"{ROOT}/status"

_SETTLE_S, _AT_MOST_S = 120.0, 780.0
_LAST_STARTS = 3
_DEAF_S = 0.4
_OPENING_S = 10.0
"""Real seconds after a store is back in which the service may still end because it was away: on a
busy machine as many pass between its look at the store and its end."""

_SILENT_S = 20.0
"""After so long without a word the round goes on all the same."""


def run(settings: Settings) -> Outcome:
    """Raises ``NoMosquittoError`` and ``NoPostgresError`` where these are not installed."""
    with ExitStack() as stack:
        return _Town(settings, stack).run()


@dataclass
class _Town:
    settings: Settings
    stack: ExitStack
    faults: Counter[str] = field(default_factory=Counter)
    _away_until_s: float = 0.0
    _mark: int = 0
    _ended_wall_ns: int = 0
    _set_back: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        folder, speed = self.settings.folder, self.settings.speed
        self.broker = Broker(folder / "broker")
        self.broker.start()
        self.stack.callback(self.broker.end, signal.SIGKILL)
        self.wire = Wire(self.broker.port)
        self.stack.callback(self.wire.close)
        self.ear = Ear(self.broker.port, "chaos-checker", f"{ROOT}/#")
        self.stack.callback(self.ear.close)
        self.letterbox = Letterbox(self.settings.seed)
        self.letterbox.start()
        self.stack.callback(self.letterbox.close)
        self.place = Place(self.settings.store, folder)
        self.stack.callback(self.place.remove)
        self.script = written(self.settings)
        self.settling = Settling(
            self.place.url, self.settings.cameras, self.script.unwell, self.script.last_look_ns
        )
        self.control = Control(folder / "control", new=True)
        self.clock = FastClock(self.control, round(now_s() * SECOND_NS), speed)
        self.service = Supervised(folder / "setting.json", folder / "service.log")
        self._setting().write(self.service.setting)
        self.people = People(self.broker.port, ROOT, self.settings.seed, self.clock)

    def _setting(self) -> ServiceSetting:
        """What the service is told of its town."""
        return ServiceSetting(
            folder=str(self.settings.folder),
            store_url=self.place.url,
            port=self.wire.port,
            cameras=self.settings.cameras,
            zero_ns=self.clock.zero_ns,
            speed=self.settings.speed,
            end_s=self.script.end_s,
            letters_port=self.letterbox.port,
        )

    def run(self) -> Outcome:
        begin_s = now_s()
        self.people.start()
        self.service.start()
        self.stack.callback(self.service.kill)
        for number, one in enumerate(self.script.plan, start=1):
            self._suffer(one)
            self._tell_round(number, one)
        self._ended_wall_ns = self.clock.wall_ns()
        self.control.finish = True
        self.letterbox.calm()
        self.people.stop()
        self._finish()
        verdict = self._judged()
        return Outcome(
            self.settings,
            verdict,
            self.faults,
            now_s() - begin_s,
            self.people.sent,
            self.service.crashes,
        )

    def _finish(self) -> None:
        """Stop the service; what a step of time left in its outbox is told by the next one."""
        for _ in range(_LAST_STARTS):
            if (problem := self._settled()) is not None:
                self.service.tell_threads()
                self.service.crashes.append(f"{problem}\n{self.service.tail()}")
            self.service.stop()
            if not self.settling.count(UNSENT):
                return
            self.service.start()
        self.service.stop()

    def _tell_round(self, number: int, one: Round) -> None:
        beside = "" if one.fault is None else f", {one.fault} at {one.at_s:.2f} s"
        at_s = now_s() - self.clock.zero_ns / SECOND_NS
        self.settings.tell(
            f"{at_s:.1f} s, {number}/{len(self.script.plan)}:"
            f" killed after {one.kill_s:.2f} s{beside} ({len(self.ear.heard)} messages heard)"
        )

    def _suffer(self, one: Round) -> None:
        """Everything of one round, each at its time."""
        if not one.starting:
            self._wait_online()
        begin_s = now_s()
        todo: list[tuple[float, Callable[[], None]]] = [(one.kill_s, self._kill)]
        if one.fault is not None:
            begin, end = self._fault(one.fault)
            self.faults[one.fault.value] += 1
            todo += [(one.at_s, begin), (one.at_s + one.lasts_s, end)]
        for at_s, do in sorted(todo, key=lambda it: it[0]):
            self.service.wait_until(begin_s + at_s, store_is_away=self._store_is_away)
            do()

    def _wait_online(self) -> None:
        until_s = now_s() + _SILENT_S
        while now_s() < until_s and not self._is_online():
            self.service.wait_until(now_s() + 0.1, store_is_away=self._store_is_away)

    def _is_online(self) -> bool:
        said = (one.payload for one in self.ear.heard[self._mark :] if one.topic == _STATUS)
        return any(b'"online"' in payload for payload in said)

    @property
    def _store_is_away(self) -> bool:
        return self.control.full or now_s() < self._away_until_s

    def _kill(self) -> None:
        self.faults["kill"] += 1
        self.service.kill()
        self._mark = len(self.ear.heard)
        self.service.start()

    def _fault(self, fault: Fault) -> tuple[Callable[[], None], Callable[[], None]]:
        """How it begins and how it ends."""
        return {
            Fault.BROKER_KILL: (lambda: self._end_broker(signal.SIGKILL), self._start_broker),
            Fault.BROKER_RESTART: (lambda: self._end_broker(signal.SIGTERM), self._start_broker),
            Fault.BROKER_CUT: (self._lose_line, self._mend_line),
            Fault.DISK_FULL: (self._fill, self._empty),
            Fault.CLOCK_STEP: (self._step, lambda: None),
            Fault.POSTGRES_RESTART: (self._end_store, self._start_store),
        }[fault]

    def _lose_line(self) -> None:
        """One time nothing comes through, the next time nobody lets us connect."""
        number = self.faults[Fault.BROKER_CUT.value]
        (self.wire.deafen if number % 2 else self.wire.cut)()

    def _mend_line(self) -> None:
        self.wire.cut()
        self._mark = len(self.ear.heard)
        self.wire.mend()

    def _end_broker(self, how: signal.Signals) -> None:
        """What the service sends in its last moments is lost."""
        self.wire.deafen()
        pause(_DEAF_S)
        self.wire.cut()
        self.ear.expect_loss()
        self.broker.end(how)

    def _start_broker(self) -> None:
        """The checker hears first: what the service is told was taken must be heard."""
        self.broker.start()
        self.ear.wait_subscribed()
        self._mark = len(self.ear.heard)
        self.wire.mend()

    def _fill(self) -> None:
        self.control.full = True

    def _empty(self) -> None:
        self._away_until_s = now_s() + _OPENING_S
        self.control.full = False

    def _end_store(self) -> None:
        self._away_until_s = float("inf")
        self.place.kill()

    def _start_store(self) -> None:
        self.place.start()
        self._away_until_s = now_s() + _OPENING_S

    def _step(self) -> None:
        """An hour ahead, back, an hour behind, back."""
        wrong = (STEP_S, 0.0, -STEP_S, 0.0)
        number = self.faults[Fault.CLOCK_STEP.value] - 1
        before_ns = self.clock.wall_ns()
        self.control.step_ns = round(wrong[number % len(wrong)] * SECOND_NS)
        if (now_ns := self.clock.wall_ns()) < before_ns:
            self._set_back.append((now_ns, before_ns))

    def _settled(self) -> str | None:
        """Wait until nothing is left to wait for; what is, where nothing goes on any more."""
        begun_s, calm = now_s(), 0
        until_s = begun_s + _SETTLE_S
        left: str | None = "nothing is there"
        while now_s() < until_s:
            self.service.look_after(store_is_away=self._store_is_away)
            before = left
            with suppress(sqlite3.Error, psycopg.Error):  # there may be no table yet
                left = self.settling.left()
            if left != before:  # a machine that has much else to do takes its time
                until_s = min(now_s(), begun_s + _AT_MOST_S) + _SETTLE_S
            calm = calm + 1 if left is None else 0
            if calm > 1:
                return None
            pause(0.5)
        return f"stuck: {left}"

    def _judged(self) -> Verdict:
        _quiet(self.ear)
        retained = (f"{ROOT}/cases/+", f"{ROOT}/cameras/+/status")
        late = Ear(self.broker.port, "chaos-latecomer", *retained, keeps_session=False)
        self.stack.callback(late.close)
        _quiet(late)
        rules = Rules(DWELL_S, CLEAR_AFTER_S, LOOK_S)
        evidence = self.settings.folder / "evidence"
        facts = gather(self.place.url, evidence, self.ear.heard, late.heard)
        facts = replace(
            facts,
            taken=tuple(self.letterbox.taken),
            last_letter=self.settling.last_letter,
            set_back=tuple(self._set_back),
            ended_wall_ns=self._ended_wall_ns,
        )
        ills = read_ills(self.script.spells, START_WALL_NS)
        return judge(facts, visits_of(self.script.recordings, rules), ills)


def _quiet(ear: Ear) -> None:
    """Until nothing has come for a second."""
    count = -1
    while count != len(ear.heard):
        count = len(ear.heard)
        pause(1.0)
