"""``kerbwatch scenarios``: the catalogue, and what each entry can be seen with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from alerts.texts import Language, Texts, load_texts
from kerbwatch.cli.lang import Lang
from kerbwatch.cli.speak import (
    LANGUAGE,
    MISUSED,
    TEXT,
    AsJson,
    clear_failures,
    give_up,
    say,
    say_json,
)

if TYPE_CHECKING:
    from fences.scenario import Category, Scenario
    from kerbwatch.reach import Entry

_STATES = {
    "no_model": ("scenarios.no_model", "scenarios.no_model_means"),
    "bundled": ("scenarios.bundled", "scenarios.bundled_means"),
    "coco": ("scenarios.coco", "scenarios.coco_means"),
    "trained": ("scenarios.trained", "scenarios.trained_means"),
}
_MINUTE_S, _HOUR_S = 60, 3600
_NARROWEST = 80


def scenarios(
    scenario: Annotated[str | None, typer.Argument(help=TEXT("help.scenario"))] = None,
    lang: Lang = LANGUAGE,
    markdown: Annotated[bool, typer.Option("--markdown", help=TEXT("help.markdown"))] = False,
    as_json: AsJson = False,
) -> None:
    """The catalogue as a table, or one scenario with all its facts."""
    with clear_failures(as_json=as_json):
        from kerbwatch.reach import entries  # noqa: PLC0415

        found = {entry.scenario.id: entry for entry in entries()}
        texts = load_texts("kerbwatch", lang)
        if scenario is not None and scenario not in found:
            message = texts("scenarios.unknown", got=scenario, known=_known(scenario, found))
            give_up(message, MISUSED, as_json=as_json)
        chosen = list(found.values()) if scenario is None else [found[scenario]]
        if as_json:
            say_json([entry.as_object() for entry in chosen])
        elif markdown:
            say(markdown_table(chosen, lang))
        elif scenario is None:
            _table(chosen, lang, texts)
        else:
            say(_details(chosen[0], lang, texts))


def _known(wanted: str, found: dict[str, Entry]) -> str:
    from kerbwatch.config.shown import nearest  # noqa: PLC0415

    return nearest(wanted, found) or ", ".join(found)


def markdown_table(chosen: Sequence[Entry], lang: Language) -> str:
    """The table as the READMEs show it, with what its words mean under it."""
    from fences.catalogue import CATEGORIES  # noqa: PLC0415

    texts = load_texts("kerbwatch", lang)
    heads = [texts(key) for key in _HEADS]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|"]
    before = ""
    for entry in chosen:
        it = entry.scenario
        shelf = "" if it.category == before else _name(CATEGORIES[it.category], lang)
        before = it.category
        state = texts(_STATES[entry.state][0])
        lines.append(f"| {shelf} | {_name(it, lang)} | `{it.id}` | {state} |")
    meanings = [f"- {_fact(name, texts(means), texts)}" for name, means in _STATES.values()]
    return "\n".join([*lines, "", *meanings])


_HEADS = ("scenarios.category", "scenarios.name", "scenarios.id", "scenarios.works_with")


def _table(chosen: Sequence[Entry], lang: Language, texts: Texts) -> None:
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from fences.catalogue import CATEGORIES  # noqa: PLC0415

    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    table.add_column(texts("scenarios.name"), overflow="fold")
    table.add_column(texts("scenarios.id"), no_wrap=True)
    table.add_column(texts("scenarios.works_with"), no_wrap=True)
    table.add_column(texts("scenarios.after"), justify="right", no_wrap=True)
    before = ""
    for entry in chosen:
        it = entry.scenario
        if it.category != before:
            table.add_section()
            table.add_row(f"[bold]{_name(CATEGORIES[it.category], lang)}[/]")
            before = it.category
        state = texts(_STATES[entry.state][0])
        table.add_row(f"  {_name(it, lang)}", it.id, state, _span(it.dwell_s, texts))
    console = Console(highlight=False)
    console.width = max(console.width, _NARROWEST)  # a row that the terminal breaks beats a cut one
    console.print(table)
    for name, means in _STATES.values():
        console.print(_fact(name, texts(means), texts), markup=False)
    console.print(texts("scenarios.more"))


def _details(entry: Entry, lang: Language, texts: Texts) -> str:
    from fences.catalogue import CATEGORIES  # noqa: PLC0415

    it = entry.scenario
    name, means = _STATES[entry.state]
    facts = {
        "scenarios.category": _name(CATEGORIES[it.category], lang),
        "scenarios.means": it.means_zh if lang is Language.ZH else it.means_en,
        "scenarios.works_with": _fact(name, texts(means), texts),
        "scenarios.sharper": ", ".join(entry.sharper_with),
        "scenarios.labels": ", ".join(sorted(it.labels)),
        "scenarios.obstruction": texts(_ATTENDANCES[it.obstruction]),
        "scenarios.never": ", ".join(sorted(it.never)),
        "scenarios.count": "" if it.min_count is None else str(it.min_count),
        "scenarios.after": _span(it.dwell_s, texts),
        "scenarios.clear": _span(it.clear_after_s, texts),
        "scenarios.area": f"{it.min_area:.2%}",
    }
    lines = [f"{_name(it, lang)} ({it.id})"]
    lines += [f"  {_fact(key, fact, texts)}" for key, fact in facts.items() if fact]
    return "\n".join(lines)


_ATTENDANCES = {
    "any": "scenarios.any",
    "attended": "scenarios.attended",
    "unattended": "scenarios.unattended",
    "none": "scenarios.none",
}


def _fact(key: str, fact: str, texts: Texts) -> str:
    return texts("scenarios.fact", name=texts(key), fact=fact)


def _name(it: Scenario | Category, lang: Language) -> str:
    return it.name_zh if lang is Language.ZH else it.name_en


def _span(seconds: float, texts: Texts) -> str:
    if seconds >= _HOUR_S:
        return texts("scenarios.hours", count=f"{seconds / _HOUR_S:g}")
    if seconds >= _MINUTE_S:
        return texts("scenarios.minutes", count=f"{seconds / _MINUTE_S:g}")
    return texts("scenarios.seconds", count=f"{seconds:g}")
