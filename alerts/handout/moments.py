"""The pictures of a case on its page: opening, peak, end in that order, then all others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from alerts.handout.told import Told
from alerts.peak import RAW
from alerts.push import occupancy_text
from alerts.texts import Texts

STYLE = """
figure { margin: 0 } figure img { width: 100%; height: auto; display: block; border-radius: 3px }
figure img + img { margin-top: .4rem }
figcaption { font-size: 12px; color: #5c6370; overflow-wrap: anywhere; margin-top: .25rem }
figcaption strong { display: block; font-size: 15px; color: #1c1e22 }
.moments { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem }
.moments figcaption { margin: 0 0 .35rem } .moments figure { max-width: 30rem }
@media (min-width: 52rem) { .moments figcaption { min-height: 4.1rem } }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem;
  margin-top: 1.2rem }
"""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A moment with the path of its annotated picture, and what is said of it beside the time."""

    name: str
    path: str
    told: str | None = None


def moments(told: Told, files: Sequence[Mapping[str, Any]], texts: Texts) -> str:
    """Every picture that was handed out, once."""
    there = [one["path"] for one in files if one["sha256"] and one["path"].endswith(".jpg")]
    shown = [one for one in _moments(told, texts) if one.path in there]
    times = {file["path"]: line["at"] for line in told.log for file in line["files"]}
    figures, used = [], set[str]()
    for one in shown:
        raw = f"{one.path.removesuffix('.jpg')}{RAW}"
        pair = [path for path in (one.path, raw) if path in there]
        used.update(pair)
        figures.append(_figure(one, pair, _time_of(one.path, times), texts))
    rest = "".join(_other(path) for path in there if path not in used)
    return (f'<div class="moments">{"".join(figures)}</div>' if figures else "") + (
        f'<div class="pictures">{rest}</div>' if rest else ""
    )


def _moments(told: Told, texts: Texts) -> Iterator[_Shown]:
    case, peak = told.case, told.case["peak"]
    measures, worst = None, None
    if peak is not None:
        measures, worst = occupancy_text(*_taken(peak), texts), peak["picture"]
    if case["picture"] is not None:
        same = worst == case["picture"]
        name = "at_opening_worst" if same else "at_opening"
        yield _Shown(name, case["picture"], measures if same else None)
    if worst is not None and worst != case["picture"]:
        yield _Shown("at_peak", worst, measures)
    if case["after_picture"] is not None:
        yield _Shown("at_end", case["after_picture"])


def _taken(peak: Mapping[str, Any]) -> tuple[float | None, float | None]:
    return peak["occupied_share"], peak["clear_width_m"]


def _time_of(path: str, times: Mapping[str, str]) -> str | None:
    """When it was put into the log; ``path`` is that of the archive."""
    return next((at for end, at in times.items() if path.endswith(f"/{end}")), None)


def _figure(one: _Shown, pair: Iterable[str], at: str | None, texts: Texts) -> str:
    lines = [at[:19].replace("T", " ")] if at is not None else []
    lines += [one.told] if one.told is not None else []
    said = "".join(f"<div>{escape(line)}</div>" for line in lines)
    images = "".join(f'<img src="{escape(path)}" alt="">' for path in pair)
    head = f"<strong>{escape(texts(f'handout.{one.name}'))}</strong>"
    return f"<figure><figcaption>{head}{said}</figcaption>{images}</figure>"


def _other(path: str) -> str:
    caption = f"<figcaption>{escape(path)}</figcaption>"
    return f'<figure><img src="{escape(path)}" alt="">{caption}</figure>'
