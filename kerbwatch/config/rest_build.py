"""``rest`` of a checked configuration, and what no single value of it can tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path as FilePath

from alerts.duty.local import end_of_day_ns, parse_day
from kerbwatch.config.duty_references import items
from kerbwatch.config.problem import Path, Problem, phrase
from kerbwatch.config.rest_schema import RestModel
from kerbwatch.config.shown import one_of
from kerbwatch.config.values import Document, text_at, value_at
from kerbwatch.rest.options import RestOptions, TokenOptions


def rest_options(model: RestModel | None, folder: FilePath, zone: str) -> RestOptions | None:
    """The options of a file that lies in ``folder``, of a site in ``zone``."""
    if model is None:
        return None
    return RestOptions(
        host=model.host,
        port=model.port,
        cert_file=None if model.cert_file is None else folder / model.cert_file,
        key_file=None if model.key_file is None else folder / model.key_file,
        tokens=tuple(
            TokenOptions(it.recipient, it.sha256, _end_ns(it.until, zone)) for it in model.tokens
        ),
    )


def _end_ns(until: str | None, zone: str) -> int | None:
    """The last day is part of it."""
    return None if until is None else end_of_day_ns(parse_day(until), zone)


def check_rest(document: Document, recipients: Collection[str]) -> Iterator[Problem]:
    """Tokens of nobody, tokens of two people, and half a certificate."""
    for given, needed in (("cert_file", "key_file"), ("key_file", "cert_file")):
        there, other = (value_at(document.value, ("rest", key)) for key in (given, needed))
        if there is not None and other is None:
            expected = phrase("expected.needs", given=given, needed=needed)
            got = phrase("got.without", needed=needed)
            yield document.problem(("rest", given), "needs", expected, got)
    yield from _tokens(document, recipients)


def _tokens(document: Document, recipients: Collection[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in items(document, ("rest", "tokens")):
        place: Path = (*item, "recipient")
        name = text_at(document.value, place)
        if name is not None and place not in document.broken and name not in recipients:
            yield document.problem(place, "unknown_recipient", one_of(name, recipients))
        digest = text_at(document.value, (*item, "sha256"))
        if digest is not None and digest in seen:
            yield document.problem((*item, "sha256"), "repeated", phrase("expected.once"))
        seen |= {digest} if digest is not None else set()
