"""One plot for each benchmark, for docs/images: matplotlib, without a display."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.setting import Result

OURS, PEER, OTHER = "#1b6ca8", "#c8553d", "#8a8d91"
_INCHES = (7.2, 3.6)


def draw_all(found: dict[str, Result], folder: Path) -> list[Path]:
    """Write ``performance-NAME.png`` for what was found; nothing where matplotlib is absent."""
    if not importlib.util.find_spec("matplotlib"):
        return []
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, held in found.items():
        figure, axes = plt.subplots(figsize=_INCHES, layout="constrained")
        _PLOTS[name](axes, held)
        axes.spines[["top", "right"]].set_visible(False)
        path = folder / f"performance-{name}.png"
        figure.savefig(path, dpi=110, metadata={"Software": None})
        plt.close(figure)
        written.append(path)
    return written


def _cameras(axes: Any, held: Result) -> None:
    busy = held.get("busy") or held
    for rounds, colour, label in (
        (held["rounds"], OURS, "Kerbwatch"),
        (busy["peer_rounds"], PEER, "OpenCV + ultralytics + supervision"),
    ):
        known = sorted((r["cameras"], r["on_time_share"]) for r in rounds if r["on_time_share"])
        if known:
            axes.plot(*zip(*known, strict=True), "o-", color=colour, label=label)
    axes.axhline(0.99, color=OTHER, linewidth=0.8, linestyle="--")
    axes.set(xlabel="cameras, checked every 2 s", ylabel="checks on time", ylim=(0, 1.03))
    axes.set_xscale("log")
    _legend(axes)


def _replay(axes: Any, held: Result) -> None:
    pairs = (("one clip", "one"), ("four in parallel", "four"))
    _bars(
        axes,
        [label for label, _ in pairs],
        {
            "Kerbwatch": (OURS, [held[key] for _, key in pairs]),
            "OpenCV + ultralytics + supervision": (PEER, [held[f"peer_{k}"] for _, k in pairs]),
        },
    )
    axes.set_ylabel("× real time, 1080p")


def _engine(axes: Any, held: Result) -> None:
    kinds = [
        (f"{model}\n{precision}", it)
        for model, precisions in held["models"].items()
        for precision, it in precisions.items()
        if "share" in it
    ]
    _bars(
        axes,
        [label for label, _ in kinds],
        {
            "bare OpenVINO": (OTHER, [it["bare_per_s"] for _, it in kinds]),
            "Kerbwatch, pictures to detections": (OURS, [it["pipeline_per_s"] for _, it in kinds]),
        },
    )
    axes.set_ylabel("inferences a second")


def _fences(axes: Any, held: Result) -> None:
    most = max(it["boxes"] for it in held["cases"] if it["boxes"] <= 100)
    cases = [it for it in held["cases"] if it["boxes"] == most]
    for key, colour, label in (
        ("step_ms", OURS, "Kerbwatch: step"),
        ("supervision_ms", PEER, "supervision: PolygonZone"),
        ("contour_ms", OTHER, "contour test per object"),
    ):
        known = [(it["fences"], it[key]) for it in cases if it[key] is not None]
        if known:
            axes.plot(*zip(*known, strict=True), "o-", color=colour, label=label)
    axes.set(
        xlabel="fences", ylabel=f"ms per picture with {most} boxes", xscale="log", yscale="log"
    )
    _legend(axes)


def _latency(axes: Any, held: Result) -> None:
    keys = ("median_s", "p95_s", "p99_s")
    _bars(
        axes,
        ["median", "p95", "p99"],
        {
            "idle": (OTHER, [held["idle"][key] for key in keys]),
            "full load": (OURS, [held["full_load"][key] for key in keys]),
        },
    )
    axes.axhline(held["every_s"] + 0.3, color=PEER, linewidth=0.8, linestyle="--")
    axes.set_ylabel("seconds from due to message")


def _store(axes: Any, held: Result) -> None:
    stores = {name: it for name, it in held["stores"].items() if "absent" not in it}
    _bars(
        axes,
        [{"sqlite": "SQLite", "postgresql": "PostgreSQL"}[name] for name in stores],
        {
            "on disk": (OTHER, [it["stored_per_s"] for it in stores.values()]),
            "and told, with PUBACK": (OURS, [it["acked_per_s"] for it in stores.values()]),
        },
    )
    axes.axhline(500, color=PEER, linewidth=0.8, linestyle="--")
    axes.set_ylabel("events of cases a second")


def _bars(axes: Any, labels: list[str], series: dict[str, tuple[str, list[float | None]]]) -> None:
    """Groups of bars; what is not known has none."""
    width = 0.8 / len(series)
    for number, (label, (colour, values)) in enumerate(series.items()):
        places = [place + (number - (len(series) - 1) / 2) * width for place in range(len(labels))]
        bars = axes.bar(places, [it or 0.0 for it in values], width, color=colour, label=label)
        axes.bar_label(bars, ["" if it is None else f"{it:.3g}" for it in values], fontsize=8)
    axes.set_xticks(range(len(labels)), labels, fontsize=8)
    axes.margins(y=0.15)
    _legend(axes)


def _legend(axes: Any) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8)


_PLOTS: dict[str, Callable[[Any, Result], None]] = {
    "cameras": _cameras,
    "replay": _replay,
    "engine": _engine,
    "fences": _fences,
    "latency": _latency,
    "store": _store,
}
