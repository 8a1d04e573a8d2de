"""The figures as tables, for documents and for the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.texts import Texts
from replay.accuracy.clip import REAL
from replay.accuracy.result import ClipResult, Showing
from replay.accuracy.tally import Tally, conditions_of, contenders_of, tally

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` over ``rows`` of text; ``note`` says how to read it."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def markdown(table: Table) -> str:
    """The table under its title, as Markdown has it."""
    lines = [f"### {table.title}", "", table.note, ""] if table.note else [f"### {table.title}", ""]
    lines += [_row(table.columns), _row(["---"] * len(table.columns))]
    lines += [_row(row) for row in table.rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def all_tables(results: Sequence[ClipResult], texts: Texts) -> list[Table]:
    """Whatever the results have something for: real clips, then rendered ones."""
    real = [result for result in results if result.condition == REAL]
    rendered = [result for result in results if result.condition != REAL]
    found = [real_table(real, texts)] if real else []
    if rendered:
        found += [
            overall_table(rendered, texts),
            f1_table(rendered, texts),
            false_table(rendered, texts),
            delay_table(rendered, texts),
        ]
    return found


def real_table(results: Sequence[ClipResult], texts: Texts) -> Table:
    """A row for each clip: found of what was to find, false ones, delays."""
    contenders = contenders_of(results)
    rows = []
    for result in results:
        shown = {showing.contender: showing for showing in result.showings}
        cells = [_clip_cell(shown.get(name), texts) for name in contenders]
        rows.append((result.clip, f"{result.seconds:.0f}", *cells))
    columns = (texts("table.clip"), texts("table.seconds"), *_names(contenders, texts))
    return Table(texts("table.real"), texts("table.real_note"), columns, tuple(rows))


def _clip_cell(showing: Showing | None, texts: Texts) -> str:
    if showing is None:
        return NOTHING
    cell = f"{showing.tp}/{showing.tp + showing.fn}"
    if showing.fp:
        cell += ", " + texts("table.false_count", count=showing.fp)
    delays = " ".join(f"{delay_s:+.1f}" for delay_s in showing.delays_s)
    return f"{cell} ({delays} s)" if delays else cell


def overall_table(results: Sequence[ClipResult], texts: Texts) -> Table:
    """A row for each contender over all clips."""
    keys = ("contender", "precision", "recall", "f1", "delay", "again", "early", "false_day", "cpu")
    rows = []
    for name in contenders_of(results):
        sums = tally(results, name)
        rows.append(
            (
                texts(f"contender.{name}"),
                number(sums.precision, 3),
                f"{number(sums.recall, 3)} ({sums.tp}/{sums.tp + sums.fn})",
                number(sums.f1, 3),
                f"{number(sums.delay_median_s, 1)} / {number(sums.delay_max_s, 1)}",
                str(sums.again),
                str(sums.early),
                rate(sums),
                f"{sums.cpu_ms:.1f}",
            )
        )
    hours = tally(results, contenders_of(results)[0]).hours
    note = texts("table.overall_note", clips=len(results), hours=hours)
    columns = tuple(texts(f"table.{key}") for key in keys)
    return Table(texts("table.overall"), note, columns, tuple(rows))


def f1_table(results: Sequence[ClipResult], texts: Texts) -> Table:
    """A row for each condition: F1, found of what was to find, false ones."""

    def cell(sums: Tally) -> str:
        return f"{number(sums.f1, 2)} ({sums.tp}/{sums.tp + sums.fn}, {sums.fp})"

    rows = _by_condition(results, texts, cell)
    columns = (texts("table.condition"), *_names(contenders_of(results), texts))
    return Table(texts("table.by_condition"), texts("table.by_condition_note"), columns, rows)


def false_table(results: Sequence[ClipResult], texts: Texts) -> Table:
    """A row for each condition: false cases in 24 hours, and what that is at most."""
    rows = _by_condition(results, texts, rate)
    first = contenders_of(results)[0]
    hours = [
        f"{tally(_of(results, name), first).hours:.2f}" for name in (*conditions_of(results), None)
    ]
    columns = (
        texts("table.condition"),
        texts("table.hours"),
        *_names(contenders_of(results), texts),
    )
    return Table(
        texts("table.false"),
        texts("table.false_note"),
        columns,
        tuple((row[0], hour, *row[1:]) for row, hour in zip(rows, hours, strict=True)),
    )


def delay_table(results: Sequence[ClipResult], texts: Texts) -> Table:
    """A row for each condition: median and latest delay."""

    def cell(sums: Tally) -> str:
        return f"{number(sums.delay_median_s, 1)} / {number(sums.delay_max_s, 1)}"

    columns = (texts("table.condition"), *_names(contenders_of(results), texts))
    rows = _by_condition(results, texts, cell)
    return Table(texts("table.delays"), texts("table.delays_note"), columns, rows)


def rate(sums: Tally) -> str:
    """False cases: how many, in 24 hours, at most."""
    if not sums.hours:
        return NOTHING
    return f"{sums.fp}: {sums.false_per_day or 0:.1f} (≤ {sums.false_per_day_at_most:.0f})"


def number(value: float | None, places: int) -> str:
    """A figure, or a dash where there is none."""
    return NOTHING if value is None else f"{value:.{places}f}"


def _by_condition(
    results: Sequence[ClipResult], texts: Texts, cell: Callable[[Tally], str]
) -> tuple[tuple[str, ...], ...]:
    contenders = contenders_of(results)
    rows = [
        (texts(f"condition.{name}"), *(cell(tally(_of(results, name), it)) for it in contenders))
        for name in conditions_of(results)
    ]
    rows.append((texts("table.all"), *(cell(tally(results, it)) for it in contenders)))
    return tuple(rows)


def _of(results: Sequence[ClipResult], condition: str | None) -> list[ClipResult]:
    return [result for result in results if condition in {None, result.condition}]


def _names(contenders: Sequence[str], texts: Texts) -> list[str]:
    return [texts(f"contender.{name}") for name in contenders]
