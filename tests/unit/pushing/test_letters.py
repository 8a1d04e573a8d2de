"""What is pushed of a notice, and to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.casebook import decide
from alerts.duty.routing import Severity
from alerts.evidence import EvidenceFolder
from alerts.intake import Batch, Intake
from alerts.posting import put_message
from alerts.pushing.letters import Letter, PushPlan
from alerts.store.memory import MemoryStore
from alerts.texts import Language, load_texts
from fences.catalogue import CATALOGUE
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event

NEW = load_texts("alerts", Language.ZH)("notice.new")
PLAN = PushPlan(
    recipients=frozenset({"duty-east"}),
    case_url="https://kerbwatch.example/cases/",
    severities={"blocked_fire_lane": Severity.SEVERE},
)


def letters(
    plan: PushPlan, picture: str | None = None, base: str = "data/evidence"
) -> list[Letter]:
    change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east", "wenshao"))
    assert change is not None
    writer = replace(WRITER, pushing=plan, picture_base=base)
    messages = writer.change(change.with_picture(picture), (1,))
    return [one for message in messages if (one := writer.letter(message)) is not None]


def test_only_whoever_has_a_channel_gets_a_letter_and_only_of_what_goes_into_an_inbox() -> None:
    (one,) = letters(PLAN)
    assert one.recipient_id == "duty-east"
    assert letters(PushPlan()) == []


def test_it_says_what_where_how_severe_since_when_and_links_the_case() -> None:
    (one,) = letters(PLAN)
    assert one.title == f"【{NEW}】{CATALOGUE['blocked_fire_lane'].name_zh}"
    lines = one.text.splitlines()
    assert "闻韶社区3号门" in lines[0]
    assert lines[1] == "级别：严重"
    assert any("2026-09-21 22:1" in line for line in lines)
    assert lines[-1] == f"查看案卷：https://kerbwatch.example/cases/{one.case_id}"


def test_it_is_in_the_language_of_the_configuration() -> None:
    (one,) = letters(replace(PLAN, language=Language.EN, case_url=None, severities={}))
    assert "Severity: normal" in one.text
    assert "http" not in one.text


def test_a_deadline_is_told_if_there_is_one() -> None:
    change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east",))
    assert change is not None
    body = WRITER.inbox_body(
        change.notices[0], 1, change.transition, DIRECTORY.recipients["duty-east"]
    )
    body["deadline"] = "2026-09-22T10:00:00.000+08:00"
    one = PLAN.letter(body, "")
    assert one is not None
    assert "2026-09-22 10:00:00" in one.text


@pytest.mark.parametrize(("base", "shown"), [("/srv/evidence", False), ("https://p.example", True)])
def test_a_picture_goes_along_and_only_an_address_of_it_is_written(base: str, shown: bool) -> None:
    (one,) = letters(PLAN, "gate-3/a.jpg", base)
    assert one.picture == "gate-3/a.jpg"
    assert (f"{base}/gate-3/a.jpg" in one.text) == shown


def test_letters_are_kept_with_the_case_and_no_event_is_pushed_twice(tmp_path: object) -> None:
    store, clock = MemoryStore(), FakeClock()
    writer = replace(WRITER, pushing=PLAN)
    folder = EvidenceFolder(tmp_path, DIRECTORY)  # type: ignore[arg-type]
    intake = Intake(store, writer, folder, clock)
    batch = Batch("gate-3", 0, 0, (fence_event(EventKind.OPENED, 60),))
    intake.receive(batch)
    intake.receive(batch)
    (one,) = store.deliveries(10)
    assert one.letter.recipient_id == "duty-east"
    assert one.letter.case_id == store.cases()[0].case_id


def test_a_transaction_that_fails_leaves_no_letter() -> None:
    store, clock = MemoryStore(), FakeClock()
    writer = replace(WRITER, pushing=PLAN)
    change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east",))
    assert change is not None

    def fail() -> None:
        with store.write() as transaction:
            for message in writer.change(change, (1,)):
                put_message(transaction, message, writer, clock.wall_ns())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.deliveries(10) == ()
