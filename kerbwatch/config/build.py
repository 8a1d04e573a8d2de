"""Checked models into options: defaults filled in, paths absolute, core types built."""

from __future__ import annotations

from pathlib import Path

from alerts.retention import Budget
from alerts.texts import Language
from detector.engines.precision import Precision
from detector.sources.access import Access, Transport
from fences.catalogue import CATALOGUE
from fences.clock import SECOND_NS
from fences.fence import Fence, Rule
from fences.geometry import parse_polygon
from fences.ground import GroundScale, parse_scale
from fences.hours import ALWAYS, WeeklyHours, parse_hours
from fences.observation import Seeing
from kerbwatch.config.addresses import SQLITE, broker_place, camera_address, store_address
from kerbwatch.config.duty_build import duty_plan
from kerbwatch.config.rest_build import rest_options
from kerbwatch.config.schema import (
    BudgetModel,
    CameraModel,
    CasesModel,
    EvidenceModel,
    FenceModel,
    HealthModel,
    ModelsModel,
    MqttModel,
    PushModel,
    RetentionModel,
    ScaleModel,
    ScenarioModel,
    StreamsModel,
)
from kerbwatch.options import (
    EMBEDDED_PORT,
    CameraOptions,
    CaseOptions,
    EvidenceOptions,
    FenceOptions,
    HealthOptions,
    MetricsOptions,
    ModelsOptions,
    MqttOptions,
    PushOptions,
    RecipientOptions,
    RetentionOptions,
    Secret,
    SecretUrl,
    ServiceOptions,
    SiteOptions,
)

_MIN_INTERVAL_S = 10.0


def service_options(model: StreamsModel, folder: Path, password: Secret | None) -> ServiceOptions:
    """The options of a whole file that lies in ``folder``; its password, if it is in a file."""
    site = SiteOptions(model.site.id, model.site.name or model.site.id, model.site.timezone)
    data_dir = folder / model.data_dir
    models = model.models or ModelsModel()
    store = model.store.url if model.store is not None else None
    return ServiceOptions(
        site=site,
        store_url=SecretUrl(store_address(store or f"{SQLITE}{data_dir / 'kerbwatch.db'}", folder)),
        data_dir=data_dir,
        models=ModelsOptions(folder / models.dir, tuple(models.use), Precision(models.precision)),
        cameras=tuple(
            _camera(camera, site.timezone, folder, _health(camera.health, model.health))
            for camera in model.cameras
        ),
        mqtt=_mqtt(model.mqtt or MqttModel(), folder, password),
        recipients=tuple(
            RecipientOptions(it.id, it.name or it.id, it.role, tuple(map(Secret, it.push)))
            for it in model.recipients
        ),
        metrics=(MetricsOptions(model.metrics.host, model.metrics.port) if model.metrics else None),
        evidence=_evidence(model.evidence or EvidenceModel()),
        look_processes=model.look_processes,
        cases=_cases(model.cases or CasesModel()),
        duty=duty_plan(model.duty, model.cameras, site.timezone),
        push=_push(model.push or PushModel()),
        retention=_retention(model.retention or RetentionModel()),
        rest=rest_options(model.rest, folder, site.timezone),
    )


def _mqtt(model: MqttModel, folder: Path, password: Secret | None) -> MqttOptions:
    discovery = model.discovery_prefix if model.discovery else None
    if model.url is None:
        port = EMBEDDED_PORT if model.embedded_port is None else model.embedded_port
        return MqttOptions(port=port, base=model.base, discovery_prefix=discovery)
    host, port, tls = broker_place(model.url)
    return MqttOptions(
        host=host,
        port=port,
        tls=tls,
        base=model.base,
        username=model.username,
        password=password if model.password is None else Secret(model.password),
        ca_file=_file(folder, model.ca_file),
        cert_file=_file(folder, model.cert_file),
        key_file=_file(folder, model.key_file),
        embedded=False,
        discovery_prefix=discovery,
    )


def _file(folder: Path, name: str | None) -> Path | None:
    return None if name is None else folder / name


def _evidence(model: EvidenceModel) -> EvidenceOptions:
    return EvidenceOptions(
        clip_before_ns=_ns(model.clip_before_s),
        clip_after_ns=_ns(model.clip_after_s),
        clip_bytes=round(model.clip_memory_mb * 1_000_000),
        clear_for=tuple(model.clear_for),
    )


def _cases(model: CasesModel) -> CaseOptions:
    return CaseOptions(_ns(model.verify_after_s), _ns(model.verify_within_s))


def _retention(model: RetentionModel) -> RetentionOptions:
    return RetentionOptions(
        pictures=_budget(model.pictures),
        clips=_budget(model.clips),
        closed=_budget(model.closed),
        least_free_bytes=round(model.least_free_gb * 1e9),
    )


def _budget(model: BudgetModel | None) -> Budget:
    if model is None:
        return Budget()
    return Budget(
        None if model.days is None else _ns(model.days * 86_400),
        None if model.gb is None else round(model.gb * 1e9),
    )


