"""From figures to what the client library writes."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)

from fences.clock import SECOND_NS
from kerbwatch.metrics import declared as d
from kerbwatch.metrics.book import ONLINE, CameraFigures, Metrics, NodeFigures, Spread, Timing
from kerbwatch.metrics.declared import Declared

Value = float | Timing | Spread
_KINDS = ("new", "update", "end")


class Families:
    """Metrics as they are collected: a family each, in the order of their declaration."""

    def __init__(self, declared: tuple[Declared, ...]) -> None:
        self._families = {it.name: _family(it) for it in declared}

    def add(self, declared: Declared, value: Value, *labels: str) -> None:
        """A sample; ``labels`` in the order of the declaration."""
        family = self._families[declared.name]
        match family, value:
            case SummaryMetricFamily(), Timing():
                family.add_metric(labels, value.count, value.total_s)
            case HistogramMetricFamily(), Spread():
                family.add_metric(labels, _cumulated(value), value.total_s)
            case ((CounterMetricFamily() | GaugeMetricFamily()), (int() | float())):
                family.add_metric(labels, value)
            case _:
                raise TypeError(f"{declared.name} is a {declared.kind}, got {value!r}")

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._families.values())


class BookCollector:
    """What :class:`Metrics` has counted, for a registry."""

    def __init__(self, metrics: Metrics, version: str) -> None:
        self._metrics = metrics
        self._version = version

    def collect(self) -> Iterator[Metric]:
        """Everything at one moment."""
        families = Families((*d.PER_CAMERA, *d.PER_NODE))
        with self._metrics.reading() as (now_ns, cameras, node):
            for camera_id, camera in cameras.items():
                _add_camera(families, camera_id, camera, now_ns)
            _add_node(families, node)
        families.add(d.BUILD, 1, self._version)
        return iter(families)


def _add_camera(families: Families, camera_id: str, camera: CameraFigures, now_ns: int) -> None:
    values: tuple[tuple[Declared, Value], ...] = (
        (d.FRAME_AGE, (now_ns - camera.new_ns) / SECOND_NS),
        (d.CAMERA_UP, float(camera.state == ONLINE)),
        (d.LOOKS, camera.looks),
        (d.LOOKS_LATE, camera.late),
        (d.INTERVAL_WANTED, camera.wanted_s),
        (d.DROPPED, camera.dropped),
        (d.DECODE, camera.decode),
        (d.LOOK, camera.look),
        (d.INFERENCE, camera.inference),
        (d.INFERENCES, camera.inference.count),
        (d.SKIPPED, camera.skipped),
    )
    for declared, value in values:
        families.add(declared, value, camera_id)
    if camera.reached_s is not None:
        families.add(d.INTERVAL, camera.reached_s, camera_id)
    families.add(d.CAMERA_STATE, 1, camera_id, camera.state)
    for reason, count in camera.restarts.items():
        families.add(d.RESTARTS, count, camera_id, reason)
    if camera.evidence_up is not None:
        families.add(d.EVIDENCE_UP, float(camera.evidence_up), camera_id)
    for stream, count in camera.evidence_pictures.items():
        families.add(d.EVIDENCE_PICTURES, count, camera_id, stream)


def _add_node(families: Families, node: NodeFigures) -> None:
    families.add(d.NODE_DECODE, node.decode)
    families.add(d.NODE_LOOK, node.look)
    families.add(d.NODE_INFERENCE, node.inference)
    families.add(d.WAITING, node.waiting)
    families.add(d.OVERLOAD, node.overload)
    for kind in dict.fromkeys((*_KINDS, *node.events)):
        families.add(d.EVENTS, node.events[kind], kind)


def _family(declared: Declared) -> Metric:
    types = {
        d.Kind.COUNTER: CounterMetricFamily,
        d.Kind.GAUGE: GaugeMetricFamily,
        d.Kind.SUMMARY: SummaryMetricFamily,
        d.Kind.HISTOGRAM: HistogramMetricFamily,
    }
    family: Metric = types[declared.kind](declared.name, declared.help, labels=declared.labels)
    return family


def _cumulated(spread: Spread) -> list[tuple[str, float]]:
    """Prometheus counts in each bucket what is in the ones below as well."""
    bounds = (*(repr(bound) for bound in d.BUCKETS_S), "+Inf")
    below, buckets = 0, []
    for bound, count in zip(bounds, spread.counts, strict=True):
        below += count
        buckets.append((bound, float(below)))
    return buckets
