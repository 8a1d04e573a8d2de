"""Every metric that there is. Names carry the unit; ``docs/METRICS.md`` tells what to do with them.

The ``process_`` metrics are the client library's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LATE_S = 0.5
"""A look is late if it comes more than so many seconds after its interval was over."""

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the node's histograms, in seconds; the last bucket is without a bound."""


class Kind(StrEnum):
    """What Prometheus calls the type of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    SUMMARY = "summary"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Declared:
    """A metric: ``name`` as it is scraped, with ``_total`` where it is a counter."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    help: str


_CAMERA = ("camera",)

FRAME_AGE = Declared(
    "kerbwatch_frame_age_seconds", Kind.GAUGE, _CAMERA,
    "Seconds since the last new frame was decoded; without one yet, since watching began.",
)  # fmt: skip
CAMERA_UP = Declared(
    "kerbwatch_camera_up", Kind.GAUGE, _CAMERA,
    "1 while the camera is online and its picture can be used, else 0.",
)  # fmt: skip
CAMERA_STATE = Declared(
    "kerbwatch_camera_state", Kind.GAUGE, ("camera", "state"),
    "1 for the state that the camera is in; the others are left out.",
)  # fmt: skip
RESTARTS = Declared(
    "kerbwatch_restarts_total", Kind.COUNTER, ("camera", "reason"),
    "How often the stream broke and was begun anew, by what broke it.",
)  # fmt: skip
LOOKS = Declared(
    "kerbwatch_looks_total", Kind.COUNTER, _CAMERA,
    "Looks at the camera's fences.",
)  # fmt: skip
LOOKS_LATE = Declared(
    "kerbwatch_looks_late_total", Kind.COUNTER, _CAMERA,
    f"Looks that came more than {LATE_S:g} s after their interval was over.",
)  # fmt: skip
INTERVAL = Declared(
    "kerbwatch_look_interval_seconds", Kind.GAUGE, _CAMERA,
    "Time between the last two looks.",
)  # fmt: skip
INTERVAL_WANTED = Declared(
    "kerbwatch_look_interval_wanted_seconds", Kind.GAUGE, _CAMERA,
    "Time that there should be between two looks.",
)  # fmt: skip
DROPPED = Declared(
    "kerbwatch_frames_dropped_total", Kind.COUNTER, _CAMERA,
    "Decoded frames that a newer one replaced before anybody looked.",
)  # fmt: skip
DECODE = Declared(
    "kerbwatch_decode_seconds", Kind.SUMMARY, _CAMERA,
    "Time to decode a frame.",
)  # fmt: skip
LOOK = Declared(
    "kerbwatch_look_seconds", Kind.SUMMARY, _CAMERA,
    "Time of a whole look: conversion, inference, obstruction and fences.",
)  # fmt: skip
INFERENCE = Declared(
    "kerbwatch_inference_seconds", Kind.SUMMARY, _CAMERA,
    "Time of an inference, waiting for the engine included.",
)  # fmt: skip
INFERENCES = Declared(
    "kerbwatch_inferences_total", Kind.COUNTER, _CAMERA,
    "Inferences.",
)  # fmt: skip
SKIPPED = Declared(
    "kerbwatch_inferences_skipped_total", Kind.COUNTER, _CAMERA,
    "Inferences that were not needed, for nothing had changed in the fences.",
)  # fmt: skip
EVIDENCE_UP = Declared(
    "kerbwatch_evidence_source_up", Kind.GAUGE, _CAMERA,
    "1 while the camera's stream for evidence can be used, else 0; left out without one.",
)  # fmt: skip
EVIDENCE_PICTURES = Declared(
    "kerbwatch_evidence_pictures_total", Kind.COUNTER, ("camera", "stream"),
    "Pictures for cases by the stream that they are of: evidence, or watched in its stead.",
)  # fmt: skip
PER_CAMERA = (
    FRAME_AGE, CAMERA_UP, CAMERA_STATE, RESTARTS, LOOKS, LOOKS_LATE, INTERVAL, INTERVAL_WANTED,
    DROPPED, DECODE, LOOK, INFERENCE, INFERENCES, SKIPPED,
    EVIDENCE_UP, EVIDENCE_PICTURES,
)  # fmt: skip

