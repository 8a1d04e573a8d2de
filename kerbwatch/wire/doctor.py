"""Examinations of a machine: each tries one part for real and says what it found."""

from __future__ import annotations

import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import av
import cv2

from alerts.errors import AlertsError
from alerts.mqtt.broker import EmbeddedBroker
from alerts.picture import can_draw_chinese
from alerts.store.sql import SqlStore
from detector.engines.select import installed_engines
from fences.clock import Clock
from kerbwatch.clock import SystemClock
from kerbwatch.config.cards import known_cards
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import ConfigError
from kerbwatch.node.book import BadBookError, QuarantineBook, node_folder
from kerbwatch.options import ServiceOptions
from kerbwatch.wire.inventory import inventory
from kerbwatch.wire.streams_seen import evidence_streams

PACKAGES = ("fences", "detector", "alerts", "replay", "kerbwatch")
"""Kerbwatch's own import packages; each must belong to it alone."""

_LOW_DISK_BYTES = 1_000_000_000
_CONNECT_S = 3.0

Grade = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``bad``: Kerbwatch cannot work so. ``note``: it can, with less. ``remedy`` is a key."""

    part: str
    grade: Grade
    detail: str
    remedy: str | None = None

    def as_object(self) -> dict[str, Any]:
        return asdict(self)


def examine(config: Path | None, env: Mapping[str, str]) -> tuple[Finding, ...]:
    """Every examination, with those of a configuration if one is given."""
    findings = [_python(), *_owners(), _engines(), _codecs(), _font()]
    options, problem = _options(config, env)
    if problem is not None:
        findings.append(problem)
    folder = Path.cwd() if options is None else options.data_dir
    models_dir = Path("models") if options is None else options.models.dir
    findings += [*_models(models_dir, env), _broker(options), _store(options), _disk(folder)]
    if options is not None:
        findings.append(_quarantine(options, SystemClock()))
        findings += _evidence_streams(options, SystemClock())
    return tuple(findings)


def _python() -> Finding:
    detail = f"Python {platform.python_version()}, {platform.machine()}, {sys.platform}"
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("python", "good" if good else "note", detail, None if good else "python")


def _owners() -> Iterator[Finding]:
    """Another distribution with one of our package names would silently replace our files."""
    owners = metadata.packages_distributions()
    for package in PACKAGES:
        names = sorted(set(owners.get(package, ())))
        if names == ["kerbwatch"]:
            continue
        yield Finding("owner", "bad", f"{package}: {', '.join(names) or '-'}", "owner")
        return
    yield Finding("owner", "good", f"kerbwatch {metadata.version('kerbwatch')}")


def _engines() -> Finding:
    names = ", ".join(str(kind) for kind in installed_engines())
    return Finding(
        "engines", "good" if names else "note", names or "-", None if names else "engines"
    )


def _codecs() -> Finding:
    missing = [name for name in ("h264", "hevc", "mjpeg", "mpeg4") if not _decodes(name)]
    detail = f"PyAV {av.__version__}" + (f", {', '.join(missing)}: -" if missing else "")
    return Finding("codecs", "bad" if missing else "good", detail, "codecs" if missing else None)


def _decodes(name: str) -> bool:
    try:
        av.codec.Codec(name, "r")
    except (ValueError, av.FFmpegError):
        return False
    return True


def _font() -> Finding:
    detail = f"OpenCV {cv2.__version__}"
    if can_draw_chinese():
        return Finding("font", "good", detail)
    return Finding("font", "note", detail, "font")


def _options(
    config: Path | None, env: Mapping[str, str]
) -> tuple[ServiceOptions | None, Finding | None]:
    if config is None:
        return None, None
    try:
        options = load_options(config, env=env, known_models=known_cards(env))
    except ConfigError as error:
        return None, Finding("config", "bad", str(error.problems[0].file), "config")
    return options, Finding("config", "good", str(config))


def _models(models_dir: Path, env: Mapping[str, str]) -> Iterator[Finding]:
    try:
        found = inventory(models_dir, env)
    except ConfigError as error:
        yield Finding("models", "bad", str(error), "cards")
        return
    loads = [f"{model.name} ({model.runs_on})" for model in found if model.state == "loads"]
    if loads:
        yield Finding("models", "good", ", ".join(loads))
    else:
        yield Finding("models", "note", "-", "models")
    for model in found:
        if model.state == "broken":
            yield Finding("models", "note", model.problem, "broken")


def _broker(options: ServiceOptions | None) -> Finding:
    if options is None:
        return _embedded(0)
    host, port = options.mqtt.host, options.mqtt.port
    where = f"{host}:{port}"
    if options.mqtt.embedded:
        taken = port != 0 and _unreachable(host, port) is None
        return Finding("broker", "note", where, "taken") if taken else _embedded(port)
    problem = _unreachable(host, port)
    if problem is not None:
        return Finding("broker", "bad", f"{where}: {problem}", "broker")
    return Finding("broker", "good", where)


def _unreachable(host: str, port: int) -> OSError | None:
    try:
        socket.create_connection((host, port), _CONNECT_S).close()
    except OSError as error:
        return error
    return None


def _embedded(port: int) -> Finding:
    def try_embedded() -> str:
        broker = EmbeddedBroker(port=port)
        broker.start()
        broker.stop()
        return f"127.0.0.1:{port}" if port else "127.0.0.1"

    return _tried("broker", "embedded", try_embedded)


def _store(options: ServiceOptions | None) -> Finding:
    def try_store() -> str:
        if options is not None:
            SqlStore(options.store_url.reveal()).close()
            return options.store_url.redacted
        with tempfile.TemporaryDirectory() as folder:
            SqlStore(f"sqlite:///{folder}/doctor.db").close()
        return "SQLite"

    return _tried("store", "store", try_store)


def _tried(part: str, remedy: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(part, "good", attempt())
    except AlertsError as error:
        return Finding(part, "bad", str(error), remedy)


def _quarantine(options: ServiceOptions, clock: Clock) -> Finding:
    try:
        known = QuarantineBook(node_folder(options.data_dir)).read()
    except (OSError, BadBookError) as error:
        return Finding("quarantine", "note", str(error), "book")
    held = [one.camera_id for one in known.values() if one.holds(clock.wall_ns())]
    if held:
        return Finding("quarantine", "note", ", ".join(held), "quarantine")
    return Finding("quarantine", "good", "-")


def _evidence_streams(options: ServiceOptions, clock: Clock) -> Iterator[Finding]:
    """Without one, cases have the watched stream's pictures."""
    for seen in evidence_streams(options, clock):
        if seen.problem:
            detail = f"{seen.camera_id}: {seen.problem}"
            yield Finding("evidence", "note", detail, "evidence_url")
        else:
            yield Finding("evidence", "good", f"{seen.camera_id}: {seen.shows}")


def _disk(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / 1e9:.1f} GB, {there}"
    low = free < _LOW_DISK_BYTES
    return Finding("disk", "note" if low else "good", detail, "disk" if low else None)