def _push(model: PushModel) -> PushOptions:
    return PushOptions(
        language=Language(model.language),
        case_url=model.case_url,
        picture_bytes=model.picture_kb * 1000,
        give_up_ns=_ns(model.give_up_s),
    )


def _health(own: HealthModel | None, general: HealthModel | None) -> HealthOptions:
    """A camera's own settings, then the general ones, then the defaults."""
    after_s: float | None = None
    notify: list[str] | None = None
    for model in (own, general):
        if model is not None:
            after_s = model.after_s if after_s is None else after_s
            notify = model.notify if notify is None else notify
    default = HealthOptions()
    after_ns = default.after_ns if after_s is None else _ns(after_s)
    return HealthOptions(after_ns, tuple(notify or ()))


def _camera(
    model: CameraModel, timezone: str, folder: Path, health: HealthOptions
) -> CameraOptions:
    shortest_s = min(
        _or(scenario.dwell_s if scenario else None, CATALOGUE[id_].dwell_s)
        for fence in model.fences
        for id_, scenario in fence.scenarios.items()
    )
    idle_s = _or(model.idle_every_s, default_idle_s(model.every_s, shortest_s))
    return CameraOptions(
        id=model.id,
        name=model.name or model.id,
        url=SecretUrl(camera_address(model.url, folder)),
        every_ns=_ns(model.every_s),
        idle_ns=_ns(idle_s),
        access=Access(
            Transport(model.transport),
            None if model.ca_file is None else folder / model.ca_file,
            model.insecure_tls,
        ),
        fences=tuple(
            fence_options(fence, model.id, model.every_s, timezone, idle_s=idle_s)
            for fence in model.fences
        ),
        health=health,
        evidence_url=None if model.evidence_url is None else SecretUrl(model.evidence_url),
    )


def fence_options(
    model: FenceModel, camera_id: str, every_s: float, timezone: str, *, idle_s: float = 0.0
) -> FenceOptions:
    """A fence of a camera that is checked every ``every_s`` seconds, or ``idle_s`` if longer."""
    hours = ALWAYS if model.hours is None else parse_hours(tuple(model.hours), timezone)
    scenarios = {id_: it or ScenarioModel() for id_, it in model.scenarios.items()}
    fence = Fence(
        camera_id=camera_id,
        id=model.id,
        polygon=parse_polygon(tuple((x, y) for x, y in model.polygon)),
        rules=tuple(
            _rule(id_, scenario, every_s, hours, timezone) for id_, scenario in scenarios.items()
        ),
        see=frozenset(Seeing(way) for way in model.see),
        report_known=model.known_at_start == "report",
        max_interval_ns=_ns(max(_MIN_INTERVAL_S, 3 * max(every_s, idle_s))),
        scale=None if model.scale is None else _scale(model.scale),
    )
    return FenceOptions(
        id=model.id,
        name=model.name or model.id,
        fence=fence,
        notify=tuple(model.notify),
        notify_of=tuple(
            (id_, tuple(it.notify)) for id_, it in scenarios.items() if it.notify is not None
        ),
    )


def _scale(model: ScaleModel) -> GroundScale:
    points, metres = (tuple((x, y) for x, y in it) for it in (model.points, model.metres))
    return parse_scale(points, metres)


def _rule(
    scenario_id: str, model: ScenarioModel, every_s: float, hours: WeeklyHours, timezone: str
) -> Rule:
    scenario = CATALOGUE[scenario_id]
    dwell_s = _or(model.dwell_s, scenario.dwell_s)
    own = model.hours
    return Rule(
        scenario=scenario,
        dwell_ns=_ns(dwell_s),
        clear_after_ns=_ns(_or(model.clear_after_s, scenario.clear_after_s)),
        grace_ns=_ns(_or(model.grace_s, default_grace_s(dwell_s, every_s))),
        bridge_ns=_ns(_or(model.bridge_s, default_bridge_s(dwell_s))),
        min_area=_or(model.min_area, scenario.min_area),
        open_score=model.min_score,
        keep_score=model.keep_score,
        hours=hours if own is None else parse_hours(tuple(own), timezone),
        min_count=scenario.min_count if model.min_count is None else model.min_count,
    )


def default_grace_s(dwell_s: float, every_s: float) -> float:
    """How long an occupant may go unseen: half the dwell within 1.5-5 s, and two looks."""
    return max(min(5.0, max(1.5, dwell_s / 2)), 2.5 * every_s)


def default_idle_s(every_s: float, shortest_dwell_s: float) -> float:
    """How often to look where nothing happens: four times less, and four times in a dwell."""
    return max(every_s, min(4 * every_s, shortest_dwell_s / 4))


def default_bridge_s(dwell_s: float) -> float:
    """The longest gap over which a dwell goes on: half of it, within 2-300 s."""
    return min(300.0, max(2.0, dwell_s / 2))


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _ns(seconds: float) -> int:
    return round(seconds * SECOND_NS)
