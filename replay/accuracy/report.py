"""The files of a run: ``results.json`` for machines, ``results.md`` and a page for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from alerts.texts import Language, load_texts
from replay.accuracy.clip import REAL
from replay.accuracy.goals import goals, goals_table
from replay.accuracy.page import page
from replay.accuracy.result import ClipResult, result_object
from replay.accuracy.tables import all_tables, markdown
from replay.accuracy.tally import Tally, conditions_of, contenders_of, tally

JSON, MARKDOWN, PAGE = "results.json", "results.md", "index.html"


def write_report(
    folder: Path,
    results: Sequence[ClipResult],
    about: Sequence[tuple[str, str]],
    language: Language,
) -> dict[str, Any]:
    """Write the three files; gives what ``results.json`` holds.

    ``about``: keys of the texts under ``about`` with their values.
    """
    texts = load_texts("replay.accuracy", language)
    found = goals(results, texts)
    tables = all_tables(results, texts)
    facts = [(texts(f"about.{key}"), value) for key, value in about]
    board = goals_table(found, texts)
    held = {
        "about": dict(about),
        "goals": [{**asdict(goal), "text": texts(f"goal.{goal.key}")} for goal in found],
        "figures": _figures(results),
        "clips": [result_object(result) for result in results],
    }
    _write(folder / JSON, json.dumps(held, ensure_ascii=False, indent=1) + "\n")
    lines = [f"{name}: `{value}`  " for name, value in facts]
    shown = [board, *tables] if found else tables
    _write(folder / MARKDOWN, "\n".join([*lines, "", *(markdown(table) for table in shown)]))
    _write(folder / PAGE, page(results, board, tables, facts, folder, texts, language))
    return held


def _figures(results: Sequence[ClipResult]) -> dict[str, dict[str, dict[str, Any]]]:
    """By contender and condition; ``rendered`` are all but the real ones."""
    groups = {
        name: [result for result in results if result.condition == name]
        for name in conditions_of(results)
    }
    rendered = [result for result in results if result.condition != REAL]
    if rendered:
        groups["rendered"] = rendered
    return {
        contender: {name: _figure(tally(group, contender)) for name, group in groups.items()}
        for contender in contenders_of(results)
    }


def _figure(sums: Tally) -> dict[str, Any]:
    return {
        "clips": sums.clips,
        "tp": sums.tp,
        "fp": sums.fp,
        "fn": sums.fn,
        "again": sums.again,
        "early": sums.early,
        "precision": sums.precision,
        "recall": sums.recall,
        "f1": sums.f1,
        "delay_s": {"median": sums.delay_median_s, "max": sums.delay_max_s},
        "hours": round(sums.hours, 4),
        "false_per_day": sums.false_per_day,
        "false_per_day_at_most": sums.false_per_day_at_most,
        "cpu_ms": round(sums.cpu_ms, 2),
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
