"""What people and machines are told of a run."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from alerts.texts import Language, load_texts
from replay.accuracy.contestants import Contender
from replay.accuracy.goals import goals
from replay.accuracy.report import write_report
from replay.accuracy.result import ClipResult, result_from, result_object
from replay.accuracy.tables import Table, markdown
from replay.scenes import CONDITIONS
from tests.unit.replay.accuracy.kit import mistake, result, showing

ABOUT = [("command", "kerbwatch accuracy --out <out>"), ("date", "2026-11-22")]
TEXTS = load_texts("replay.accuracy", Language.EN)


def good_run() -> list[ClipResult]:
    """All is found in 65 clips of 13 conditions; the recipe has a false case in each."""
    rendered = [
        result(
            showing("obstruction"),
            showing("both"),
            showing("mog2", fp=1),
            condition=condition,
            name=f"{condition}-{number}",
        )
        for condition in CONDITIONS
        for number in range(5)
    ]
    return [result(showing("both"), condition="real", name="gate"), *rendered]


def met(results: list[ClipResult]) -> dict[str, bool]:
    return {goal.key: goal.met for goal in goals(results, TEXTS)}


def test_a_good_run_reaches_the_goals_but_what_few_hours_cannot_prove() -> None:
    assert met(good_run()) == {
        "real_recall": True,
        "real_false": True,
        "size": True,
        "f1": True,
        "false": True,
        "proven": False,
        "beats_mog2": True,
    }


@pytest.mark.parametrize(
    ("condition", "figures", "missed"),
    [
        ("real", {"tp": 0, "fn": 1}, {"real_recall"}),
        ("real", {"fp": 1}, {"real_false"}),
        ("snow", {"fp": 1}, {"false"}),
        ("snow", {"tp": 0, "fn": 9}, {"f1"}),
    ],
)
def test_each_goal_is_missed_by_what_it_is_about(
    condition: str, figures: dict[str, int], missed: set[str]
) -> None:
    results = good_run()
    before = {key for key, reached in met(results).items() if reached}
    results.append(result(showing("both", **figures), condition=condition, name="bad"))
    assert before - {key for key, reached in met(results).items() if reached} == missed


def test_equal_is_not_better_than_a_recipe() -> None:
    results = [result(showing("obstruction"), showing("knn"))]
    (goal,) = goals(results, TEXTS)
    assert (goal.key, goal.met, goal.measured) == ("beats_knn", False, "not in: day")


def test_what_was_not_measured_is_no_goal() -> None:
    assert goals([result(showing("obstruction"))], TEXTS) == []


@pytest.fixture
def results(tmp_path: Path) -> list[ClipResult]:
    (tmp_path / "pictures").mkdir()
    picture = np.full((720, 1280, 3), 90, np.uint8)
    cv2.imwrite(str(tmp_path / "pictures" / "a.jpg"), picture)
    missed = showing("both", tp=0, fn=1, mistakes=(mistake("miss", "pictures/a.jpg"),))
    false = showing("mog2", fp=1, mistakes=(mistake("false"),))
    return [
        result(missed, false, name="day-p1"),
        result(showing("both"), showing("mog2"), condition="real", name="gate"),
    ]


class Page(HTMLParser):
    """Counts what is on it, and sees that every element is closed where it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "img"}:
            self.open.append(tag)
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("language", Language)
def test_the_page_has_every_mistake_and_needs_nothing_beside_it(
    tmp_path: Path, results: list[ClipResult], language: Language
) -> None:
    write_report(tmp_path, results, ABOUT, language)
    page = Page()
    page.feed((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert page.tags.count("figure") == 2
    assert [source[:23] for source in page.sources] == ["data:image/jpeg;base64,"]
    assert "kerbwatch accuracy --out <out>" in page.words
    texts = load_texts("replay.accuracy", language)
    assert texts("page.title") in page.words
    assert texts("condition.day") in page.words


def test_the_json_holds_the_clips_and_the_figures(
    tmp_path: Path, results: list[ClipResult]
) -> None:
    held = write_report(tmp_path, results, ABOUT, Language.EN)
    written = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(held))
    assert [result_from(one) for one in written["clips"]] == results
    assert written["figures"]["both"]["rendered"]["fn"] == 1
    assert written["figures"]["mog2"]["day"]["false_per_day"] == pytest.approx(24 * 90)
    assert written["about"]["date"] == "2026-11-22"


def test_every_row_of_a_table_has_as_many_cells_as_its_head(
    tmp_path: Path, results: list[ClipResult]
) -> None:
    write_report(tmp_path, results, ABOUT, Language.ZH)
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) == 6
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_a_bar_in_a_cell_is_no_end_of_the_cell() -> None:
    assert "| a \\| b |" in markdown(Table("t", "", ("one",), (("a | b",),)))


def test_what_is_kept_on_disk_comes_back_as_it_was(results: list[ClipResult]) -> None:
    kept = json.loads(json.dumps([result_object(one) for one in results]))
    assert [result_from(one) for one in kept] == results


@pytest.mark.parametrize("language", Language)
def test_every_contender_and_condition_has_a_name(language: Language) -> None:
    messages = load_texts("replay.accuracy", language).messages
    assert {f"contender.{it}" for it in Contender} <= set(messages)
    assert {f"condition.{it}" for it in (*CONDITIONS, "real")} <= set(messages)
