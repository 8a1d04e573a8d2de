"""Parts that bodies of messages are made of: names, times, places of files. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from alerts.cases import CAMERA, Case, utc
from alerts.health import CAMERA_HEALTH
from alerts.payloads import (
    ClipBody,
    DeadlineBody,
    Named,
    NamedBoth,
    PeakBody,
    Person,
    ProgressBody,
    SeenBody,
)
from alerts.people import Recipient
from alerts.place import Directory
from alerts.texts import Language, load_texts
from fences.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Parts:
    """For one site. ``picture_base`` goes before a picture's relative path."""

    directory: Directory
    picture_base: str

    def progress(self, case: Case) -> ProgressBody:
        accepted, accepted_ms = self.maybe_time(case.accepted_wall_ns)
        handled, handled_ms = self.maybe_time(case.handled_wall_ns)
        extended, extended_ms = self.maybe_time(case.extended_until_wall_ns)
        suspended, suspended_ms = self.maybe_time(case.suspended_until_wall_ns)
        return {
            "accepted_by": self.who(case.accepted_by),
            "accepted": accepted,
            "accepted_ms": accepted_ms,
            "handled_by": self.who(case.handled_by),
            "handled": handled,
            "handled_ms": handled_ms,
            "after_picture": self.located(case.after_picture),
            "verification": None if case.verification is None else case.verification.value,
            "extended_until": extended,
            "extended_until_ms": extended_ms,
            "suspended_until": suspended,
            "suspended_until_ms": suspended_ms,
            "reported_by": self.who(case.reported_by),
            "report": case.report,
            **self.deadlines(case),
        }

    def seen(self, case: Case) -> SeenBody:
        since, since_ms = self.time(case.since_wall_ns)
        cleared, cleared_ms = self.maybe_time(case.cleared_wall_ns)
        return {
            "site": self.site(),
            "camera": self.camera(case.camera_id),
            "fence": self.fence(case),
            "scenario": scenario_names(case.scenario_id),
            "named_by": case.named_by,
            "occupied_share": rounded(case.occupied_share, 3),
            "clear_width_m": rounded(case.clear_width_m, 2),
            "since": since,
            "since_ms": since_ms,
            "cleared": cleared,
            "cleared_ms": cleared_ms,
            "picture": self.located(case.picture),
        }

    def deadlines(self, case: Case) -> DeadlineBody:
        accept, accept_ms = self.maybe_time(case.accept_due_wall_ns)
        handle, handle_ms = self.maybe_time(case.handle_due_wall_ns)
        return {
            "accept_deadline": accept,
            "accept_deadline_ms": accept_ms,
            "deadline": handle,
            "deadline_ms": handle_ms,
        }

    def who(self, actor: str | None) -> Person | None:
        """A person, also one who is no longer known; None for the camera."""
        if actor is None or actor == CAMERA:
            return None
        known = self.directory.recipients.get(actor)
        return {"id": actor, "name": actor, "role": ""} if known is None else person(known)

    def site(self) -> Named:
        return {"id": self.directory.site.id, "name": self.directory.site.name}

    def camera(self, camera_id: str) -> Named:
        return {"id": camera_id, "name": self.directory.camera_name(camera_id)}

    def fence(self, case: Case) -> Named | None:
        if case.scenario_id == CAMERA_HEALTH:
            return None
        place = self.directory.fence(case.camera_id, case.fence_id)
        return {"id": place.fence_id, "name": place.fence_name}

    def clip(self, case: Case) -> ClipBody | None:
        clip = case.clip
        path = None if clip is None else self.located(clip.path)
        if clip is None or path is None:
            return None
        start, start_ms = self.time(clip.begin_wall_ns)
        return {
            "path": path,
            "bytes": clip.size_bytes,
            "sha256": clip.sha256,
            "start": start,
            "start_ms": start_ms,
            "duration_s": round(clip.duration_s, 3),
        }

    def peak(self, case: Case) -> PeakBody | None:
        worst = case.peak
        if worst is None:
            return None
        at, at_ms = self.time(worst.wall_ns)
        return {
            "picture": self.located(worst.picture),
            "at": at,
            "at_ms": at_ms,
            "sightings": worst.sightings,
            "occupied_share": rounded(worst.occupied_share, 3),
            "clear_width_m": rounded(worst.clear_width_m, 2),
        }

    def located(self, relative: str | None) -> str | None:
        """Where a file of the evidence folder is for whoever reads the message."""
        if relative is None:
            return None
        return f"{self.picture_base}/{relative}" if self.picture_base else relative

    def time(self, wall_ns: int) -> tuple[str, int]:
        return _time(wall_ns, self.directory.site.zone_info)

    def maybe_time(self, wall_ns: int | None) -> tuple[str | None, int | None]:
        return (None, None) if wall_ns is None else self.time(wall_ns)


@lru_cache(maxsize=4096)
def _time(wall_ns: int, zone: ZoneInfo) -> tuple[str, int]:
    """Every message of a case says the same few times again."""
    local = utc(wall_ns).astimezone(zone)
    return local.isoformat(timespec="milliseconds"), wall_ns // 1_000_000


def rounded(value: float | None, places: int) -> float | None:
    """A measure with as many places as messages have of it."""
    return None if value is None else round(value, places)


def person(recipient: Recipient) -> Person:
    """A recipient as messages name them."""
    return {"id": recipient.id, "name": recipient.name, "role": recipient.role.value}


def scenario_names(scenario_id: str) -> NamedBoth:
    """Names from the catalogue; the id where a scenario is no longer in it."""
    if scenario_id == CAMERA_HEALTH:
        zh, en = (load_texts("alerts", one)("health.name") for one in (Language.ZH, Language.EN))
        return {"id": scenario_id, "zh": zh, "en": en}
    scenario = CATALOGUE.get(scenario_id)
    if scenario is None:
        return {"id": scenario_id, "zh": scenario_id, "en": scenario_id}
    return {"id": scenario_id, "zh": scenario.name_zh, "en": scenario.name_en}
