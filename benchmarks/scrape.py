"""The figures that a running service gives on its Prometheus endpoint."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

LOOKS = "kerbwatch_looks_total"
LATE = "kerbwatch_looks_late_total"
WANTED = "kerbwatch_look_interval_wanted_seconds"
OVERLOAD = "kerbwatch_overload_factor"
AGE = "kerbwatch_frame_age_seconds"
INFERENCES = "kerbwatch_inferences_total"
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Scrape:
    """One reading: values by metric name, then by camera id (``""`` for the whole service)."""

    values: Mapping[str, Mapping[str, float]]

    def by_camera(self, name: str) -> Mapping[str, float]:
        return self.values.get(name, {})

    def intervals_s(self, slowest_s: float) -> dict[str, float]:
        """By camera, how often it should be looked at now, were the machine fast enough.

        A service that stretches its intervals when it cannot keep up does not get away with it.
        """
        stretched = max(1.0, self.total(OVERLOAD))
        wanted = self.by_camera(WANTED)
        return {
            name: min(wanted.get(name, slowest_s) / stretched, slowest_s)
            for name in self.by_camera(LOOKS)
        }

    def total(self, name: str) -> float:
        """The sum over all cameras and labels."""
        return sum(self.by_camera(name).values())


def scrape(port: int) -> Scrape:
    """Read the endpoint on loopback. Raises ``OSError`` where there is none."""
    url = f"http://127.0.0.1:{port}/metrics"
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
        return parse(answer.read().decode())


def parse(text: str) -> Scrape:
    """Prometheus' text format; series of one camera are summed."""
    values: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            held = values.setdefault(sample.name, {})
            camera = sample.labels.get("camera", "")
            held[camera] = held.get(camera, 0.0) + sample.value
    return Scrape(values)
