"""Whatever comes, stands, moves, is hidden and goes: what must hold of every run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fences.box import Box, Point
from fences.catalogue import CATALOGUE
from fences.event import EventKind, FenceEvent
from fences.fence import Fence
from fences.hours import WeeklyHours
from fences.observation import EVERYWHERE, Detection, Label, Observation, Seeing, StepInput
from fences.record import decode_input, encode_event, encode_input
from fences.state import FenceState, decode_state, encode_state
from fences.step import step
from tests.fences_kit import (
    SQUARE,
    Thing,
    blob,
    brief,
    events_of,
    fence,
    flawed,
    gap,
    look,
    moved,
    ns,
    play,
    rule,
    seen,
    tick,
    watch,
)

RUNS = settings(max_examples=60, deadline=None)
"""The machine that runs them may be busy."""

REQUIRED = ("blocked_fire_lane", "street_vending", "construction_waste")
SCENARIOS = (*REQUIRED, *sorted(set(CATALOGUE) - set(REQUIRED)))
"""The three that a service cannot do without come first, so that examples shrink to them."""

LABELS = (Label.VEHICLE, Label.STALL, Label.WASTE, Label.TWO_WHEELER, Label.PERSON)
GRID = 1 / 1024
PLACES = tuple(Box(x, y, x + 0.125, y + 0.125) for x in (0.25, 0.4375, 0.625) for y in (0.25, 0.5))


@st.composite
def things(draw: st.DrawFn, most: int = 4) -> list[Thing]:
    """Each in a place of its own, standing for a while."""
    places = draw(st.permutations(PLACES))[: draw(st.integers(1, most))]
    return [
        Thing(
            place,
            begin := draw(st.floats(0, 40)),
            begin + draw(st.floats(0, 40)),
            draw(st.sampled_from(LABELS)),
            seen_by=draw(st.sampled_from(Seeing)),
        )
        for place in places
    ]


@st.composite
def worlds(draw: st.DrawFn) -> list[StepInput]:
    """A minute through a poor detector, with outages, blind looks and ticks."""
    fps = draw(st.sampled_from([0.5, 1.0, 2.0]))
    clean = watch(draw(things()), fps, 60.0, phase=draw(st.floats(0, 1)))
    seed = draw(st.integers(0, 2**32 - 1))
    flaws = flawed(clean, seed, draw(st.sampled_from([0, 0.2, 0.5])), draw(st.floats(0, 0.5)))
    outages = draw(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 20)), max_size=2))
    ways = draw(st.lists(st.sampled_from(["gap", "blind"]), min_size=2, max_size=2))
    return list(_interrupted(list(flaws), outages, ways))


def _interrupted(
    inputs: list[StepInput], outages: list[tuple[float, float]], ways: list[str]
) -> list[StepInput]:
    kept: list[StepInput] = []
    for entry in inputs:
        assert isinstance(entry, Observation)
        second = entry.media_ns / 1e9
        hit = [
            way for (at, long), way in zip(outages, ways, strict=False) if at <= second < at + long
        ]
        if "gap" in hit:
            kept.append(gap(second - 0.4, second))
        elif "blind" in hit:
            kept.append(replace(entry, blind=("lane",)))
        else:
            kept.extend((entry, tick(second)))
    return kept


@st.composite
def watchers(draw: st.DrawFn, scenarios: tuple[str, ...] = SCENARIOS) -> Fence:
    """Fences with one to three rules; hours that begin or end in the minute, or none."""
    chosen = draw(st.lists(st.sampled_from(scenarios), min_size=1, max_size=3, unique=True))
    start = (1_790_000_000 // 60 + 3 * 24 * 60) % (7 * 24 * 60)
    some_hours = [
        WeeklyHours(()),
        WeeklyHours(((start, start + 1),)),
        WeeklyHours(((start + 1, start + 2),)),
    ]
    rules = [
        rule(
            id_,
            dwell=draw(st.sampled_from([2.0, 5.0, 12.0])),
            clear_after=draw(st.sampled_from([3.0, 8.0])),
            bridge=draw(st.sampled_from([2.0, 10.0])),
            hours=draw(st.sampled_from(some_hours)),
        )
        for id_ in chosen
    ]
    return fence(*rules, report_known=draw(st.booleans()))


@RUNS
@given(watchers(), worlds(), st.lists(st.integers(0, 200), max_size=6))
def test_splitting_a_run_anywhere_changes_nothing(
    watched: Fence, inputs: list[StepInput], cuts: list[int]
) -> None:
    whole_state, whole = play(watched, inputs)
    state = FenceState()
    told: list[FenceEvent] = []
    for number, entry in enumerate(inputs):
        if number in cuts:
            state = decode_state(encode_state(state))
        state, events = step(watched, state, decode_input(encode_input(entry)))
        told.extend(events)
    assert [encode_event(event) for event in told] == [encode_event(event) for event in whole]
    assert state == whole_state
    assert decode_state(encode_state(state)) == state


@RUNS
@given(watchers(), worlds())
def test_a_violation_opens_changes_and_clears_in_order(
    watched: Fence, inputs: list[StepInput]
) -> None:
    told = events_of(watched, inputs)
    assert len({event.event_id for event in told}) == len(told)
    assert [event.media_ns for event in told] == sorted(event.media_ns for event in told)
    lives: dict[tuple[str, int], list[FenceEvent]] = defaultdict(list)
    for event in told:
        lives[event.scenario_id, event.violation].append(event)
    open_now: set[str] = set()
    for event in told:
        opening = event.kind is EventKind.OPENED
        assert opening is (event.scenario_id not in open_now)  # at most one, and none unopened
        if opening:
            open_now.add(event.scenario_id)
        elif event.kind is EventKind.CLEARED:
            open_now.remove(event.scenario_id)
    for life in lives.values():
        assert [event.seq for event in life] == list(range(1, len(life) + 1))
        assert all(event.kind is EventKind.UPDATED for event in life[1:-1])
        assert all(event.since_ns == life[0].since_ns for event in life)
        assert all(event.sightings for event in life)


@RUNS
@given(watchers(), worlds())
def test_nothing_opens_before_its_dwell(watched: Fence, inputs: list[StepInput]) -> None:
    first_ns = next((it.media_ns for it in inputs if isinstance(it, Observation)), 0)
    dwells = {rule_.scenario.id: rule_.dwell_ns for rule_ in watched.rules}
    for event in events_of(watched, inputs):
        if event.kind is EventKind.OPENED:
            assert event.media_ns - event.since_ns >= dwells[event.scenario_id]
            assert event.since_ns >= first_ns


@RUNS
@given(watchers(), worlds(), st.integers(0, 2**32 - 1))
def test_the_order_of_detections_does_not_matter(
    watched: Fence, inputs: list[StepInput], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    assert events_of(watched, inputs) == events_of(
        watched, [_shuffled(entry, chance) for entry in inputs]
    )


@st.composite
def crowds(draw: st.DrawFn) -> list[StepInput]:
    """Detections on top of each other, of equal scores: where order would show."""
    one = st.builds(
        lambda place, dx, label, score: seen(label, moved(place, dx * GRID * 16), score),
        st.sampled_from(PLACES[:2]),
        st.integers(-2, 2),
        st.sampled_from(LABELS),
        st.sampled_from([0.5, 0.75]),
    ) | st.builds(
        lambda place, since, active: blob(place, since, activity=active),
        st.sampled_from(PLACES[:2]),
        st.sampled_from([0.0, None]),
        st.sampled_from([0.0, 1.0]),
    )
    kinds = draw(st.lists(st.lists(one, max_size=6), min_size=1, max_size=4))
    return [look(n, *kinds[n % len(kinds)]) for n in range(20)]


@RUNS
@given(watchers(), crowds(), st.integers(0, 2**32 - 1))
def test_nor_where_they_lie_on_top_of_each_other(
    watched: Fence, inputs: list[StepInput], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    assert play(watched, inputs) == play(watched, [_shuffled(entry, chance) for entry in inputs])


@RUNS
@given(watchers(REQUIRED), worlds(), st.integers(0, 2**32 - 1))
def test_what_no_rule_asks_for_changes_nothing(
    watched: Fence, inputs: list[StepInput], seed: int
) -> None:
    """A card may map more classes than the fence's scenarios know."""
    chance = np.random.default_rng(seed)
    asked = {it for rule_ in watched.rules for it in rule_.scenario.labels | rule_.scenario.never}
    others = sorted(set(Label) - EVERYWHERE - asked)
    more = [_with_others(entry, others, chance) for entry in inputs]
    assert play(watched, more) == play(watched, inputs)


