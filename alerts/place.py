"""What alerts must know of site, cameras and fences: ids, names, who is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from alerts.cases import CaseKey
from alerts.duty.plan import DutyPlan
from alerts.health import CAMERA_HEALTH, HealthPlan
from alerts.people import Recipient

_K = TypeVar("_K")
_V = TypeVar("_V")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the cameras stand. ``zone`` is an IANA name such as ``Asia/Shanghai``."""

    id: str
    name: str
    zone: str

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class FencePlace:
    """One fence of one camera, as people know it.

    ``notify`` are recipient ids; ``notify_of`` names scenarios whose cases go to others
    instead. ``polygon`` is in 0-1 of the frame, for the evidence picture. ``clear_after_ns``: by
    scenario, how long the fence must be clear to say so; of no scenario that it does not watch.
    """

    camera_id: str
    camera_name: str
    fence_id: str
    fence_name: str
    notify: tuple[str, ...] = ()
    polygon: tuple[tuple[float, float], ...] = ()
    notify_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clear_after_ns: Mapping[str, int] = field(default_factory=dict)

    def told(self, scenario_id: str) -> tuple[str, ...]:
        """The recipients of a case of that scenario."""
        return self.notify_of.get(scenario_id, self.notify)


@dataclass(frozen=True, slots=True)
class Directory:
    """Site, fences and recipients by id, and what they have agreed on of duties and deadlines.

    Build it with :func:`make_directory`.
    """

    site: Site
    recipients: Mapping[str, Recipient]
    fences: Mapping[tuple[str, str], FencePlace]
    cameras: Mapping[str, str] = field(default_factory=dict)
    health: Mapping[str, HealthPlan] = field(default_factory=dict)
    duty: DutyPlan = field(default_factory=DutyPlan)

    def fence(self, camera_id: str, fence_id: str) -> FencePlace:
        """The place; one made of the ids where the configuration no longer has it."""
        known = self.fences.get((camera_id, fence_id))
        if known is not None:
            return known
        return FencePlace(camera_id, self.camera_name(camera_id), fence_id, fence_id)

    def camera_name(self, camera_id: str) -> str:
        return self.cameras.get(camera_id, camera_id)

    def health_plan(self, camera_id: str) -> HealthPlan:
        """When and to whom trouble of a camera is told; to nobody where nothing is configured."""
        return self.health.get(camera_id, HealthPlan())

    def notify(self, key: CaseKey) -> tuple[str, ...]:
        """Whom the fence, or the camera itself, notifies of such a case."""
        camera_id, fence_id, scenario_id = key
        if scenario_id == CAMERA_HEALTH:
            return self.health_plan(camera_id).notify
        return self.fence(camera_id, fence_id).told(scenario_id)

    def people(self, ids: Iterable[str]) -> tuple[Recipient, ...]:
        """Those of ``ids`` who are still known, in that order."""
        return tuple(self.recipients[id_] for id_ in ids if id_ in self.recipients)


def make_directory(
    site: Site,
    recipients: Iterable[Recipient],
    fences: Iterable[FencePlace],
    cameras: Mapping[str, str] | None = None,
    health: Mapping[str, HealthPlan] | None = None,
    duty: DutyPlan | None = None,
) -> Directory:
    """Put a directory together.

    ``cameras`` (id to name) adds those without a fence, ``health`` has the plans by camera;
    without ``duty`` there are no routes and no deadlines.

    Raises ``ValueError`` for ids that would break a topic or a path, for doubles, and for a
    fence or a camera that notifies somebody unknown.
    """
    people = _unique(((one.id, one) for one in recipients), "recipient")
    places = _unique((((one.camera_id, one.fence_id), one) for one in fences), "fence")
    names = dict(cameras or {}) | {one.camera_id: one.camera_name for one in places.values()}
    _check_ids([site.id, *people, *names, *(fence_id for _, fence_id in places)])
    plans = dict(health or {})
    for place in places.values():
        told = {*place.notify, *(one for ids in place.notify_of.values() for one in ids)}
        _check_known(told, people, f"fence {place.fence_id!r}")
    for camera_id, plan in plans.items():
        _check_known(plan.notify, people, f"camera {camera_id!r}")
    return Directory(
        site,
        MappingProxyType(people),
        MappingProxyType(places),
        MappingProxyType(names),
        MappingProxyType(plans),
        duty or DutyPlan(),
    )


def _check_ids(ids: Iterable[str]) -> None:
    for id_ in ids:
        if not _ID.fullmatch(id_):
            raise ValueError(f"got id {id_!r}, expected ASCII letters, digits and . _ -")


def _check_known(notified: Iterable[str], people: Mapping[str, Recipient], what: str) -> None:
    if unknown := set(notified) - people.keys():
        raise ValueError(f"{what} notifies unknown {sorted(unknown)}")


def _unique(pairs: Iterable[tuple[_K, _V]], what: str) -> dict[_K, _V]:
    into: dict[_K, _V] = {}
    for key, value in pairs:
        if key in into:
            raise ValueError(f"{what} {key!r} is there twice, expected it once")
        into[key] = value
    return into