NODE_DECODE = Declared(
    "kerbwatch_node_decode_seconds", Kind.HISTOGRAM, (),
    "Time to decode a frame, over all cameras.",
)  # fmt: skip
NODE_LOOK = Declared(
    "kerbwatch_node_look_seconds", Kind.HISTOGRAM, (),
    "Time of a whole look, over all cameras.",
)  # fmt: skip
NODE_INFERENCE = Declared(
    "kerbwatch_node_inference_seconds", Kind.HISTOGRAM, (),
    "Time of an inference, over all cameras.",
)  # fmt: skip
WAITING = Declared(
    "kerbwatch_looks_waiting", Kind.GAUGE, (),
    "Looks that are due and wait for somebody to make them.",
)  # fmt: skip
OVERLOAD = Declared(
    "kerbwatch_overload_factor", Kind.GAUGE, (),
    "By how much intervals are stretched because the machine is too slow; 1: not at all.",
)  # fmt: skip
EVENTS = Declared(
    "kerbwatch_events_total", Kind.COUNTER, ("kind",),
    "What people were told of cases: new, update, end.",
)  # fmt: skip
BUILD = Declared(
    "kerbwatch_build_info", Kind.GAUGE, ("version",),
    "1, with the version of the program.",
)  # fmt: skip
PER_NODE = (NODE_DECODE, NODE_LOOK, NODE_INFERENCE, WAITING, OVERLOAD, EVENTS, BUILD)

STORE_UP = Declared(
    "kerbwatch_store_up", Kind.GAUGE, (),
    "1 while the database of cases answers, else 0.",
)  # fmt: skip
BROKER_UP = Declared(
    "kerbwatch_broker_up", Kind.GAUGE, (),
    "1 while there is a connection to the MQTT broker, else 0.",
)  # fmt: skip
OUTBOX_DEPTH = Declared(
    "kerbwatch_outbox_depth", Kind.GAUGE, (),
    "Messages that the MQTT broker has not acknowledged yet.",
)  # fmt: skip
OUTBOX_OLDEST = Declared(
    "kerbwatch_outbox_oldest_seconds", Kind.GAUGE, (),
    "How long the oldest of these messages has waited.",
)  # fmt: skip
CASES_OPEN = Declared(
    "kerbwatch_cases_open", Kind.GAUGE, ("scenario",),
    "Cases that somebody must still act on.",
)  # fmt: skip
PUSH_WAITING = Declared(
    "kerbwatch_push_waiting", Kind.GAUGE, (),
    "Pushes beside MQTT that no channel of their recipient has taken yet.",
)  # fmt: skip
PUSH_OLDEST = Declared(
    "kerbwatch_push_oldest_seconds", Kind.GAUGE, (),
    "How long the oldest of these pushes has waited.",
)  # fmt: skip
PUSH_DEAD = Declared(
    "kerbwatch_push_dead", Kind.GAUGE, (),
    "Pushes in the store that were given up, for all channels have failed for too long.",
)  # fmt: skip
DISK_FULL = Declared(
    "kerbwatch_evidence_disk_full", Kind.GAUGE, (),
    "1: the disk is too full for evidence, and nothing is left that may be removed.",
)  # fmt: skip
OF_ALERTS = (
    STORE_UP,
    BROKER_UP,
    OUTBOX_DEPTH,
    OUTBOX_OLDEST,
    CASES_OPEN,
    PUSH_WAITING,
    PUSH_OLDEST,
    PUSH_DEAD,
    DISK_FULL,
)

ALL = (*PER_CAMERA, *PER_NODE, *OF_ALERTS)
"""All of ours, in the order in which they are told."""