def _with_others(entry: StepInput, others: list[Label], chance: np.random.Generator) -> StepInput:
    if not isinstance(entry, Observation) or not others:
        return entry
    places = chance.choice(len(PLACES), size=int(chance.integers(0, 4)))
    added = [seen(others[int(chance.integers(len(others)))], PLACES[int(n)]) for n in places]
    return replace(entry, detections=(*entry.detections, *added))


def _shuffled(entry: StepInput, chance: np.random.Generator) -> StepInput:
    if not isinstance(entry, Observation):
        return entry
    order = chance.permutation(len(entry.detections))
    return replace(entry, detections=tuple(entry.detections[int(place)] for place in order))


@RUNS
@given(watchers(), worlds(), st.integers(-200, 200), st.integers(-200, 200))
def test_moving_fence_and_boxes_together_changes_nothing_else(
    watched: Fence, inputs: list[StepInput], right: int, down: int
) -> None:
    x, y = right * GRID, down * GRID
    there = replace(
        fence(*watched.rules, polygon=tuple((a + x, b + y) for a, b in SQUARE)),
        report_known=watched.report_known,
    )
    on_grid = [_on_grid(entry) for entry in inputs]
    elsewhere = [_moved_entry(entry, x, y) for entry in on_grid]
    expected = [
        replace(
            event,
            sightings=tuple(replace(it, box=moved(it.box, x, y)) for it in event.sightings),
        )
        for event in events_of(watched, on_grid)
    ]
    assert events_of(there, elsewhere) == expected


