"""The figures of a service: kept from its beginning, served where the configuration says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector

from alerts.service import AlertService
from fences.clock import Clock
from kerbwatch.metrics.alerts import AlertCollector
from kerbwatch.metrics.book import Metrics
from kerbwatch.metrics.endpoint import Endpoint
from kerbwatch.metrics.families import BookCollector
from kerbwatch.options import MetricsOptions, ServiceOptions
from kerbwatch.version import VERSION


def new_metrics(options: ServiceOptions, clock: Clock) -> Metrics:
    """For all cameras of the configuration, with nothing counted yet."""
    return Metrics(clock, {camera.id: camera.every_s for camera in options.cameras})


def registry_of(
    metrics: Metrics, alerts: AlertService, options: ServiceOptions, clock: Clock
) -> CollectorRegistry:
    """Everything that one service tells, in a registry of its own."""
    registry = CollectorRegistry()
    registry.register(BookCollector(metrics, VERSION))
    scenarios = {
        rule.scenario.id: None
        for camera in options.cameras
        for held in camera.fences
        for rule in held.fence.rules
    }
    registry.register(
        AlertCollector(alerts.store, lambda: alerts.mqtt_problem, tuple(scenarios), clock)
    )
    ProcessCollector(registry=registry)
    return registry


@contextmanager
def served(
    metrics: Metrics, alerts: AlertService, options: ServiceOptions, clock: Clock
) -> Iterator[MetricsOptions | None]:
    """Serve them while the block lasts; gives where, with the real port, None if nowhere.

    Raises ``StartError`` if the port cannot be had.
    """
    if options.metrics is None:
        yield None
        return
    endpoint = Endpoint(registry_of(metrics, alerts, options, clock), options.metrics)
    try:
        yield MetricsOptions(endpoint.host, endpoint.port)
    finally:
        endpoint.close()
