"""What a service is to do, as plain values: wiring consumes these, configuration makes them.

Nothing here knows YAML or pydantic. Ids are ASCII, names are display text, paths absolute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from alerts.duty.plan import DutyPlan
from alerts.retention import NO_BUDGET, Budget, Budgets, Kind
from alerts.texts import Language
from detector.engines.precision import Precision
from detector.sources.access import Access
from fences.clock import SECOND_NS
from fences.fence import Fence
from kerbwatch.rest.options import RestOptions

EMBEDDED_HOST = "127.0.0.1"
"""The embedded broker listens on loopback only."""

EMBEDDED_PORT = 21883
"""Where the embedded broker listens if the configuration names no port."""

METRICS_PORT = 9464
"""Where metrics are served if the configuration names no port."""

HIDDEN = "***"
"""What stands in place of a secret."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")


def redact_url(text: str) -> str:
    """The text without what may be a credential: everything before ``@``, every query.

    Works on anything, well-formed or not: a mistyped URL is shown in error messages.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    _, at, after = rest.rpartition("@")
    shown = f"{HIDDEN}@{after}" if at else after
    for mark in "?#":
        if separator and mark in shown:
            shown = f"{shown.partition(mark)[0]}{mark}{HIDDEN}"
    return f"{scheme if _SCHEME.fullmatch(scheme) else ''}{separator}{shown}"


class Secret:
    """A text that is never printed: ``str`` and ``repr`` hide it, :meth:`reveal` tells it.

    Not a dataclass, so that ``dataclasses.asdict`` does not unfold it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself, for the one place that logs in with it."""
        return self._value

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._value == self._value

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._value))


class SecretUrl(Secret):
    """An address that may hold credentials; printed, it shows everything but these."""

    __slots__ = ()

    @property
    def redacted(self) -> str:
        """The address with user, password and query hidden."""
        return redact_url(self._value)

    def __str__(self) -> str:
        return self.redacted


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """The place that is watched. ``timezone`` is an IANA name, e.g. ``Asia/Shanghai``."""

    id: str
    name: str
    timezone: str


@dataclass(frozen=True, slots=True)
class MqttOptions:
    """The broker. ``embedded``: the service starts one itself on loopback, without TLS.

    ``port`` 0 (only if embedded) is any free port. ``base`` is the first part of every
    topic. ``ca_file``: certificates to trust instead of the system's. ``cert_file`` and
    ``key_file``: what the service shows of itself; both or none. All are PEM.
    ``discovery_prefix``: below it Home Assistant is told what there is; None: it is not.
    """

    host: str = EMBEDDED_HOST
    port: int = EMBEDDED_PORT
    tls: bool = False
    base: str = "kerbwatch"
    username: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    embedded: bool = True
    discovery_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ModelsOptions:
    """``dir`` holds cards and weights; ``use`` names the cards of the models to run."""

    dir: Path
    use: tuple[str, ...] = ()
    precision: Precision = Precision.F32


@dataclass(frozen=True, slots=True)
class EvidenceOptions:
    """What is kept of a case besides its pictures: how much of the stream around its beginning.

    ``clip_bytes`` bounds the memory that one camera's stream is kept in for that. ``clear_for``:
    the roles that may see faces and number plates in what is handed out.
    """

    clip_before_ns: int = 10 * SECOND_NS
    clip_after_ns: int = 10 * SECOND_NS
    clip_bytes: int = 8_000_000
    clear_for: tuple[str, ...] = ("officer", "operator")

    @property
    def clips(self) -> bool:
        """Whether there are clips at all."""
        return self.clip_before_ns + self.clip_after_ns > 0


@dataclass(frozen=True, slots=True)
class RetentionOptions:
    """What is kept for how long, and how much of it; None: without a bound.

    ``closed`` is all that finished cases have. ``least_free_bytes`` of the disk are left alone.
    """

    pictures: Budget = NO_BUDGET
    clips: Budget = NO_BUDGET
    closed: Budget = NO_BUDGET
    least_free_bytes: int = 1_000_000_000

    @property
    def budgets(self) -> Budgets:
        of = {Kind.PICTURES: self.pictures, Kind.CLIPS: self.clips, Kind.CLOSED: self.closed}
        return Budgets(of, self.least_free_bytes)


@dataclass(frozen=True, slots=True)
class CaseOptions:
    """How long a handled place must be clear, and how long its camera has to see that it is."""

    verify_after_ns: int = 20 * SECOND_NS
    verify_within_ns: int = 300 * SECOND_NS


@dataclass(frozen=True, slots=True)
class RecipientOptions:
    """Who can be told: an officer (城管), a property team (物业) or an operator (监控中心).

    ``push``: addresses of channels as Apprise writes them, the first one to be tried first.
    """

    id: str
    name: str
    role: Literal["officer", "property", "operator"]
    push: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class PushOptions:
    """How pushes are written, and for how long they are tried.

    ``case_url``: what a case's id is put behind to open it. ``picture_bytes`` 0: no pictures.
    """

    language: Language = Language.ZH
    case_url: str | None = None
    picture_bytes: int = 1_000_000
    give_up_ns: int = 7200 * SECOND_NS


@dataclass(frozen=True, slots=True)
class FenceOptions:
    """A fence of the core with what only people need: its name, and who is told.

    ``notify`` are recipient ids; ``notify_of`` holds the scenarios that tell others instead.
    """

    id: str
    name: str
    fence: Fence
    notify: tuple[str, ...] = ()
    notify_of: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def told(self, scenario_id: str) -> tuple[str, ...]:
        """The recipients of a case of this scenario."""
        return dict(self.notify_of).get(scenario_id, self.notify)


@dataclass(frozen=True, slots=True)
class HealthOptions:
    """Trouble of a camera itself is a case after ``after_ns``; ``notify`` are recipient ids."""

    after_ns: int = 60 * SECOND_NS
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CameraOptions:
    """A camera: ``url`` is rtsp(s), http(s), or the absolute path of a file or folder.

    ``every_ns``: how often its fences are checked, in nanoseconds; ``idle_ns``: how often while
    nothing happens in them, no less than ``every_ns``. ``access``: how it is reached, where it
    is on the network. ``evidence_url``: another stream of it, for pictures and clips of cases.
    """

    id: str
    name: str
    url: SecretUrl
    every_ns: int
    idle_ns: int
    fences: tuple[FenceOptions, ...]
    health: HealthOptions = HealthOptions()
    access: Access = field(default=Access())
    evidence_url: SecretUrl | None = None

    @property
    def every_s(self) -> float:
        """The same in seconds."""
        return self.every_ns / SECOND_NS


@dataclass(frozen=True, slots=True)
class MetricsOptions:
    """Where metrics are served, to anybody who can reach it; ``port`` 0 is any free one."""

    host: str = "127.0.0.1"
    port: int = METRICS_PORT

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "localhost" or ip_address(self.host).is_loopback


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Everything that ``kerbwatch run`` needs to know.

    ``store_url`` is SQLAlchemy's, with an absolute path where it is SQLite. ``metrics`` None:
    none are served. ``look_processes``: how many look beside the service's own, None: as many
    as is best.
    """

    site: SiteOptions
    store_url: SecretUrl
    data_dir: Path
    models: ModelsOptions
    cameras: tuple[CameraOptions, ...]
    mqtt: MqttOptions = field(default_factory=MqttOptions)
    recipients: tuple[RecipientOptions, ...] = ()
    metrics: MetricsOptions | None = None
    evidence: EvidenceOptions = field(default_factory=EvidenceOptions)
    look_processes: int | None = None
    cases: CaseOptions = field(default_factory=CaseOptions)
    duty: DutyPlan = field(default_factory=DutyPlan)
    push: PushOptions = field(default_factory=PushOptions)
    retention: RetentionOptions = field(default_factory=RetentionOptions)
    rest: RestOptions | None = None

    def camera(self, camera_id: str) -> CameraOptions | None:
        """The camera of that id, if there is one."""
        return next((camera for camera in self.cameras if camera.id == camera_id), None)
