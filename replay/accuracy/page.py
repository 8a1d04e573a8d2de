"""One page that needs nothing beside it: the tables, and a picture of every mistake."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

from alerts.parts import scenario_names
from alerts.texts import Language, Texts
from replay.accuracy.contestants import OURS
from replay.accuracy.result import ClipResult, Mistake
from replay.accuracy.tables import Table
from replay.accuracy.tally import contenders_of

_WIDE_PX = 480
_QUALITY = 75

_STYLE = """
:root { color-scheme: light dark; --edge: #8884; --soft: #8881; --bad: #c62828; --good: #2e7d32 }
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  max-width: 1240px; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem } p { margin: .4rem 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { border: 1px solid var(--edge); padding: .25rem .6rem; text-align: left;
  white-space: nowrap }
th { background: var(--soft) } tr:last-child td { font-weight: 600 }
.goals tr:last-child td { font-weight: inherit }
code { background: var(--soft); padding: .1rem .3rem; overflow-wrap: anywhere }
details { margin: .6rem 0 } summary { cursor: pointer; font-weight: 600 }
.pictures { display: grid; gap: .8rem; margin: .6rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)) }
figure { margin: 0; border: 1px solid var(--edge); border-top: 4px solid var(--bad);
  border-radius: 4px; overflow: hidden }
figure img { width: 100%; display: block } figcaption { padding: .3rem .6rem; font-size: .85rem }
""".strip()


def page(
    results: Sequence[ClipResult],
    goals: Table,
    tables: Sequence[Table],
    about: Sequence[tuple[str, str]],
    folder: Path,
    texts: Texts,
    language: Language,
) -> str:
    """The page as HTML. ``about``: what was measured and how, as pairs of name and value."""
    facts = "".join(f"<p>{escape(name)}: <code>{escape(value)}</code></p>" for name, value in about)
    parts = [
        f'<!DOCTYPE html>\n<html lang="{language}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(texts('page.title'))}</title><style>{_STYLE}</style>",
        f"<h1>{escape(texts('page.title'))}</h1>{facts}",
        _table(goals, "goals") if goals.rows else "",
        *(_table(table) for table in tables),
        f"<h2>{escape(texts('page.mistakes'))}</h2><p>{escape(texts('page.mistakes_note'))}</p>",
        *(
            _mistakes(results, contender, folder, texts, language)
            for contender in contenders_of(results)
        ),
        "</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _table(table: Table, kind: str = "figures") -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    note = f"<p>{escape(table.note)}</p>" if table.note else ""
    body = "\n".join([row(table.columns, "th"), *(row(cells, "td") for cells in table.rows)])
    return (
        f'<h2>{escape(table.title)}</h2>{note}<div class="wide"><table class="{kind}">\n'
        f"{body}\n</table></div>"
    )


def _mistakes(
    results: Sequence[ClipResult], contender: str, folder: Path, texts: Texts, language: Language
) -> str:
    """All of one contender; those of plain recipes are folded away."""
    figures = list(_figures(results, contender, folder, texts, language))
    opened = " open" if contender in OURS else ""
    name = texts(f"contender.{contender}")
    title = escape(texts("page.of", contender=name, count=len(figures)))
    shown = "\n".join(figures) or f"<p>{escape(texts('page.none'))}</p>"
    return (
        f'<details{opened}><summary>{title}</summary><div class="pictures">\n'
        f"{shown}\n</div></details>"
    )


def _figures(
    results: Sequence[ClipResult], contender: str, folder: Path, texts: Texts, language: Language
) -> Iterator[str]:
    for result in results:
        for showing in result.showings:
            if showing.contender != contender:
                continue
            for mistake in showing.mistakes:
                words = escape(_words(result, mistake, texts, language))
                source = "" if mistake.picture is None else _embedded(folder / mistake.picture)
                image = f'<img src="{source}" alt="{words}">' if source else ""
                yield f"<figure>{image}<figcaption>{words}</figcaption></figure>"


def _words(result: ClipResult, mistake: Mistake, texts: Texts, language: Language) -> str:
    names = scenario_names(mistake.scenario)
    return texts(
        f"page.{mistake.kind}",
        scenario=names["zh"] if language is Language.ZH else names["en"],
        condition=texts(f"condition.{result.condition}"),
        clip=result.clip,
        at_s=mistake.at_s,
        named_by=mistake.named_by,
    )


def _embedded(path: Path) -> str:
    """The picture as a data URL, no wider than it is shown."""
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path}: got a file that is no picture; delete it and its clip's result")
    scale = min(1.0, _WIDE_PX / image.shape[1])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii")
