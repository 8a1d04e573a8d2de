"""What Home Assistant is shown is told once, kept up, and taken away."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from alerts.announcer import Announcer
from alerts.casebook import decide
from alerts.discovery import Discovery, documents
from alerts.health import CameraState, CameraStatus
from alerts.link import Connected, Lost
from alerts.outbox import Drainer, DrainOptions
from alerts.place import Directory, make_directory
from alerts.store.memory import MemoryStore
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, TOPICS, WRITER, FakeClock, FakeLink, fence_event
from tests.outbox_kit import AckingLink, Rig, statuses

HERE = Discovery("1")
COUNT = TOPICS.camera_cases("gate-3")
SHOWN = {one.topic: one.payload for one in documents(HERE, DIRECTORY, TOPICS)}


def rig(
    discovery: Discovery | None = HERE,
    store: MemoryStore | None = None,
    directory: Directory = DIRECTORY,
) -> Rig:
    """A service that was just started, over an old store if there is one."""
    made = Rig(store=store or MemoryStore())
    writer = replace(WRITER, directory=directory)
    announcer = Announcer(made.store, writer, made.clock, discovery)
    options = DrainOptions(version="1", mark_s=0.0)
    made.drainer = Drainer(made.store, writer, made.clock, options, announcer=announcer)
    return made


def held(*links: FakeLink) -> dict[str, str]:
    """What a broker that has got all that was sent holds, but for status and cases."""
    topics: dict[str, str] = {}
    for message in (it for link in links for it in link.sent if it.retained):
        topics[message.topic] = message.payload
    own = {TOPICS.status} | {it for it in topics if "/cases/" in it}
    return {topic: body for topic, body in topics.items() if body and topic not in own}


def count(link: FakeLink) -> tuple[int, int]:
    """How many cases are open, in all and in the lane, as whoever listens knows it."""
    body = json.loads(held(link)[COUNT])
    return body["open_cases"], body["fences"]["lane"]


def smaller() -> Directory:
    """The same without the strip."""
    places = [one for key, one in DIRECTORY.fences.items() if key[1] != "strip"]
    return make_directory(DIRECTORY.site, DIRECTORY.recipients.values(), places)


def test_without_discovery_nothing_is_shown_and_nothing_is_written() -> None:
    one = rig(None)
    assert held(one.connect()) == {}
    assert one.store.queue().depth == 0
    assert one.store.checkpoints("") == ()


def test_everything_is_shown_on_the_first_connection_and_again_on_every_other() -> None:
    one = rig()
    first = one.connect()
    assert set(held(first)) == {*SHOWN, COUNT}
    assert SHOWN.items() <= held(first).items()
    one.ack(first)
    one.drainer.post(Lost(first))
    second = one.connect()
    assert held(second) == held(first)
    topics = [it.topic for it in second.sent]
    assert len(topics) == len(set(topics))


def test_what_was_told_is_not_put_into_the_outbox_again_by_a_restart() -> None:
    one = rig()
    one.ack(one.connect())
    assert one.store.queue().depth == 0
    two = rig(store=one.store)
    assert SHOWN.items() <= held(two.connect()).items()
    assert two.store.queue().depth == 0


def test_switched_off_everything_goes_after_a_restart_and_only_once() -> None:
    one = rig()
    before = one.connect()
    one.ack(before)
    off = rig(None, one.store)
    after = off.connect()
    assert held(before, after) == {}
    off.ack(after)
    assert [it.topic for it in rig(None, one.store).connect().sent] == [TOPICS.status]


def test_a_fence_that_leaves_the_configuration_goes_and_the_others_stay() -> None:
    one = rig()
    before = one.connect()
    one.ack(before)
    left = held(before, rig(HERE, one.store, smaller()).connect())
    gone = {it for it in SHOWN if "strip" in it}
    assert len(gone) == 1
    assert set(left) == {*SHOWN, COUNT} - gone
    assert json.loads(left[COUNT])["fences"] == {"lane": 0}


def test_a_camera_that_leaves_the_configuration_goes_with_its_count() -> None:
    one = rig()
    before = one.connect()
    one.ack(before)
    empty = make_directory(DIRECTORY.site, DIRECTORY.recipients.values(), [])
    left = held(before, rig(HERE, one.store, empty).connect())
    assert set(left) == {it for it in SHOWN if "gate-3" not in it}


STATUS = TOPICS.camera_status("gate-3")
WITHOUT = make_directory(DIRECTORY.site, DIRECTORY.recipients.values(), [])


def unwell(store: MemoryStore) -> None:
    with store.write() as transaction:
        transaction.put_camera(CameraStatus("gate-3", CameraState.FROZEN, 5))


@pytest.mark.parametrize("discovery", [None, HERE])
def test_what_a_camera_said_goes_with_it_once_and_comes_back_with_it(
    discovery: Discovery | None,
) -> None:
    one = rig(discovery)
    unwell(one.store)
    before = one.connect()
    one.ack(before)
    assert STATUS in held(before)
    two = rig(discovery, one.store, WITHOUT)
    after = two.connect()
    assert [it.payload for it in after.sent if it.topic == STATUS] == [""]
    assert not any("gate-3" in it for it in held(before, after))
    two.ack(after)
    assert two.store.queue().depth == 0
    three = rig(discovery, one.store, WITHOUT)
    assert not any("gate-3" in it.topic for it in three.connect().sent)
    back = rig(discovery, one.store).connect()
    assert [it.payload != "" for it in back.sent if it.topic == STATUS] == [True]
    gone_again = rig(discovery, one.store, WITHOUT).connect()
    assert [it.payload for it in gone_again.sent if it.topic == STATUS] == [""]


def test_what_still_waited_of_a_camera_that_has_left_is_not_sent() -> None:
    one = rig(None)
    unwell(one.store)
    with one.store.write() as transaction:
        status = CameraStatus("gate-3", CameraState.FROZEN, 5)
        transaction.add_message(WRITER.camera(status), 5)
    sent = rig(None, one.store, WITHOUT).connect().sent
    assert [it.payload for it in sent if it.topic == STATUS] == [""]


def test_another_prefix_takes_the_place_of_the_old_one() -> None:
    one = rig()
    before = one.connect()
    one.ack(before)
    left = held(before, rig(Discovery("1", "ha"), one.store).connect())
    assert {it.split("/")[0] for it in left} == {"ha", "kerbwatch"}
    assert len(left) == len(SHOWN) + 1


def test_off_and_on_again_while_the_broker_is_away_leaves_everything_shown() -> None:
    """The empty messages that wait in the outbox must not come last."""
    one = rig()
    before = one.connect()
    one.ack(before)
    off = Announcer(one.store, WRITER, one.clock)
    off.settle()
    assert one.store.queue().depth == len(SHOWN) + 1
    again = rig(HERE, one.store)
    after = again.connect()
    again.clock.pass_s(1)
    again.drainer.step()
    again.drainer.step()
    assert held(before, after) == held(before)


def test_a_name_that_changed_while_its_document_waits_is_the_one_that_counts() -> None:
    store, clock = MemoryStore(), FakeClock()
    Announcer(store, WRITER, clock, HERE).settle()
    new = replace(DIRECTORY.site, name="新区")
    one = rig(HERE, store, replace(DIRECTORY, site=new))
    shown = held(one.connect())
    names = {json.loads(it)["device"]["name"] for it in shown.values() if '"device"' in it}
    assert names == {"Kerbwatch 新区", "闻韶社区3号门"}


def test_counts_follow_the_cases_and_go_through_the_outbox() -> None:
    one = rig()
    link = one.connect()
    one.ack(link)
    assert count(link) == (0, 0)
    one.put_case()
    one.clock.pass_s(1)
    one.drainer.step()  # sees that one is open
    assert one.store.queue().depth == 1
    one.drainer.step()
    assert count(link) == (1, 1)
    one.ack(link)
    one.clock.pass_s(1)
    one.drainer.step()
    assert one.store.queue().depth == 0  # nothing has changed since


def test_counts_are_looked_at_four_times_a_second_at_most() -> None:
    one = rig()
    announcer = Announcer(one.store, WRITER, one.clock, HERE)
    announcer.everything(frozenset())
    one.clock.pass_s(1)
    assert not announcer.catch_up()
    one.put_case()
    one.clock.pass_s(0.2)
    assert not announcer.catch_up()
    one.clock.pass_s(0.1)
    assert announcer.catch_up()
    one.clock.pass_s(0.3)
    assert not announcer.catch_up()


def test_a_count_that_waits_in_the_outbox_is_followed_by_the_one_that_is_true() -> None:
    """The process died with an old count in the outbox; a case ended in the meantime."""
    store = MemoryStore()
    opened = decide(None, fence_event(EventKind.OPENED, 60), ())
    assert opened is not None
    closed = decide(opened.case, fence_event(EventKind.CLEARED, 90), ())
    assert closed is not None
    old = rig(store=store)
    link = old.connect()
    old.ack(link)
    with store.write() as transaction:
        transaction.put_case(opened.case)
    old.clock.pass_s(1)
    old.drainer.step()
    with store.write() as transaction:
        transaction.put_case(closed.case)
    new = rig(store=store)
    fresh = new.connect()
    new.clock.pass_s(1)
    new.drainer.step()
    new.drainer.step()
    assert count(fresh) == (0, 0)
    assert [it.topic for it in fresh.sent].count(COUNT) == 2


def test_what_waits_in_the_outbox_is_not_sent_before_it_as_well() -> None:
    one = rig()
    link = one.connect()
    sent = [it for it in link.sent if it.topic in SHOWN]
    assert len(sent) == len(SHOWN)
    assert all(it.retained for it in sent)


def test_a_service_that_stops_takes_its_leave_with_the_counts_told() -> None:
    one = rig()
    link = AckingLink(one.drainer)
    one.drainer.post(Connected(link))
    one.drainer.step()
    one.put_case()
    one.clock.pass_s(1)
    one.drainer.stop(3.0)
    one.drainer.run()
    assert count(link) == (1, 1)
    assert one.store.queue().depth == 0
    assert statuses(link)[-1] == "stopped"
