from __future__ import annotations

import pytest

from alerts.people import Recipient, Role
from alerts.place import FencePlace, Site, make_directory
from tests.alerts_kit import DIRECTORY

SITE = Site("s", "站", "UTC")
ANN = Recipient("ann", "安", Role.OFFICER)


def test_a_fence_that_left_the_configuration_goes_by_its_ids() -> None:
    place = DIRECTORY.fence("gate-3", "gone")
    assert (place.camera_name, place.fence_name, place.notify) == ("闻韶社区3号门", "gone", ())


def test_recipients_who_left_are_left_out() -> None:
    assert [one.id for one in DIRECTORY.people(("wenshao", "gone"))] == ["wenshao"]


@pytest.mark.parametrize(
    ("fences", "people", "problem"),
    [
        ([FencePlace("a/b", "", "f", "")], [], "a/b"),
        ([FencePlace("a", "", "f#", "")], [], "f#"),
        ([FencePlace("a", "", "f", ""), FencePlace("a", "", "f", "")], [], "twice"),
        ([FencePlace("a", "", "f", "", ("bob",))], [ANN], "bob"),
        ([], [ANN, ANN], "ann"),
        ([], [Recipient("安", "安", Role.OFFICER)], "安"),
    ],
)
def test_a_directory_that_could_not_work_is_refused(
    fences: list[FencePlace], people: list[Recipient], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        make_directory(SITE, people, fences)
