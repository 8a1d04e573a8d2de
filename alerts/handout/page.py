"""The readable page of a handed-out case: HTML without scripts, all text escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from alerts.handout.moments import STYLE, moments
from alerts.handout.told import Told
from alerts.texts import Language, Texts, load_texts

_STYLE = """
:root { color-scheme: light }
body { font: 15px/1.55 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #1c1e22;
  background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem }
h1 { font-size: 1.5rem; margin: 0 0 .2rem } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem }
p { margin: .4rem 0 } .quiet { color: #5c6370 }
code, .hash { font: 12px/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top;
  padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #e3e5e9 }
th { font-weight: 600; color: #5c6370; white-space: nowrap }
.facts th { width: 9rem } .verdict { padding: .5rem .8rem; border-left: 4px solid #2e7d4f;
  background: #eef7f1 } .verdict.bad { border-color: #b3261e; background: #fcefee }
@media print { body { margin: 0; max-width: none } figure, tr { break-inside: avoid } }
"""


def page(
    told: Told,
    files: Iterable[Mapping[str, Any]],
    language: Language,
    *,
    reader: str,
    veiled: bool,
) -> str:
    """The whole page. ``files`` are those of ``case.json``."""
    texts = load_texts("alerts", language)
    files = list(files)
    whole = f"{told.case['site']['name']} · {told.case['case_id']}"
    title = f"{told.case['scenario'][language.value]} · {_where(told)}"
    parts = (
        f"<h1>{escape(title)}</h1>",
        f'<p class="quiet">{escape(whole)}</p>',
        *(_note(texts("handout.veiled", reader=reader or "-")) if veiled else ()),
        _verdict(told, texts, language),
        _facts(told, texts),
        f"<h2>{escape(texts('handout.pictures'))}</h2>",
        moments(told, files, texts),
        f"<h2>{escape(texts('handout.log'))}</h2>",
        _log(told, texts),
        f"<h2>{escape(texts('handout.files'))}</h2>",
        _files(files, texts),
        f"<h2>{escape(texts('handout.check'))}</h2>",
        *_note(texts("handout.check_how")),
        "<p><code>sha256sum -c SHA256SUMS</code></p>",
        *_note(texts("handout.check_log")),
    )
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}{STYLE}</style>'
    body = "\n".join(parts)
    opened = f'<!doctype html>\n<html lang="{language.value}"><head>{head}</head>'
    return f"{opened}\n<body>\n{body}\n</body></html>\n"


def _note(text: str) -> Iterator[str]:
    yield f"<p>{escape(text)}</p>"


def _where(told: Told) -> str:
    fence = told.case["fence"]
    camera = told.case["camera"]["name"]
    return camera if fence is None else f"{camera} · {fence['name']}"


def _verdict(told: Told, texts: Texts, language: Language) -> str:
    findings = told.verify["findings"]
    said = texts("handout.bad" if findings else "handout.good")
    lines = "".join(f"<li>{escape(one['text'][language.value])}</li>" for one in findings)
    chained = told.verify["chained_from"]
    older = ""
    if chained != 1:
        known = "-" if chained is None else str(chained)
        older = f"<p>{escape(texts('handout.older', version=known))}</p>"
    head = escape(texts("handout.head"))
    return (
        f'<div class="verdict{" bad" if findings else ""}"><p>{escape(said)}</p>'
        f"{f'<ul>{lines}</ul>' if lines else ''}{older}"
        f'<p>{head} <span class="hash">{escape(told.verify["head"] or "-")}</span></p></div>'
    )


def _facts(told: Told, texts: Texts) -> str:
    case = told.case
    facts = {
        "state": texts(f"state.{case['state']}"),
        "since": _clock(case["since"]),
        "opened": _clock(case["opened"]),
        "cleared": _clock(case["cleared"]),
        "recipients": " · ".join(one["name"] for one in case["recipients"]),
        "accepted": _done(case["accepted_by"], case["accepted"]),
        "handled": _done(case["handled_by"], case["handled"]),
        "deadline": _clock(case["deadline"]),
        "report": case["report"] or "",
    }
    rows = (
        f"<tr><th>{escape(texts(f'handout.{key}'))}</th><td>{escape(value)}</td></tr>"
        for key, value in facts.items()
        if value
    )
    return f'<table class="facts">{"".join(rows)}</table>'


def _done(person: Mapping[str, Any] | None, at: str | None) -> str:
    return "" if person is None else f"{person['name']} {_clock(at)}".strip()


def _log(told: Told, texts: Texts) -> str:
    heads = ("version", "at", "state_head", "by", "why")
    head = "".join(f"<th>{escape(texts(f'handout.{key}'))}</th>" for key in heads)
    return f"<table><tr>{head}</tr>{''.join(_line(one, texts) for one in told.log)}</table>"


def _line(line: Mapping[str, Any], texts: Texts) -> str:
    who = texts("role.camera") if line["by_camera"] else line["name"] or line["by"]
    why = texts.messages.get(f"reason.{line['reason']}", line["reason"])
    until = "" if line["until"] is None else f" → {_clock(line['until'])}"
    words = "" if line["words"] is None else f"<br>{escape(line['words'])}"
    cells = (str(line["version"]), _clock(line["at"]), texts(f"state.{line['state']}"), who)
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f"<tr>{told}<td>{escape(why + until)}{words}</td></tr>"


def _files(files: Iterable[Mapping[str, Any]], texts: Texts) -> str:
    heads = "".join(f"<th>{escape(texts(f'handout.{key}'))}</th>" for key in ("file", "handed"))
    return f"<table><tr>{heads}</tr>{''.join(_file(one, texts) for one in files)}</table>"


def _file(file: Mapping[str, Any], texts: Texts) -> str:
    sums = dict.fromkeys(one for one in (file["sha256_in_log"], file["sha256"]) if one)
    hashes = "".join(f'<br><span class="hash">{escape(one)}</span>' for one in sums)
    handed = texts(f"handed.{file['handed']}")
    return f"<tr><td><code>{escape(file['path'])}</code>{hashes}</td><td>{escape(handed)}</td></tr>"


def _clock(iso: str | None) -> str:
    if iso is None:
        return ""
    at = datetime.fromisoformat(iso)
    return f"{at:%Y-%m-%d %H:%M:%S} {at:%z}"
