"""The demo: a rendered street played as a camera, the real service, a phone beside it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alerts.inbox import Push
from alerts.mqtt.subscriber import InboxListener
from alerts.topics import Topics
from fences.clock import SECOND_NS, Clock
from kerbwatch.config.load import load_options
from kerbwatch.options import EMBEDDED_HOST, EMBEDDED_PORT, ServiceOptions
from kerbwatch.wire.service import Ready, serve
from replay.scenes.demo import demo_scene
from replay.scenes.truth import TruthFence, clip_truth
from replay.scenes.write import write_clip

_NAMES = {
    "fire-lane": "消防通道",
    "no-vending": "禁止摆摊区",
    "no-dumping": "禁止倾倒区",
}
_RECIPIENTS = {"fire-lane": "property", "no-vending": "duty", "no-dumping": "duty"}


@dataclass(frozen=True, slots=True)
class Told:
    """A message as it reached a phone."""

    recipient: str
    push: Push


@dataclass
class Summary:
    """What the phones were told, by scenario: how often of a beginning and of an end."""

    scenarios: tuple[str, ...]
    opened: dict[str, int] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)
    first_case_s: float | None = None
    undelivered: int = 0

    @property
    def ok(self) -> bool:
        """Every scenario opened, delivered through the broker, and cleared."""
        return all(self.opened.get(it, 0) and self.cleared.get(it, 0) for it in self.scenarios)

    def note(self, push: Push, elapsed_s: float) -> None:
        """Count a message."""
        kinds = {"new": self.opened, "end": self.cleared}
        counts = kinds.get(push.body["kind"])
        if counts is not None:
            scenario = push.body["scenario"]["id"]
            counts[scenario] = counts.get(scenario, 0) + 1
        if self.first_case_s is None:
            self.first_case_s = round(elapsed_s, 1)

    def as_object(self) -> dict[str, Any]:
        """The JSON of the last line."""
        return {
            "ok": self.ok,
            "scenarios": {
                it: {"opened": self.opened.get(it, 0), "cleared": self.cleared.get(it, 0)}
                for it in self.scenarios
            },
            "first_case_s": self.first_case_s,
            "undelivered": self.undelivered,
        }


def prepare(folder: Path, on_progress: Callable[[int, int], None]) -> Path:
    """Render the clip, unless it is there, and write the configuration; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    spec = demo_scene()
    clip = folder / "street.mp4"
    if not clip.is_file():
        part = folder / "street.part.mp4"
        write_clip(spec, part, progress=on_progress)
        part.replace(clip)
    config = folder / "streams.yaml"
    fences = clip_truth(spec).fences
    config.write_text(_configuration(fences, _usual_port()), encoding="utf-8")
    return config


def _usual_port() -> int:
    """The port that ``kerbwatch inbox`` tries, or 0, for any, where something else has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((EMBEDDED_HOST, EMBEDDED_PORT))
        except OSError:
            return 0
    return EMBEDDED_PORT


def show(
    config: Path,
    env: Mapping[str, str],
    clock: Clock,
    stop: threading.Event,
    seconds: float,
    on_told: Callable[[Told], None],
) -> Summary:
    """Run the service for ``seconds`` (0: until ``stop``), with a phone for each recipient.

    Raises what ``serve`` raises.
    """
    options = load_options(config, env=env)
    summary = Summary(tuple(_scenarios(options)))
    lock = threading.Lock()
    begun_ns = clock.monotonic_ns()

    listeners: list[InboxListener] = []

    def listen(listener: InboxListener, recipient: str) -> None:
        for told in listener:
            if isinstance(told, Push):
                with lock:
                    summary.note(told, (clock.monotonic_ns() - begun_ns) / SECOND_NS)
                    on_told(Told(recipient, told))

    def on_ready(ready: Ready) -> None:
        topics = Topics(ready.broker.base, options.site.id)
        for one in options.recipients:
            listener = InboxListener(ready.broker, topics, one.id, clock)
            listeners.append(listener)
            listener.start()
            threading.Thread(target=listen, args=(listener, one.id), daemon=True).start()
        if seconds > 0:
            threading.Thread(target=_stop_after, args=(clock, stop, seconds), daemon=True).start()

    summary.undelivered = serve(options, env, clock, stop, on_ready).depth
    for listener in listeners:
        listener.stop()
    return summary


def _stop_after(clock: Clock, stop: threading.Event, seconds: float) -> None:
    clock.wait(stop, seconds)
    stop.set()


def _scenarios(options: ServiceOptions) -> list[str]:
    return [
        rule.scenario.id
        for camera in options.cameras
        for held in camera.fences
        for rule in held.fence.rules
    ]


def _configuration(fences: tuple[TruthFence, ...], port: int) -> str:
    lines = [
        "# Written by the demo; a configuration like any other: kerbwatch run streams.yaml",
        "site: {id: demo, name: 示范街道, timezone: Asia/Shanghai}",
        f"mqtt: {{embedded_port: {port}}}",
        "store: {url: sqlite:///kerbwatch.db}",
        "data_dir: .",
        "recipients:",
        "  - {id: duty, name: 东片区值班, role: officer}",
        "  - {id: property, name: 街区物业, role: property}",
        "cameras:",
        "  - id: street",
        "    name: 示范街道1号杆",
        "    url: street.mp4",
        "    every_s: 0.4",
        "    fences:",
    ]
    for fence in fences:
        lines += [
            f"      - id: {fence.fence_id}",
            f"        name: {_NAMES[fence.fence_id]}",
            f"        polygon: {json.dumps(fence.polygon)}",
            f"        notify: [{_RECIPIENTS[fence.fence_id]}]",
            "        scenarios:",
            f"          {fence.scenario}: {{dwell_s: 5, clear_after_s: 3}}",
        ]
    return "\n".join(lines) + "\n"
