"""Seeded reports that must open nothing, and the places that they are about."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np

from alerts.place import FencePlace
from alerts.report_orders import MAX_PICTURE_CHARACTERS, MAX_REPORT_BYTES
from fences.clock import SECOND_NS
from tests.alerts_kit import DIRECTORY, LANE

SCENARIO = "blocked_fire_lane"
TAKEN, FREE = "yard", "field"
_CLEAR = {SCENARIO: 30 * SECOND_NS}
_MORE = {
    ("gate-3", fence_id): FencePlace(
        "gate-3", "闻韶社区3号门", fence_id, fence_id, ("wenshao",), LANE, clear_after_ns=_CLEAR
    )
    for fence_id in (TAKEN, FREE)
}
PLACES = replace(DIRECTORY, fences=MappingProxyType({**DIRECTORY.fences, **_MORE}))
"""With a fence for the one report that is done, and one in which no case must ever be opened."""


def jpeg(side: int = 40) -> bytes:
    """A picture, the same every time."""
    image = np.random.default_rng(5).integers(0, 255, (side, side, 3)).astype(np.uint8)
    _, data = cv2.imencode(".jpg", image)
    return data.tobytes()


def report_body(fence_id: str, request_id: str, **more: Any) -> dict[str, Any]:
    """One that would be done, from ``wenshao``."""
    place = {"camera": "gate-3", "fence": fence_id, "scenario": SCENARIO}
    picture = b64encode(jpeg()).decode()
    return place | {"request_id": request_id, "words": "有垃圾", "picture": picture} | more


def _bomb() -> bytes:
    """Said to have four thousand million pixels."""
    data = jpeg()
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]


class BadReports:
    """Bodies of them, by what is wrong. ``one`` chooses."""

    def __init__(self, one: Callable[[tuple[Any, ...]], Any]) -> None:
        self._one = one

    def malformed(self, request_id: str) -> bytes:
        pictures: tuple[Any, ...] = (
            b64encode(_bomb()).decode(),
            b64encode(jpeg() + b"\xff\xda" * 99).decode(),
            b64encode(jpeg()[:300]).decode(),
            b64encode(b"\x89PNG\r\n\x1a\n" * 9).decode(),
            b64encode(jpeg()).decode()[:-3],
            "A" * (MAX_PICTURE_CHARACTERS + 4),
            "gate-3/2026-09-21/other.jpg",
            "无",
            ["A"],
        )
        wrong: tuple[dict[str, Any], ...] = (
            {"picture": self._one(pictures)},
            {"picture": self._one(pictures)},
            {self._one(("camera", "fence", "scenario")): self._one((None, "a/b", 5, ""))},
            {"version": 1},
            {"words": "x" * 1001},
            {"words": " "},
            {"schema": "kerbwatch.command/1"},
        )
        return json.dumps(report_body(FREE, request_id) | self._one(wrong)).encode()

    def oversized(self, request_id: str, more: int) -> bytes:
        return json.dumps(
            report_body(FREE, request_id, words="x" * (MAX_REPORT_BYTES + more))
        ).encode()

    def unauthorised(self, request_id: str) -> tuple[str, bytes]:
        """Who sends it, and what."""
        who, more = self._one(
            (
                ("other-estate", {}),
                ("nobody", {}),
                ("camera", {}),
                ("wenshao", {"by": "duty-east"}),
                ("wenshao", {"camera": "gate-4"}),
                ("wenshao", {"scenario": "dogs"}),
                ("duty-east", {"fence": "lane"}),
            )
        )
        return who, json.dumps(report_body(FREE, request_id) | more).encode()
