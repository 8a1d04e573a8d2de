from __future__ import annotations

import string

import pytest

from alerts.cases import CaseState
from alerts.errors import BrokerError, StoreError
from alerts.health import QUARANTINED, CameraState
from alerts.push import evidence_text, span_text
from alerts.texts import Language, Texts, load_texts
from fences.catalogue import CATALOGUE
from fences.event import PLACE, Reason
from fences.observation import Label
from fences.scenario import Scenario

ZH, EN = load_texts("alerts", Language.ZH), load_texts("alerts", Language.EN)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    assert ZH.messages.keys() == EN.messages.keys()
    for key in ZH.messages:
        assert places(ZH.messages[key]) == places(EN.messages[key]), key


@pytest.mark.parametrize("language", list(Language))
def test_every_state_and_reason_has_a_name(language: Language) -> None:
    messages = load_texts("alerts", language).messages
    names = [f"state.{one}" for one in CaseState]
    names += [f"label.{one}" for one in Label]
    names += [f"camera.{one}" for one in CameraState] + [f"reason.{one}" for one in Reason]
    names += [f"camera_reason.{QUARANTINED}"]
    assert [name for name in names if name not in messages] == []


@pytest.mark.parametrize("scenario", CATALOGUE.values(), ids=lambda it: str(it.id))
@pytest.mark.parametrize("texts", [ZH, EN])
def test_all_evidence_that_can_name_a_case_has_words(scenario: Scenario, texts: Texts) -> None:
    way = "counted" if (scenario.min_count or 1) > 1 else "learned"
    named_by = [f"{way}:{label}" for label in scenario.labels]
    named_by += [f"obstruction:{how}" for how in ("standing", "attended", "stirred", "unattended")]
    told = [evidence_text(it, texts) for it in (*named_by, PLACE)]
    assert len(set(told)) == len(told)
    assert all(text and ":" not in text.replace(": ", "") for text in told)


def test_evidence_of_another_version_stays_as_it_is_written() -> None:
    assert evidence_text("scent:dog", EN) == "scent:dog"
    assert evidence_text("learned:boat", EN) == "recognised: boat"
    assert evidence_text("obstruction:odd", ZH) == "obstruction:odd"


def test_an_error_speaks_both_languages() -> None:
    error = BrokerError("broker_port", host="127.0.0.1", port=1883, problem="in use")
    assert "127.0.0.1:1883" in str(error)
    assert "请换一个端口" in error.text(Language.ZH)
    assert "database" in str(StoreError("store_write", problem="disk full"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3700, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds: int, text: str) -> None:
    assert span_text(seconds, EN) == text