def _on_grid(entry: StepInput) -> StepInput:
    """Boxes of exactly representable places: floats must not be what is tested."""
    if not isinstance(entry, Observation):
        return entry
    rounded = tuple(
        replace(it, box=Box(*(round(value / GRID) * GRID for value in it.box.xyxy)))
        for it in entry.detections
    )
    return replace(entry, detections=rounded)


def _moved_entry(entry: StepInput, x: float, y: float) -> StepInput:
    if not isinstance(entry, Observation):
        return entry
    return replace(
        entry,
        detections=tuple(replace(it, box=moved(it.box, x, y)) for it in entry.detections),
    )


@RUNS
@given(watchers(), worlds(), st.sampled_from(["foot", "anchor"]))
def test_what_touches_the_ground_outside_never_counts(
    watched: Fence, inputs: list[StepInput], way: str
) -> None:
    assert not events_of(watched, [_outside(entry, way) for entry in inputs])


def _outside(entry: StepInput, way: str) -> StepInput:
    if not isinstance(entry, Observation):
        return entry
    return replace(entry, detections=tuple(_reaching(it, way) for it in entry.detections))


def _reaching(it: Detection, way: str) -> Detection:
    """Over the whole fence, and its ground just below it."""
    if way == "foot":
        return replace(it, box=Box(-1.0, -1.0, 2.0, 0.75 + GRID))
    return replace(it, anchor=Point(0.5, 0.75 + GRID))


@settings(max_examples=20, deadline=None)
@given(things(most=1), st.sampled_from([0.5, 1.0, 2.0, 5.0]), st.floats(0, 0.99))
def test_the_same_happens_at_any_rate_within_one_interval(
    standing: list[Thing], fps: float, phase: float
) -> None:
    """And so thinning fires nothing earlier by more than an interval either."""
    watched = fence(rule(dwell=8.0, clear_after=4.0))
    interval = 1 / fps
    (it,) = standing
    assume(abs(it.end - it.begin - 8.0) > interval + 1.6)  # else the rate may decide
    begin, end = max(0.0, it.begin - 4.0), it.end + 14.0
    dense = brief(events_of(watched, watch([it], 25.0, end, begin)))
    thin = brief(events_of(watched, watch([it], fps, end, begin + phase * interval)))
    assert [kind for kind, _ in thin] == [kind for kind, _ in dense]
    for (kind, here), (_, there) in zip(thin, dense, strict=True):
        leaving = 1.0 if kind == "cleared" else 0.2  # it is still followed while it drives off
        assert -leaving - (interval if kind == "cleared" else 0.0) <= here - there
        assert here - there <= interval + 0.2
    if dense:
        assert it.begin + 7.8 <= dense[0][1] <= it.begin + 9.2


