"""What no single value can tell: ids that repeat, names that lead nowhere, keys that clash.

These checks read plain values leniently, so that they also work where the schema has
already found something else wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from alerts.cases import CAMERA
from fences.catalogue import CATALOGUE
from kerbwatch.config.duty_references import check_duty
from kerbwatch.config.network import check_network
from kerbwatch.config.problem import Path, Problem, phrase
from kerbwatch.config.rest_build import check_rest
from kerbwatch.config.scale import check_scale
from kerbwatch.config.shown import one_of, safe
from kerbwatch.config.sight import check_sight
from kerbwatch.config.values import Document, Value, text_at, value_at

DEFAULT_EVERY_S = 2.0
_DEFAULT_SCORES = {"min_score": 0.35, "keep_score": 0.25}


def cross_check(document: Document, known_models: Collection[str] | None) -> Iterator[Problem]:
    """Every problem between values of a ``streams.yaml``.

    Where ``known_models`` has the cards by name, what they can see is checked as well.
    """
    yield from _repeated_ids(document, ("recipients",))
    yield from _actors(document)
    yield from _repeated_ids(document, ("cameras",))
    yield from _mqtt(document)
    yield from _models(document, known_models)
    yield from check_duty(document)
    recipients = set(_texts(document, ("recipients",), "id"))
    yield from check_rest(document, recipients)
    yield from _notified(document, ("health", "notify"), recipients)
    for camera in _items(document.value, ("cameras",)):
        yield from _repeated_ids(document, (*camera, "fences"))
        yield from _notified(document, (*camera, "health", "notify"), recipients)
        yield from check_network(document, camera)
        every_s = _number(document.value, (*camera, "every_s"), DEFAULT_EVERY_S)
        if _number(document.value, (*camera, "idle_every_s"), every_s) < every_s:
            expected = phrase("expected.idle", every_s=f"{every_s:g}")
            yield document.problem((*camera, "idle_every_s"), "idle", expected)
        for fence in _items(document.value, (*camera, "fences")):
            yield from check_fence(document, fence, every_s)
            yield from _eyes(document, fence)
            if isinstance(known_models, Mapping):
                yield from check_sight(document, fence, known_models)
            for place in (fence, *_scenarios(document.value, fence)):
                yield from _notified(document, (*place, "notify"), recipients)


def _actors(document: Document) -> Iterator[Problem]:
    """What cameras do has an actor too, and nobody may be taken for it."""
    for item in _items(document.value, ("recipients",)):
        if text_at(document.value, (*item, "id")) == CAMERA:
            yield document.problem((*item, "id"), "repeated_id", phrase("expected.not_camera"))


def check_fence(document: Document, fence: Path, every_s: float) -> Iterator[Problem]:
    """What can be wrong between the values of one fence."""
    yield from check_scale(document, fence)
    for scenario in _scenarios(document.value, fence):
        name = str(scenario[-1])
        if name not in CATALOGUE:
            shown = phrase("got.text", text=safe(name))
            yield document.problem(scenario, "unknown_scenario", one_of(name, CATALOGUE), shown)
        yield from _count(document, scenario)
        yield from _scores(document, scenario)
        grace_s = _number(document.value, (*scenario, "grace_s"), every_s)
        if grace_s < every_s:
            expected = phrase("expected.grace", every_s=f"{every_s:g}")
            yield document.problem((*scenario, "grace_s"), "grace", expected)


def _count(document: Document, scenario: Path) -> Iterator[Problem]:
    """Only a scenario about how many there are can be told how many."""
    entry = CATALOGUE.get(str(scenario[-1]))
    given = value_at(document.value, (*scenario, "min_count"))
    if entry is not None and entry.min_count is None and given is not None:
        names = ", ".join(sorted(it.id for it in CATALOGUE.values() if it.min_count is not None))
        expected = phrase("expected.no_count", names=names)
        yield document.problem((*scenario, "min_count"), "no_count", expected)


def _scores(document: Document, scenario: Path) -> Iterator[Problem]:
    opens, keeps = (
        _number(document.value, (*scenario, key), default)
        for key, default in _DEFAULT_SCORES.items()
    )
    if keeps <= opens:
        return
    written = value_at(document.value, (*scenario, "keep_score")) is not None
    key = "keep_score" if written else "min_score"
    limit = phrase("expected.at_most", limit=f"{opens:g}", name="min_score")
    if not written:
        limit = phrase("expected.at_least", limit=f"{keeps:g}", name="keep_score")
    yield document.problem((*scenario, key), "scores", limit)


def _eyes(document: Document, fence: Path) -> Iterator[Problem]:
    """A fence that only models may see, without a model, would watch nothing."""
    see = value_at(document.value, (*fence, "see"))
    if see == ["learned"] and not value_at(document.value, ("models", "use")):
        expected = phrase("expected.models_for_learned")
        yield document.problem((*fence, "see"), "no_eyes", expected, phrase("got.only_learned"))


def _notified(document: Document, path: Path, recipients: set[str]) -> Iterator[Problem]:
    yield from _named(document, path, "unknown_recipient", recipients)


def _models(document: Document, known: Collection[str] | None) -> Iterator[Problem]:
    yield from _named(document, ("models", "use"), "unknown_model", known)


def _named(
    document: Document, path: Path, what: str, known: Collection[str] | None
) -> Iterator[Problem]:
    """Names in a list that are not known (``None``: all are), or that stand there twice."""
    seen: set[str] = set()
    for item in _items(document.value, path):
        name = text_at(document.value, item)
        if name is None or item in document.broken:
            continue
        if known is not None and name not in known:
            yield document.problem(item, what, one_of(name, known))
        elif name in seen:
            yield document.problem(item, "repeated", phrase("expected.once"))
        seen.add(name)


def _mqtt(document: Document) -> Iterator[Problem]:
    mqtt = value_at(document.value, ("mqtt",))
    if not isinstance(mqtt, dict):
        return
    for first, second in (("url", "embedded_port"), ("password", "password_file")):
        if mqtt.get(first) is not None and mqtt.get(second) is not None:
            expected = phrase("expected.either", first=first, second=second)
            got = phrase("got.both")
            yield document.problem(("mqtt", second), "either", expected, got)
    needs = [(key, "url") for key in ("username", "ca_file", "cert_file", "key_file")]
    needs += [(key, "username") for key in ("password", "password_file")]
    needs += [("cert_file", "key_file"), ("key_file", "cert_file")]
    needs += [("discovery_prefix", "discovery")]
    for key, needed in needs:
        if mqtt.get(key) is not None and mqtt.get(needed) is None:
            expected = phrase("expected.needs", given=key, needed=needed)
            got = phrase("got.without", needed=needed)
            yield document.problem(("mqtt", key), "needs", expected, got)
    url = mqtt.get("url")
    for key in ("ca_file", "cert_file", "key_file"):
        if mqtt.get(key) is not None and isinstance(url, str) and url.startswith("mqtt://"):
            expected = phrase("expected.url_of", names="mqtts://")
            yield document.problem(("mqtt", key), "no_effect", expected)


def _repeated_ids(document: Document, path: Path) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for item in _items(document.value, path):
        place = (*item, "id")
        name = text_at(document.value, place)
        if name is not None and first.setdefault(name, place) != place:
            yield document.problem(place, "repeated_id", phrase("expected.unique_id"))


def _items(value: Value, path: Path) -> Iterator[Path]:
    found = value_at(value, path)
    for number in range(len(found) if isinstance(found, list) else 0):
        yield (*path, number)


def _texts(document: Document, path: Path, key: str) -> Iterator[str]:
    for item in _items(document.value, path):
        text = text_at(document.value, (*item, key))
        if text is not None:
            yield text


def _scenarios(value: Value, fence: Path) -> Iterator[Path]:
    found = value_at(value, (*fence, "scenarios"))
    for name in found if isinstance(found, dict) else ():
        yield (*fence, "scenarios", name)


def _number(value: Value, path: Path, default: float) -> float:
    found = value_at(value, path)
    usable = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if usable else default  # type: ignore[arg-type]
