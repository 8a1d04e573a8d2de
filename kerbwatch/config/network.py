"""Settings of how a camera is reached that do not go with its address."""

from __future__ import annotations

from collections.abc import Iterator

from kerbwatch.config.problem import Path, Problem, phrase
from kerbwatch.config.values import Document, text_at, value_at

_RTSP = ("rtsp", "rtsps")
_TLS = ("rtsps", "https", "snapshot+https")


def check_network(document: Document, camera: Path) -> Iterator[Problem]:
    """What would have no effect is refused: somebody believes that it has."""
    url = text_at(document.value, (*camera, "url"))
    if url is None or (*camera, "url") in document.broken:
        return
    scheme = url.partition("://")[0].lower()
    for key, schemes in (("transport", _RTSP), ("ca_file", _TLS), ("insecure_tls", _TLS)):
        place = (*camera, key)
        if value_at(document.value, place) not in (None, False) and scheme not in schemes:
            names = ", ".join(f"{name}://" for name in schemes)
            yield document.problem(place, "no_effect", phrase("expected.url_of", names=names))
    insecure = (*camera, "insecure_tls")
    trusts = value_at(document.value, (*camera, "ca_file")) is not None
    if trusts and value_at(document.value, insecure) is True:
        expected = phrase("expected.either", first="ca_file", second="insecure_tls")
        yield document.problem(insecure, "either", expected, phrase("got.both"))
