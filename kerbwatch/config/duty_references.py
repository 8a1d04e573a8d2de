"""What no single value of ``duty`` can tell: names that lead nowhere, areas that overlap."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from alerts.duty.areas import flaw, overlaps
from alerts.duty.local import parse_moment
from alerts.health import CAMERA_HEALTH
from fences.catalogue import CATALOGUE
from kerbwatch.config.problem import Path, Problem, phrase
from kerbwatch.config.shown import one_of, safe
from kerbwatch.config.values import Document, text_at, value_at

_DUTY = ("duty",)
_SCENARIOS = frozenset({*CATALOGUE, CAMERA_HEALTH})


def check_duty(document: Document) -> Iterator[Problem]:
    """Every problem between values of ``duty``; nothing of it is needed for this."""
    recipients = set(_ids(document, ("recipients",)))
    teams = set(_ids(document, (*_DUTY, "teams")))
    yield from _teams(document, recipients)
    yield from _substitutes(document, recipients)
    yield from _areas(document)
    yield from _rules(document, recipients | teams)
    for item in items(document, (*_DUTY, "quiet")):
        yield from _known(document, (*item, "recipient"), "unknown_recipient", recipients)
    storm = value_at(document.value, (*_DUTY, "storm"))
    if isinstance(storm, dict) and {"camera_cases", "site_cases"} <= {
        key for key, value in storm.items() if value is None
    }:
        expected = phrase("expected.storm")
        yield document.problem((*_DUTY, "storm"), "no_storm", expected, phrase("got.nothing"))


def _teams(document: Document, recipients: set[str]) -> Iterator[Problem]:
    taken = set(recipients)
    for team in items(document, (*_DUTY, "teams")):
        name = text_at(document.value, (*team, "id"))
        if name in taken:
            yield document.problem((*team, "id"), "repeated_id", phrase("expected.team_id"))
        taken |= {name} if name is not None else set()
        yield from _all_known(document, (*team, "members"), "unknown_recipient", recipients)
        members = {
            text
            for item in items(document, (*team, "members"))
            if (text := text_at(document.value, item)) is not None
        }
        for key in ("shifts", "holiday_shifts"):
            for shift in items(document, (*team, key)):
                yield from _all_known(document, (*shift, "who"), "unknown_member", members)


def _substitutes(document: Document, recipients: set[str]) -> Iterator[Problem]:
    for item in items(document, (*_DUTY, "substitutes")):
        for key in ("absent", "stand_in"):
            yield from _known(document, (*item, key), "unknown_recipient", recipients)
        absent = text_at(document.value, (*item, "absent"))
        if absent is not None and absent == text_at(document.value, (*item, "stand_in")):
            yield document.problem((*item, "stand_in"), "same_person", phrase("expected.other"))
        since, until = (_moment(document, (*item, key)) for key in ("since", "until"))
        if since is not None and until is not None and until <= since:
            yield document.problem((*item, "until"), "end_before_start", phrase("expected.later"))


def _moment(document: Document, path: Path) -> int | None:
    text = text_at(document.value, path)
    zone = text_at(document.value, ("site", "timezone"))
    try:
        return None if text is None or zone is None else parse_moment(text, zone)
    except (ValueError, OSError, KeyError):  # told where the value itself is checked
        return None


def _areas(document: Document) -> Iterator[Problem]:
    places = list(items(document, (*_DUTY, "areas")))
    cameras = set(_ids(document, ("cameras",)))
    listed: dict[str, str] = {}
    seen: set[str] = set()
    for area in places:
        name = text_at(document.value, (*area, "id")) or ""
        if name in seen:
            yield document.problem((*area, "id"), "repeated_id", phrase("expected.unique_id"))
        seen.add(name)
        yield from _all_known(document, (*area, "cameras"), "unknown_camera", cameras)
        for item in items(document, (*area, "cameras")):
            camera = text_at(document.value, item) or ""
            if listed.setdefault(camera, name) != name:
                got = phrase("got.in_area", name=safe(listed[camera]))
                yield document.problem(item, "two_areas", phrase("expected.one_area"), got)
        if not any(value_at(document.value, (*area, key)) for key in ("cameras", "polygon")):
            yield document.problem(area, "no_place", phrase("expected.place"))
    for one, other in overlaps([polygon(document, (*it, "polygon")) for it in places]):
        name = safe(text_at(document.value, (*places[one], "id")) or "")
        got, expected = phrase("got.overlap", name=name), phrase("expected.apart")
        yield document.problem((*places[other], "polygon"), "overlap", expected, got)


def polygon(document: Document, path: Path) -> tuple[tuple[float, float], ...]:
    """A sound polygon of places at a path; empty where there is none."""
    found: list[tuple[float, float]] = []
    for item in items(document, path):
        place = value_at(document.value, item)
        if not isinstance(place, list) or len(place) != 2:
            return ()
        lon, lat = place
        if not isinstance(lon, int | float) or not isinstance(lat, int | float):
            return ()
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            return ()
        found.append((float(lon), float(lat)))
    return tuple(found) if found and flaw(found) is None else ()


def _rules(document: Document, people: set[str]) -> Iterator[Problem]:
    areas = set(_ids(document, (*_DUTY, "areas")))
    severity = value_at(document.value, (*_DUTY, "severity"))
    for name in severity if isinstance(severity, dict) else ():
        if name not in _SCENARIOS:
            got = phrase("got.text", text=safe(name))
            path = (*_DUTY, "severity", name)
            yield document.problem(path, "unknown_scenario", one_of(name, _SCENARIOS), got)
    for key in ("routes", "deadlines"):
        for rule in items(document, (*_DUTY, key)):
            yield from _all_known(document, (*rule, "areas"), "unknown_area", areas)
            yield from _all_known(document, (*rule, "scenarios"), "unknown_scenario", _SCENARIOS)
            for rung in items(document, (*rule, "ladder")):
                yield from _all_known(document, rung, "unknown_target", people)
    for rule in items(document, (*_DUTY, "deadlines")):
        if not any(value_at(document.value, (*rule, key)) for key in ("accept", "handle")):
            yield document.problem(rule, "no_deadline", phrase("expected.deadline"))


def _all_known(
    document: Document, path: Path, what: str, known: Collection[str]
) -> Iterator[Problem]:
    """Names in a list that are not known, or that stand there twice."""
    seen: set[str] = set()
    for item in items(document, path):
        name = text_at(document.value, item)
        yield from _known(document, item, what, known)
        if name is not None and name in seen:
            yield document.problem(item, "repeated", phrase("expected.once"))
        seen |= {name} if name is not None and name in known else set()


def _known(document: Document, path: Path, what: str, known: Collection[str]) -> Iterator[Problem]:
    name = text_at(document.value, path)
    if name is not None and path not in document.broken and name not in known:
        yield document.problem(path, what, one_of(name, known))


def items(document: Document, path: Path) -> Iterator[Path]:
    """The paths of a list's items; none where there is no list."""
    found = value_at(document.value, path)
    for number in range(len(found) if isinstance(found, list) else 0):
        yield (*path, number)


def _ids(document: Document, path: Path) -> Iterator[str]:
    for item in items(document, path):
        name = text_at(document.value, (*item, "id"))
        if name is not None:
            yield name
