"""Documentation, dashboard and alerting rules speak of the metrics that exist, and of no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector
from ruamel.yaml import YAML

from kerbwatch.metrics.declared import ALL, LATE_S, Declared, Kind

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "METRICS.md").read_text(encoding="utf-8")
RULES = YAML(typ="safe").load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text("utf-8"))
BOARD = json.loads((ROOT / "deploy" / "grafana" / "kerbwatch.json").read_text(encoding="utf-8"))
ROW = re.compile(
    r"^\| `(?P<name>(?:kerbwatch|process)_[a-z0-9_]+)` \|(?P<rest>.*)\|$", re.MULTILINE
)
NAME = re.compile(r"(?<![\w.])(?:kerbwatch|process)_[a-z0-9_]+")
HAN = re.compile(r"[\u4e00-\u9fff]")
MATCHED = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")
GROUPED = re.compile(r"\b(?:by|on) \(([a-z, ]+)\)")
OF_PROMETHEUS = {"instance", "job", "le"}
"""Labels that are there without us."""


def process_metrics() -> tuple[Declared, ...]:
    """The client library's own."""
    families = ProcessCollector(registry=CollectorRegistry()).collect()
    return tuple(
        Declared(
            f"{it.name}_total" if it.type == "counter" else it.name,
            Kind(it.type),
            (),
            it.documentation,
        )
        for it in families
    )


EXISTING = {it.name: it for it in (*ALL, *process_metrics())}
SERIES = {
    name + suffix: it
    for name, it in EXISTING.items()
    for suffix in {
        Kind.SUMMARY: ("_count", "_sum"),
        Kind.HISTOGRAM: ("_bucket", "_count", "_sum"),
    }.get(it.kind, ("",))
}
"""What a query may ask for."""


def rows() -> dict[str, list[str]]:
    """Per metric: type, labels, unit, meaning, what to watch for."""
    return {
        match["name"]: [cell.strip() for cell in match["rest"].split("|")]
        for match in ROW.finditer(PAGE)
    }


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    assert len(EXISTING) > 30
    assert sorted(rows()) == sorted(EXISTING)


def test_the_page_speaks_of_no_other_series() -> None:
    assert {name for name in NAME.findall(PAGE) if name not in SERIES | EXISTING} == set()


@pytest.mark.parametrize("name", EXISTING)
def test_type_labels_unit_and_meaning_are_documented(name: str) -> None:
    kind, labels, unit, meaning, _ = rows()[name]
    assert kind == EXISTING[name].kind
    assert re.findall(r"`(\w+)`", labels) == list(EXISTING[name].labels)
    assert unit
    assert meaning
    if name.removesuffix("_total").endswith("_seconds"):
        assert unit.startswith("seconds")


def test_what_late_means_is_documented() -> None:
    assert f"more than {LATE_S:g} s after their interval" in rows()["kerbwatch_looks_late_total"][3]


def alert_queries() -> Iterator[tuple[str, str]]:
    for group in RULES["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def board_queries() -> Iterator[tuple[str, str]]:
    for panel in panels():
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]
    for variable in BOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"]


QUERIES = dict((*alert_queries(), *board_queries()))


@pytest.mark.parametrize("place", QUERIES)
def test_a_query_asks_for_series_and_labels_that_exist(place: str) -> None:
    query = QUERIES[place]
    named = NAME.findall(query)
    assert set(named) <= set(SERIES), place
    assert named or "up{" in query
    labels = {label for name in named for label in SERIES[name].labels} | OF_PROMETHEUS
    grouped = {label.strip() for group in GROUPED.findall(query) for label in group.split(",")}
    assert {*MATCHED.findall(query), *grouped} <= labels, place
    assert [query.count(one) - query.count(other) for one, other in ("()", "{}", "[]")] == [0] * 3


def test_every_metric_that_one_must_watch_has_an_alert() -> None:
    """Those whose last column is in bold."""
    alarming = {name for name, cells in rows().items() if "**" in cells[4]}
    watched = {name for _, query in alert_queries() for name in NAME.findall(query)}
    assert len(alarming) >= 5
    assert alarming <= watched


def test_what_an_alert_says_fills_in_labels_that_it_has() -> None:
    for group in RULES["groups"]:
        for rule in group["rules"]:
            text = " ".join(rule["annotations"].values())
            labels = set(re.findall(r"\$labels\.(\w+)", text))
            assert all(label in rule["expr"] or _has(rule["expr"], label) for label in labels)


def _has(query: str, label: str) -> bool:
    return any(label in SERIES[name].labels for name in NAME.findall(query))


def test_the_board_shows_what_was_promised() -> None:
    shown = {name for _, query in board_queries() for name in NAME.findall(query)}
    assert set(EXISTING) - {SERIES[name].name for name in shown} == {
        "process_virtual_memory_bytes",
        "process_max_fds",
        "process_start_time_seconds",
    }


def test_titles_and_alerts_are_in_both_languages() -> None:
    """One text with both: 摄像机在线 / Cameras online."""
    texts = [BOARD["title"], *(panel["title"] for panel in BOARD["panels"])]
    texts += [variable["label"] for variable in BOARD["templating"]["list"]]
    for group in RULES["groups"]:
        for rule in group["rules"]:
            texts += rule["annotations"].values()
    assert len(texts) > 40
    for text in texts:
        chinese, _, english = text.partition(" / ")
        assert HAN.search(chinese), text
        assert english, text
        assert not HAN.search(english), text


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
