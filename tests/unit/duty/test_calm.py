"""A storm is one message, not a thousand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.duty.calm import Calm, StormRule, StormWord, Verdict, on_case, on_time

S = 10**9
RULE = StormRule(camera_cases=3, site_cases=6, within_ns=60 * S)


def told(cases: list[tuple[int, str]], rule: StormRule = RULE) -> tuple[Calm, list[Verdict]]:
    calm, verdicts = Calm(), []
    for at_s, camera in cases:
        calm, verdict = on_case(calm, rule, camera, at_s * S)
        verdicts.append(verdict)
    return calm, verdicts


def words(verdicts: list[Verdict]) -> list[str]:
    return [verdict.word.value for verdict in verdicts]


def test_the_case_that_makes_it_a_storm_is_told_as_one_and_later_ones_are_counted() -> None:
    calm, verdicts = told([(at_s, "a") for at_s in range(10, 70, 10)])
    assert words(verdicts) == ["case"] * 3 + ["begins", "held", "held"]
    assert [it.storm.count for it in verdicts if it.storm is not None] == [4, 5, 6]
    after, ends = on_time(calm, RULE, 119 * S)
    assert ends == ()
    after, ends = on_time(after, RULE, 120 * S)
    assert [(it.word, it.storm.count) for it in ends if it.storm] == [(StormWord.ENDS, 6)]
    assert on_case(after, RULE, "a", 121 * S)[1].word is StormWord.CASE


def test_cases_far_enough_apart_are_no_storm() -> None:
    _, verdicts = told([(at_s, "a") for at_s in range(0, 400, 20)])
    assert words(verdicts) == ["case"] * 20


def test_many_cameras_at_once_are_one_storm_of_the_site() -> None:
    calm, verdicts = told([(number, f"camera-{number}") for number in range(50)])
    assert words(verdicts) == ["case"] * 6 + ["begins"] + ["held"] * 43
    (storm,) = calm.storms
    assert (storm.camera_id, storm.count, storm.key) == (None, 50, "storm.site.0")


def test_one_camera_storms_while_another_is_told_as_ever() -> None:
    rule = StormRule(camera_cases=2, site_cases=None, within_ns=60 * S)
    _, verdicts = told([(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "a")], rule)
    assert words(verdicts) == ["case", "case", "begins", "case", "held"]


def test_a_clock_that_is_set_back_does_not_make_a_storm_last() -> None:
    calm, _ = told([(3600 + number, "a") for number in range(5)])
    _, ends = on_time(calm, RULE, 10 * S)
    assert [it.word for it in ends] == [StormWord.ENDS]


@given(
    times=st.lists(st.tuples(st.integers(0, 600), st.sampled_from("abc")), max_size=60),
    camera=st.none() | st.integers(1, 5),
    site=st.none() | st.integers(1, 10),
)
def test_every_case_is_told_itself_or_counted_in_a_storm_that_is_told(
    times: list[tuple[int, str]], camera: int | None, site: int | None
) -> None:
    rule = StormRule(camera, site, 60 * S)
    calm = Calm()
    begun: dict[str, int] = {}
    ended: dict[str, int] = {}
    cases = held = 0
    for at_s, camera_id in [*sorted(times)]:
        calm, ends = on_time(calm, rule, at_s * S)
        ended |= {it.storm.key: it.storm.count for it in ends if it.storm is not None}
        calm, verdict = on_case(calm, rule, camera_id, at_s * S)
        cases += verdict.word is StormWord.CASE
        held += verdict.word is StormWord.HELD
        if verdict.word is StormWord.BEGINS and verdict.storm is not None:
            assert verdict.storm.key not in begun
            begun[verdict.storm.key] = verdict.storm.count
    _, ends = on_time(calm, rule, 10_000 * S)
    ended |= {it.storm.key: it.storm.count for it in ends if it.storm is not None}
    assert ended.keys() == begun.keys()
    assert cases + len(begun) + held == len(times)
    assert sum(ended.values()) - sum(begun.values()) == held
