"""Settings of how a camera is reached that do not go with its address."""

from __future__ import annotations

from collections.abc import Iterator

from kerbwatch.config.addresses import STREAM_SCHEMES
from kerbwatch.config.problem import Path, Phrase, Problem, phrase
from kerbwatch.config.values import Document, text_at, value_at

_RTSP = ("rtsp", "rtsps")
_TLS = ("rtsps", "https", "snapshot+https")


def check_network(document: Document, camera: Path) -> Iterator[Problem]:
    """What would have no effect is refused: somebody believes that it has."""
    url = text_at(document.value, (*camera, "url"))
    if url is None or (*camera, "url") in document.broken:
        return
    evidence = text_at(document.value, (*camera, "evidence_url"))
    used = {_scheme(it) for it in (url, evidence) if it is not None}
    for key, schemes in (("transport", _RTSP), ("ca_file", _TLS), ("insecure_tls", _TLS)):
        place = (*camera, key)
        if value_at(document.value, place) not in (None, False) and used.isdisjoint(schemes):
            yield document.problem(place, "no_effect", _url_of(schemes))
    if evidence is not None and _scheme(url) not in STREAM_SCHEMES:
        yield document.problem((*camera, "evidence_url"), "no_effect", _url_of(STREAM_SCHEMES))
    insecure = (*camera, "insecure_tls")
    trusts = value_at(document.value, (*camera, "ca_file")) is not None
    if trusts and value_at(document.value, insecure) is True:
        expected = phrase("expected.either", first="ca_file", second="insecure_tls")
        yield document.problem(insecure, "either", expected, phrase("got.both"))


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower()


def _url_of(schemes: tuple[str, ...]) -> Phrase:
    return phrase("expected.url_of", names=", ".join(f"{name}://" for name in schemes))
