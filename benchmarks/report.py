"""From ``results/*.json`` to the tables of ``docs/PERFORMANCE.md`` and the plots beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.plots import draw_all
from benchmarks.setting import Result, read_result

NAMES = ("cameras", "replay", "engine", "fences", "latency", "store")
PAGE = "PERFORMANCE.md"
Row = Sequence[object]


def write_report(results: Path, docs: Path) -> None:
    """Put every result that there is between its markers, and draw its plot."""
    found = {name: held for name in NAMES if (held := read_result(results, name)) is not None}
    page = docs / PAGE
    draw_all(found, docs / "images")
    text = filled(page.read_text(encoding="utf-8"), found, drawn(docs))
    page.write_text(text, encoding="utf-8")


def drawn(docs: Path) -> frozenset[str]:
    """The benchmarks that have a plot."""
    return frozenset(name for name in NAMES if (docs / _plot(name)).is_file())


def _plot(name: str) -> str:
    return f"images/performance-{name}.png"


def filled(page: str, found: dict[str, Result], plots: frozenset[str] = frozenset()) -> str:
    """The page with the tables of what was found; a benchmark without a result stays as it is.

    ``plots``: those that have a picture to be shown. Raises ``ValueError`` for a page without
    the markers of a benchmark.
    """
    for name, held in found.items():
        picture = [f"![{name}]({_plot(name)})", ""] if name in plots else []
        lines = [about(held), "", *picture, *_TABLES[name](held)]
        page = _replaced(page, name, "\n".join(lines))
    return page


def _replaced(page: str, name: str, text: str) -> str:
    begin, end = f"<!-- {name} begin -->", f"<!-- {name} end -->"
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"got a page without {begin} and {end}, expected both")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def about(held: Result) -> str:
    """One line: when, what, on what."""
    machine = held["machine"]
    features = ", ".join(machine["features"]) or "no vector extensions of note"
    cores = machine["cores"]
    return (
        f"{held['date']}, commit `{held['commit'] or 'none'}`, `{held['command']}`\\\n"
        f"{machine['processor']}, {cores} core{'s' * (cores != 1)} ({features}), "
        f"{machine['memory_gib']} GiB, {machine['system']}, Python {machine['python']}, "
        f"load before: {machine['busy_before']}"
    )


def table(head: Row, rows: Sequence[Row]) -> list[str]:
    """Markdown; ``None`` is a dash."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(shown(it) for it in line) + " |" for line in lines]


def shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,g}" if isinstance(value, float) else str(value)


def _cameras(held: Result) -> list[str]:
    sizes = [held, *(held[key] for key in ("busy", "substreams") if held.get(key))]
    lines = table(
        ("streams", "Kerbwatch", "peer", "ratio", "memory per camera, MB", "on time"),
        [
            (
                _streams(size),
                size["cameras"],
                _or_absent(size["peer_cameras"], size["peer_absent"]),
                size["ratio"],
                size["memory_mb_per_camera"],
                _percent(size["on_time_share"]),
            )
            for size in sizes
        ],
    )
    for size in sizes:
        lines += ["", *_rounds(size)]
    return lines


def _streams(size: Result) -> str:
    """Their size, and at how many of them something moves nearly all the time."""
    share = size.get("busy_share", 1.0)
    return f"{size['size_wh'][0]}×{size['size_wh'][1]}, {share:.0%} busy"


def _rounds(size: Result) -> list[str]:
    head = (
        _streams(size),
        "cameras",
        "on time",
        "cores",
        "memory, MB",
        "RTSP server, cores",
        "same cases",
        "",
    )
    both = [("Kerbwatch", it) for it in size["rounds"]] + [
        ("peer", it) for it in size["peer_rounds"]
    ]
    rows = [
        (
            who,
            it["cameras"],
            _percent(it["on_time_share"]),
            it["cores"],
            it["memory_mb"],
            it["server_cores"],
            _percent(it["same_cases"]),
            " ".join((it["failure"] or "").split())[:80],
        )
        for who, it in sorted(both, key=lambda pair: (pair[0], pair[1]["cameras"]))
    ]
    return table(head, rows)


def _replay(held: Result) -> list[str]:
    absent = held["peer_absent"]
    rows: list[Row] = [
        ("one clip", held["one"], _or_absent(held["peer_one"], absent), held["ratio"]),
        ("four in parallel", held["four"], _or_absent(held["peer_four"], absent), None),
    ]
    if "nano_one" in held:
        rows += [
            ("one clip, yolox-nano-416", held["nano_one"], None, None),
            ("four in parallel, yolox-nano-416", held["nano_four"], None, None),
        ]
    return table(("× real time", "Kerbwatch", "peer", "ratio"), rows)


def _engine(held: Result) -> list[str]:
    rows = [
        (
            model,
            precision,
            it.get("bare_per_s"),
            _or_absent(it.get("pipeline_per_s"), it.get("absent")),
            _percent(it.get("share")),
            it.get("bare_core_ms"),
            it.get("pipeline_core_ms"),
        )
        for model, precisions in held["models"].items()
        for precision, it in precisions.items()
    ]
    cores = ("bare, ms of a core", "Kerbwatch, ms of a core")
    return table(("model", "precision", "bare, per s", "Kerbwatch, per s", "share", *cores), rows)


def _fences(held: Result) -> list[str]:
    rows = [
        (
            it["fences"],
            it["boxes"],
            it["step_ms"],
            _or_absent(it["supervision_ms"], held["peer_absent"]),
            it["contour_ms"],
        )
        for it in held["cases"]
    ]
    head = ("fences", "boxes", "`step`, ms", "supervision PolygonZone, ms", "contour test, ms")
    return table(head, rows)


def _latency(held: Result) -> list[str]:
    often = f"looked at every {held['every_s']:g} s"
    kinds = [
        (f"{what}, {how}", load["cameras"], it)
        for what, load in (("idle", held["idle"]), ("full load", held["full_load"]))
        for how, it in ((often, load), ("seldom while nothing happens", load["seldom"]))
    ]
    rows = [
        (what, cameras, *(it[key] for key in ("messages", "median_s", "p95_s", "p99_s")))
        for what, cameras, it in kinds
    ]
    lines = table(("", "cameras", "messages", "median, s", "p95, s", "p99, s"), rows)
    return [*lines, "", f"Dwell {held['dwell_s']:g} s; broker: {held['idle']['broker']}."]


def _store(held: Result) -> list[str]:
    rows = [
        (
            {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[name],
            _or_absent(it.get("stored_per_s"), it.get("absent")),
            it.get("acked_per_s"),
            it.get("core_ms"),
            *(it.get("latency", {}).get(key) for key in ("median_s", "p95_s", "p99_s")),
        )
        for name, it in held["stores"].items()
    ]
    rate = f"at {held['rate_per_s']:g} events a second"
    head = (
        "",
        "on disk, events per s",
        "and PUBACK",
        "ms of a core",
        f"median {rate}, s",
        "p95, s",
        "p99, s",
    )
    return table(head, rows)


def _or_absent(value: Any, absent: str | None) -> Any:
    return f"not here: {absent}" if value is None and absent else value


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f} %"


_TABLES: dict[str, Callable[[Result], list[str]]] = {
    "cameras": _cameras,
    "replay": _replay,
    "engine": _engine,
    "fences": _fences,
    "latency": _latency,
    "store": _store,
}