@settings(max_examples=20, deadline=None)
@given(things(most=3))
def test_several_open_with_the_first_and_clear_with_the_last(standing: list[Thing]) -> None:
    """What drives through a place within the grace before it is taken may lend it its time."""
    stays = [replace(it, label=Label.VEHICLE, end=it.begin + 15.0) for it in standing]
    watched = fence(rule(dwell=8.0, clear_after=4.0, grace=5.0))
    first, last = min(it.begin for it in stays), max(it.end for it in stays)
    for fps in (0.5, 5.0):
        told = events_of(watched, watch(stays, fps, 90.0))
        assert first + 8.0 - 5.0 <= told[0].media_ns / 1e9 <= first + 9.2 + 1 / fps
        assert told[-1].kind is EventKind.CLEARED
        assert last + 4.0 - 1 / fps - 0.2 <= told[-1].media_ns / 1e9 <= last + 6.0 + 1 / fps


detections = st.builds(
    Detection,
    label=st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    score=st.floats(0, 1),
    box=st.tuples(*[st.floats(-2, 3)] * 4).map(
        lambda it: Box(min(it[0], it[2]), min(it[1], it[3]), max(it[0], it[2]), max(it[1], it[3]))
    ),
    seen_by=st.sampled_from(Seeing),
    anchor=st.none() | st.builds(Point, st.floats(-2, 3), st.floats(-2, 3)),
    fence_id=st.none() | st.just("lane"),
    since_ns=st.none() | st.integers(-(2**63), 2**63),
    activity=st.floats(0, 1),
    covered=st.booleans(),
)


@RUNS
@given(
    st.builds(
        Observation,
        st.integers(-(2**63), 2**63),
        st.integers(),
        st.lists(detections, max_size=4).map(tuple),
        st.booleans(),
        st.lists(st.text("abc"), max_size=2).map(tuple),
    )
)
def test_observations_read_back_exactly_and_write_the_same_bytes(entry: Observation) -> None:
    line = encode_input(entry)
    assert "\n" not in line
    assert decode_input(line) == entry
    assert encode_input(decode_input(line)) == line


@RUNS
@given(st.text() | st.binary().map(lambda it: it.decode("latin-1")))
def test_any_other_text_is_refused_with_a_value_error(text: str) -> None:
    for decode in (decode_input, decode_state):
        try:
            decode(text)
        except ValueError:
            continue
        raise AssertionError(text)


@RUNS
@given(worlds(), st.integers(0, 2**32 - 1))
def test_a_damaged_line_is_refused_or_is_a_good_line(inputs: list[StepInput], seed: int) -> None:
    chance = np.random.default_rng(seed)
    state, _ = play(fence(), inputs)
    for text, decode in (
        (encode_state(state), decode_state),
        (encode_input(inputs[-1]), decode_input),
    ):
        for _ in range(10):
            letters = list(text)
            letters[int(chance.integers(len(letters)))] = chr(int(chance.integers(32, 127)))
            try:
                got = decode("".join(letters))
            except ValueError:
                continue
            if isinstance(got, FenceState):
                assert decode_state(encode_state(got)) == got


@RUNS
@given(st.floats(0.1, 30), st.floats(1, 20), st.integers(1, 5))
def test_gaps_are_bridged_up_to_the_bound_however_they_are_cut(
    lost: float, bridge: float, pieces: int
) -> None:
    assume(abs(lost - bridge) > 1e-6)
    watched = fence(rule(dwell=40, bridge=bridge))
    steps = [5 + lost * n / pieces for n in range(pieces + 1)]
    away = [gap(a, b) for a, b in pairwise(steps)]
    before = [look(n, seen()) for n in range(6)]
    after = [look(5 + lost + n, seen()) for n in range(120)]
    (opened,) = events_of(watched, before, away, after)
    since = 0 if lost <= bridge else ns(5 + lost)
    assert 0 <= opened.media_ns - since - ns(40) <= ns(1)
