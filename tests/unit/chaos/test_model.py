"""What the checker's model takes for a violation, and that the service's own rules agree."""

from __future__ import annotations

from pathlib import Path

from chaos.load import CLEAR_AFTER_S, DWELL_S, LOOK_S, Load, name_of, path_of
from chaos.model import Rules, visits, visits_of
from chaos.town import fence
from fences.event import EventKind
from fences.guard import Guard
from fences.observation import Observation
from fences.record import decode_input

S = 10**9
RULES = Rules(DWELL_S, CLEAR_AFTER_S, LOOK_S)


def seen(pattern: str, begin_s: int = 0) -> list[tuple[int, bool]]:
    return [((begin_s + n * LOOK_S) * S, sign == "x") for n, sign in enumerate(pattern)]


def test_what_passes_is_no_visit_and_what_stands_is_one() -> None:
    assert list(visits("c", seen(".x...."), RULES)) == []
    (visit,) = visits("c", seen(".xxxx...."), RULES)
    assert visit.since_ns == 15 * S
    assert visit.opens_ns == (45 * S, 75 * S)
    assert visit.clears_ns == (90 * S, 120 * S)


def test_what_nobody_has_seen_leave_stands_still() -> None:
    (visit,) = visits("c", seen(".xxxx"), RULES)
    assert visit.clears_ns is None


def test_one_look_at_nothing_does_not_end_a_visit() -> None:
    assert len(list(visits("c", seen(".xxxx.xxxx...."), RULES))) == 1
    assert len(list(visits("c", seen(".xxxx...xxxx...."), RULES))) == 2


def test_the_rules_of_the_service_find_what_the_model_finds(tmp_path: Path) -> None:
    folder = tmp_path / "observations"
    Load(folder, cameras=12, length_s=20_000, seed=5).write()
    found = list(visits_of(folder, RULES))
    assert len(found) > 30
    opened = cleared = 0
    for number in range(12):
        guard = Guard((fence(name_of(number)),))
        for line in path_of(folder, name_of(number)).read_text().splitlines():
            look = decode_input(line)
            assert isinstance(look, Observation)
            for event in guard.take(look):
                mine = [one for one in found if one.camera_id == event.camera_id]
                if event.kind is EventKind.OPENED:
                    (visit,) = [v for v in mine if v.opens_ns[0] <= event.media_ns <= v.opens_ns[1]]
                    assert event.since_ns == visit.since_ns
                    opened += 1
                elif event.kind is EventKind.CLEARED:
                    ends = [v.clears_ns for v in mine if v.clears_ns is not None]
                    assert sum(a <= event.media_ns <= b for a, b in ends) == 1
                    cleared += 1
    assert opened == len(found)
    assert cleared == sum(one.clears_ns is not None for one in found)
