"""The live service: cameras watched, cases kept, people told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import count

import cv2
import structlog

from alerts.casebook import CasePolicy
from alerts.discovery import Discovery
from alerts.health import QueueStats
from alerts.mqtt.address import MqttAddress
from alerts.service import AlertOptions, AlertService
from detector.overload import Overload
from fences.clock import Clock
from kerbwatch.cores import cores
from kerbwatch.looking.station import Host, Station, dealt, looks_at_once, stations
from kerbwatch.metrics.book import Metrics
from kerbwatch.options import MetricsOptions, ServiceOptions
from kerbwatch.version import VERSION
from kerbwatch.wire.broker import broker_of
from kerbwatch.wire.camera import TICK_S, CameraThread, Shared
from kerbwatch.wire.clips import ClipWriter
from kerbwatch.wire.directory import directory_of
from kerbwatch.wire.figures import new_metrics, served
from kerbwatch.wire.pushing import channels_of, patience_of, push_plan
from kerbwatch.wire.quarantine import Quarantine
from kerbwatch.wire.retire import retire_unwatched
from kerbwatch.wire.turn import Turns

_log = structlog.get_logger(__name__)

CAMERAS_STOP_S = 1.5
"""How long a stopping service waits for cameras that hang in a read."""

LOOKERS_STOP_S = 0.3
"""How long a stopping service waits for each thread that looks."""

CLIPS_STOP_S = 0.3
"""How long a stopping service waits for the clips that its end has cut short."""

DRAIN_S = 2.5
"""How long a stopping service waits for the broker; what is left stays on disk."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a started service can say of itself; ``metrics``: where they are, if anywhere."""

    broker: MqttAddress
    embedded: bool
    cameras: int
    models: tuple[str, ...]
    metrics: MetricsOptions | None = None


def serve(
    options: ServiceOptions,
    env: Mapping[str, str],
    clock: Clock,
    stop: threading.Event,
    on_ready: Callable[[Ready], None] = lambda _: None,
    quarantine: Quarantine | None = None,
    host: Host | None = None,
) -> QueueStats:
    """Run the service until ``stop`` is set; then drain and end within 5 s.

    ``on_ready`` is called just before the first look, so that nobody misses the first case.
    Cameras in ``quarantine`` are told of and wait until it is over; left out: nobody is in one.
    ``host`` is told of a process that looks and has died: then the service is to be ended.
    Returns what could not be sent. Raises ``ModelError``, ``ConfigError`` (cards),
    ``StoreError``, ``StartError`` (the metrics' port) and ``BrokerError``, all before anything
    is watched.
    """
    cv2.setNumThreads(1)  # there are as many lookers as cores: more threads would only contend
    overload = Overload(looks_at_once(options))
    held = quarantine or Quarantine(None, clock)
    with stations(options, env, clock, overload, host or Host()) as looking:
        return _serve(options, clock, stop, on_ready, held, looking, overload)


def _serve(
    options: ServiceOptions,
    clock: Clock,
    stop: threading.Event,
    on_ready: Callable[[Ready], None],
    quarantine: Quarantine,
    looking: tuple[Station, ...],
    overload: Overload,
) -> QueueStats:
    metrics = new_metrics(options, clock)
    alerts = AlertService(
        _alert_options(options),
        directory_of(options),
        clock,
        on_notice=lambda notice: metrics.told(notice.kind),
        channels=channels_of(options),
    )
    overload.on_change = partial(_say_overload, metrics, alerts)
    with served(metrics, alerts, options, clock) as address:
        for case in retire_unwatched(alerts.store, alerts.intake, options, clock):
            _log.info("case_retired", case=case.case_id)
        broker = alerts.start()
        turns = Turns(cores(), overload, clock)
        clips = ClipWriter(alerts.intake, options.evidence, clock)
        shared = Shared(alerts.intake, looking, turns, metrics, clock, quarantine, clips)
        station_of = dealt((camera.id for camera in options.cameras), looking)
        cameras = [
            CameraThread(camera, shared, station_of[camera.id], number)
            for number, camera in enumerate(options.cameras)
        ]
        watched = sum(quarantine.held(camera.id) is None for camera in options.cameras)
        on_ready(Ready(broker, options.mqtt.embedded, watched, options.models.use, address))
        clips.start()
        _watch(cameras, looking, clock, stop)
        clips.close(CLIPS_STOP_S)
    return alerts.stop(DRAIN_S)


def _watch(
    cameras: Sequence[CameraThread],
    looking: Sequence[Station],
    clock: Clock,
    stop: threading.Event,
) -> None:
    """Until ``stop``, and then no longer than ``CAMERAS_STOP_S`` and ``LOOKERS_STOP_S``."""
    for station in looking:
        station.lookers.start()
    for camera in cameras:
        camera.start()
    for seconds in count(1):
        if clock.wait(stop, 1.0):
            break
        for camera in cameras:
            camera.check()
            if seconds % TICK_S == 0:
                camera.tick()
    for camera in cameras:
        camera.close()
    until_ns = clock.monotonic_ns() + round(CAMERAS_STOP_S * 1e9)
    for camera in cameras:
        camera.finish(max(0.0, (until_ns - clock.monotonic_ns()) / 1e9))
    for station in looking:
        station.lookers.close(LOOKERS_STOP_S)


def _alert_options(options: ServiceOptions) -> AlertOptions:
    mqtt = options.mqtt
    return AlertOptions(
        store_url=options.store_url.reveal(),
        evidence_dir=options.data_dir / "evidence",
        version=VERSION,
        mqtt=None if mqtt.embedded else broker_of(mqtt),
        base=mqtt.base,
        embedded_port=mqtt.port,
        policy=CasePolicy(
            verify_after_ns=options.cases.verify_after_ns,
            verify_within_ns=options.cases.verify_within_ns,
        ),
        pushing=push_plan(options),
        patience=patience_of(options),
        push_picture_bytes=options.push.picture_bytes,
        budgets=options.retention.budgets,
        discovery=_discovery(options),
    )


def _discovery(options: ServiceOptions) -> Discovery | None:
    prefix = options.mqtt.discovery_prefix
    return None if prefix is None else Discovery(VERSION, prefix, options.push.language)


def _say_overload(
    metrics: Metrics, alerts: AlertService, before: Fraction, factor: Fraction
) -> None:
    """Every step is a figure; only that it begins and that it is over are worth a line."""
    metrics.overload(float(factor))
    alerts.overloaded(float(factor))
    if before == 1:
        _log.warning("overload", looks="further apart than configured")
    elif factor == 1:
        _log.info("overload_over")
