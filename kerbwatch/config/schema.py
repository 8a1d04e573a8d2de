"""The schema of ``streams.yaml``. Every key is described in ``docs/CONFIGURATION.md``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from kerbwatch.config.addresses import (
    check_broker_url,
    check_camera_url,
    check_case_url,
    check_metrics_host,
    check_push_urls,
    check_store_url,
    check_stream_url,
)
from kerbwatch.config.checks import check_corners, check_hours, check_polygon, check_timezone
from kerbwatch.config.duty_checks import check_position
from kerbwatch.config.duty_schema import DutyModel
from kerbwatch.config.fields import (
    Expect,
    Hours,
    Id,
    LonLat,
    ModelName,
    Name,
    Notified,
    PathText,
    Score,
    Share,
    StrictModel,
)
from kerbwatch.config.rest_schema import RestModel
from kerbwatch.config.scale import FURTHEST_M
from kerbwatch.options import METRICS_PORT

_DAY_S = 86_400
_LONGEST_DWELL_S = 30 * _DAY_S

DwellS = Annotated[
    float, Field(ge=0.1, le=_LONGEST_DWELL_S, allow_inf_nan=False), Expect("seconds")
]
Pair = Annotated[list[Share], Field(min_length=2, max_length=2), Expect("point")]
Polygon = Annotated[list[Pair], Field(min_length=3, max_length=1000), Expect("polygon")]
Corners = Annotated[list[Pair], Field(min_length=4, max_length=4), Expect("corners")]
Metre = Annotated[float, Field(ge=-FURTHEST_M, le=FURTHEST_M, allow_inf_nan=False), Expect("metre")]
Measured = Annotated[list[Metre], Field(min_length=2, max_length=2), Expect("measured")]
Ground = Annotated[list[Measured], Field(min_length=4, max_length=4), Expect("ground")]
Address = Annotated[str, Field(min_length=1, max_length=4096), Expect("push_url")]
ClearRole = Annotated[Literal["officer", "property", "operator", "outside"], Expect("clear_role")]
Seen = Annotated[Literal["learned", "obstruction"], Expect("see_item")]


class SiteModel(StrictModel):
    """The place that is watched."""

    id: Id
    timezone: Annotated[str, Expect("timezone")]
    name: Name | None = None

    _timezone = field_validator("timezone")(check_timezone)


class MqttModel(StrictModel):
    """The broker; without it, or without ``url``, the embedded one."""

    url: Annotated[str, Expect("broker_url")] | None = None
    embedded_port: Annotated[int, Field(ge=0, le=65_535), Expect("port")] | None = None
    base: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=100),
        Expect("topic_base"),
    ] = "kerbwatch"
    username: Annotated[str, Field(min_length=1, max_length=1000), Expect("text")] | None = None
    password: Annotated[str, Field(min_length=1, max_length=1000), Expect("text")] | None = None
    password_file: PathText | None = None
    ca_file: PathText | None = None
    cert_file: PathText | None = None
    key_file: PathText | None = None

    discovery: bool = False
    discovery_prefix: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=100),
        Expect("topic_base"),
    ] = "homeassistant"

    _url = field_validator("url")(check_broker_url)


class MetricsModel(StrictModel):
    """Where metrics are served."""

    host: Annotated[str, Expect("metrics_host")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535), Expect("port")] = METRICS_PORT

    _host = field_validator("host")(check_metrics_host)


class StoreModel(StrictModel):
    """Where cases are kept."""

    url: Annotated[str, Expect("store_url")] | None = None

    _url = field_validator("url")(check_store_url)


class ModelsModel(StrictModel):
    """Which models look at the pictures."""

    dir: PathText = "models"
    use: Annotated[list[ModelName], Expect("model_names")] = Field(default_factory=list)
    precision: Annotated[Literal["f32", "bf16"], Expect("precision")] = "f32"


class EvidenceModel(StrictModel):
    """How much of a stream goes into the clip of a case, and who sees clear pictures."""

    clip_before_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False), Expect("seconds")] = (
        10.0
    )
    clip_after_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False), Expect("seconds")] = (
        10.0
    )
    clip_memory_mb: Annotated[
        float, Field(ge=1, le=1000, allow_inf_nan=False), Expect("megabytes")
    ] = 8.0
    clear_for: Annotated[list[ClearRole], Expect("clear_roles")] = Field(
        default=["officer", "operator"]
    )


class BudgetModel(StrictModel):
    """For how long something is kept, and how much of it."""

    days: (
        Annotated[float, Field(ge=0.01, le=36_500, allow_inf_nan=False), Expect("days")] | None
    ) = None
    gb: (
        Annotated[float, Field(ge=0.001, le=1_000_000, allow_inf_nan=False), Expect("gigabytes")]
        | None
    ) = None


class RetentionModel(StrictModel):
    """How much evidence is kept."""

    pictures: BudgetModel | None = None
    clips: BudgetModel | None = None
    closed: BudgetModel | None = None
    least_free_gb: Annotated[
        float, Field(ge=0, le=1_000_000, allow_inf_nan=False), Expect("gigabytes")
    ] = 1.0


class CasesModel(StrictModel):
    """How a handled case is verified by its camera."""

    verify_after_s: Annotated[
        float, Field(ge=1, le=3600, allow_inf_nan=False), Expect("seconds")
    ] = 20.0
    verify_within_s: Annotated[
        float, Field(ge=10, le=_DAY_S, allow_inf_nan=False), Expect("seconds")
    ] = 300.0


class PushModel(StrictModel):
    """How pushes beside MQTT are written, and for how long they are tried."""

    case_url: Annotated[str, Field(max_length=1000), Expect("case_url")] | None = None
    language: Annotated[Literal["zh", "en"], Expect("language")] = "zh"
    picture_kb: Annotated[int, Field(ge=0, le=10_000), Expect("kilobytes")] = 1000
    give_up_s: Annotated[
        float, Field(ge=60, le=7 * _DAY_S, allow_inf_nan=False), Expect("seconds")
    ] = 7200.0

    _case_url = field_validator("case_url")(check_case_url)


class RecipientModel(StrictModel):
    """Somebody who can be told."""

    id: Id
    role: Annotated[Literal["officer", "property", "operator"], Expect("role")]
    name: Name | None = None
    push: Annotated[list[Address], Field(max_length=10), Expect("push")] = Field(
        default_factory=list
    )

    _push = field_validator("push")(check_push_urls)


class ScenarioModel(StrictModel):
    """A scenario as one fence applies it; what is left out comes from the catalogue."""

    dwell_s: DwellS | None = None
    clear_after_s: DwellS | None = None
    min_area: Share | None = None
    min_score: Score = 0.35
    keep_score: Score = 0.25
    grace_s: (
        Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False), Expect("seconds")] | None
    ) = None
    bridge_s: (
        Annotated[float, Field(ge=0, le=_DAY_S, allow_inf_nan=False), Expect("seconds")] | None
    ) = None
    min_count: Annotated[int, Field(ge=1, le=1000), Expect("count")] | None = None
    hours: Hours | None = None
    notify: Notified | None = None

    _hours = field_validator("hours")(check_hours)


class ScaleModel(StrictModel):
    """Four points of the ground, in the picture and in metres, in the same order."""

    points: Corners
    metres: Ground

    _corners = field_validator("points", "metres")(check_corners)


class FenceModel(StrictModel):
    """A polygon, and what must not happen in it."""

    id: Id
    polygon: Polygon
    scenarios: Annotated[dict[str, ScenarioModel | None], Field(min_length=1), Expect("scenarios")]
    name: Name | None = None
    see: Annotated[list[Seen], Field(min_length=1), Expect("see")] = Field(
        default=["learned", "obstruction"]
    )
    known_at_start: Annotated[Literal["ignore", "report"], Expect("known_at_start")] = "report"
    scale: ScaleModel | None = None
    hours: Hours | None = None
    notify: Notified = Field(default_factory=list)
    position: LonLat | None = None

    _polygon = field_validator("polygon")(check_polygon)
    _hours = field_validator("hours")(check_hours)
    _position = field_validator("position")(check_position)


class HealthModel(StrictModel):
    """When trouble of a camera itself becomes a case, and who is told."""

    after_s: (
        Annotated[float, Field(ge=1, le=_DAY_S, allow_inf_nan=False), Expect("seconds")] | None
    ) = None
    notify: Notified | None = None


class CameraModel(StrictModel):
    """A camera with its fences."""

    id: Id
    url: Annotated[str, Expect("camera_url")]
    fences: Annotated[list[FenceModel], Field(min_length=1), Expect("fences")]
    name: Name | None = None
    evidence_url: Annotated[str, Expect("stream_url")] | None = None
    every_s: Annotated[float, Field(ge=0.04, le=3600, allow_inf_nan=False), Expect("seconds")] = 2.0
    idle_every_s: (
        Annotated[float, Field(ge=0.04, le=3600, allow_inf_nan=False), Expect("seconds")] | None
    ) = None
    transport: Annotated[Literal["auto", "tcp", "udp"], Expect("transport")] = "auto"
    ca_file: PathText | None = None
    insecure_tls: bool = False

    health: HealthModel | None = None
    position: LonLat | None = None

    _url = field_validator("url")(check_camera_url)
    _evidence_url = field_validator("evidence_url")(check_stream_url)
    _position = field_validator("position")(check_position)


class StreamsModel(StrictModel):
    """The whole file."""

    site: SiteModel
    cameras: Annotated[list[CameraModel], Field(min_length=1), Expect("cameras")]
    mqtt: MqttModel | None = None
    store: StoreModel | None = None
    data_dir: PathText = "data"
    models: ModelsModel | None = None
    evidence: EvidenceModel | None = None
    cases: CasesModel | None = None
    recipients: Annotated[list[RecipientModel], Expect("recipients")] = Field(default_factory=list)
    metrics: MetricsModel | None = None
    health: HealthModel | None = None
    look_processes: Annotated[int, Field(ge=0, le=64), Expect("count")] | None = None
    duty: DutyModel | None = None
    push: PushModel | None = None
    retention: RetentionModel | None = None
    rest: RestModel | None = None
