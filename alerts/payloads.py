"""The JSON bodies of the MQTT contract, one type per ``schema``.

Every time is there twice: ISO 8601 with the site's offset, and ``…_ms`` since the epoch.
"""

from __future__ import annotations

from typing import TypedDict

CASE_SCHEMA = "kerbwatch.case/1"
EVENT_SCHEMA = "kerbwatch.event/1"
INBOX_SCHEMA = "kerbwatch.inbox/1"
CAMERA_SCHEMA = "kerbwatch.camera/1"
CAMERA_CASES_SCHEMA = "kerbwatch.camera_cases/1"
STATUS_SCHEMA = "kerbwatch.status/1"
COMMAND_SCHEMA = "kerbwatch.command/1"
REPORT_SCHEMA = "kerbwatch.report/1"
RESULT_SCHEMA = "kerbwatch.result/1"
DIGEST_SCHEMA = "kerbwatch.digest/1"


class Named(TypedDict):
    """An id and what people call it."""

    id: str
    name: str


class NamedBoth(TypedDict):
    """An id and its names in both languages."""

    id: str
    zh: str
    en: str


class Person(TypedDict):
    """A recipient."""

    id: str
    name: str
    role: str


class ClipBody(TypedDict):
    """A piece of the camera's stream as it was sent. ``path`` as that of the picture."""

    path: str
    bytes: int
    sha256: str
    start: str
    start_ms: int
    duration_s: float


class PeakBody(TypedDict):
    """A case at its worst so far. ``picture`` as that of the case; null once it was removed.

    The measures are as those of the case.
    """

    picture: str | None
    at: str
    at_ms: int
    sightings: int
    occupied_share: float | None
    clear_width_m: float | None


class DeadlineBody(TypedDict):
    """Until when a case is to be accepted and handled; null where no such deadline runs."""

    accept_deadline: str | None
    accept_deadline_ms: int | None
    deadline: str | None
    deadline_ms: int | None


class ProgressBody(DeadlineBody):
    """What has been done about a case; every field is null until it has."""

    accepted_by: Person | None
    accepted: str | None
    accepted_ms: int | None
    handled_by: Person | None
    handled: str | None
    handled_ms: int | None
    after_picture: str | None
    verification: str | None
    extended_until: str | None
    extended_until_ms: int | None
    suspended_until: str | None
    suspended_until_ms: int | None
    reported_by: Person | None
    report: str | None


class SeenBody(TypedDict):
    """Where it is, what the camera says of it, and since when: of a case, wherever it is told."""

    site: Named
    camera: Named
    fence: Named | None
    scenario: NamedBoth
    named_by: str
    occupied_share: float | None
    clear_width_m: float | None
    since: str
    since_ms: int
    cleared: str | None
    cleared_ms: int | None
    picture: str | None


class CaseBody(SeenBody, ProgressBody):
    """``cases/<case_id>``: the full state. ``box`` is xyxy in 0-1 of the frame.

    ``fence`` is null where the case is about the camera itself.

    ``occupied_share`` is 0-1 of the fence; both measures are null where nobody can tell.
    """

    schema: str
    case_id: str
    version: int
    state: str
    open: bool
    opened: str
    opened_ms: int
    updated: str
    updated_ms: int
    close_reason: str | None
    box: list[float] | None
    labels: list[str]
    sightings: int
    peak: PeakBody | None
    clip: ClipBody | None
    recipients: list[Person]
    storm: str | None


class EventBody(TypedDict):
    """``events``: one notice. ``seq`` grows by one per notice of this node.

    ``by`` is null where the camera or time did it; ``until`` is of what has an end.
    """

    schema: str
    kind: str
    event_id: str
    seq: int
    reason: str
    by: Person | None
    words: str | None
    until: str | None
    until_ms: int | None
    at: str
    at_ms: int
    case: CaseBody


class InboxBody(SeenBody, DeadlineBody):
    """``inbox/<recipient_id>``: the push for one recipient.

    ``verbs`` are what the recipient may answer on ``cmd/<recipient_id>/<case_id>/<verb>``;
    ``text`` is the push as plain text for gateways that show text only.
    """

    schema: str
    kind: str
    event_id: str
    seq: int
    recipient: Person
    case_id: str
    version: int
    state: str
    reason: str
    by: Person | None
    words: str | None
    until: str | None
    until_ms: int | None
    after_picture: str | None
    verbs: list[str]
    text: dict[str, str]


class PlaceCount(TypedDict):
    """How many cases there are of a camera."""

    camera: Named
    count: int


class DigestBody(TypedDict):
    """``inbox/<recipient_id>`` too: what is told of many cases at once, instead of each.

    ``count`` cases of this recipient at ``cameras`` cameras, ``open`` of them open still;
    ``places`` are those with the most.
    """

    schema: str
    kind: str
    event_id: str
    storm: str
    recipient: Person
    site: Named
    since: str
    since_ms: int
    at: str
    at_ms: int
    count: int
    open: int
    cameras: int
    places: list[PlaceCount]
    text: dict[str, str]


class CameraBody(TypedDict):
    """``cameras/<id>/status``. ``until`` is null where nobody knows when it ends."""

    schema: str
    camera: Named
    state: str
    since: str
    since_ms: int
    until: str | None
    until_ms: int | None
    reason: str


class CameraCasesBody(TypedDict):
    """``cameras/<id>/cases``: how many cases are open, in all and in each of its fences.

    Cases about the camera itself count in ``open_cases`` and in no fence.
    """

    schema: str
    camera: Named
    open_cases: int
    fences: dict[str, int]


class ResultBody(TypedDict):
    """``result/<recipient_id>/<request_id>``: what became of a command.

    ``code`` and ``text`` are null where it was done. ``version`` and ``state`` are those of the
    case, after it or as it is; null where there is none.
    """

    schema: str
    request_id: str
    accepted: bool
    code: str | None
    text: dict[str, str] | None
    case_id: str | None
    verb: str | None
    version: int | None
    state: str | None
    at: str
    at_ms: int
