"""What a scrape gives, read back with the client library's own parser."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

Samples = dict[tuple[str, tuple[str, ...]], float]


def text_of(*collectors: Collector) -> str:
    """What Prometheus would read."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry).decode()


def samples_of(*collectors: Collector) -> Samples:
    """Values by name and values of labels, these in the order of the labels' names."""
    return parsed(text_of(*collectors))


def parsed(text: str) -> Samples:
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def named(samples: Iterable[tuple[str, tuple[str, ...]]], name: str) -> list[tuple[str, ...]]:
    """The labels of all samples of that name."""
    return [labels for found, labels in samples if found == name]
