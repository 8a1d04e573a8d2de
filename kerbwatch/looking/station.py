"""Where cameras are looked at: in this process, or in one beside it for each core.

Python lets one thread of a process compute at a time. The readers of 80 cameras take that lock
2,000 times a second, and a look gives it up some 200 times and has to win it back: looks of 30 ms
of work took 140. In a process of their own they take what they need.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from detector.engines.protocol import Engine
from detector.lookers import Lookers
from detector.overload import Overload
from fences.clock import Clock
from kerbwatch.cores import cores
from kerbwatch.looking.eyes import CameraEyes, OwnEyes, Watched
from kerbwatch.looking.lent import CAN_LEND, LentEyes, LookingProcess
from kerbwatch.looking.words import Begin
from kerbwatch.options import ServiceOptions
from kerbwatch.wire.backgrounds import BackgroundFolder
from kerbwatch.wire.counted import TimedEngine
from kerbwatch.wire.models import check_models, open_engines

FEW_CAMERAS = 8
"""As many are looked at by the service itself: another process would only take memory."""

_ASKING = 3
"""Threads that ask one process: while it looks for one, the others see to what was seen."""

OnInferred = Callable[[float], None]
OpenEyes = Callable[[Watched, OnInferred], CameraEyes]


@dataclass(frozen=True, slots=True)
class Host:
    """The process that a service runs in, for those that it starts.

    ``crash_report``: the file that ``faulthandler`` writes to. ``on_death``: told the exit status
    of a process that has ended by itself; without it nobody can look any more.
    """

    crash_report: Path | None = None
    logs_as_json: bool = False
    on_death: Callable[[int], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Station:
    """Threads that look, and what gives them eyes."""

    lookers: Lookers
    open_eyes: OpenEyes


def looking_processes(options: ServiceOptions) -> int:
    """How many processes look beside the service; 0: it does so itself."""
    if not CAN_LEND:
        return 0
    if options.look_processes is not None:
        return options.look_processes
    return 0 if len(options.cameras) <= FEW_CAMERAS else cores()


def looks_at_once(options: ServiceOptions) -> int:
    """How many looks can go on side by side."""
    return looking_processes(options) or cores()


def dealt(camera_ids: Iterable[str], looking: Sequence[Station]) -> dict[str, Station]:
    """Who looks at which camera: as many each, and what is alike in the list is parted.

    Every second camera of a list may be an entrance: taken in turns, all of them would wait for
    the same process.
    """
    shuffled = sorted(camera_ids, key=lambda camera_id: zlib.crc32(camera_id.encode()))
    return {name: looking[number % len(looking)] for number, name in enumerate(shuffled)}


@contextmanager
def stations(
    options: ServiceOptions,
    env: Mapping[str, str],
    clock: Clock,
    overload: Overload,
    host: Host,
) -> Iterator[tuple[Station, ...]]:
    """Load the models and give where looks are made, for as long as the block lasts.

    Raises ``ModelError`` and ``ConfigError`` (cards).
    """
    folder = options.data_dir / "backgrounds"
    many = looking_processes(options)
    if not many:
        engines = open_engines(options.models, env)
        open_eyes = partial(_own_eyes, engines, BackgroundFolder(folder), clock)
        yield (Station(Lookers(cores(), clock, overload), open_eyes),)
        return
    check_models(options.models, env)
    begin = Begin(options.models, dict(env), folder, host.crash_report, host.logs_as_json)
    with ExitStack() as open_processes:
        processes = [LookingProcess(begin, host.on_death) for _ in range(many)]
        for process in processes:
            open_processes.callback(process.close)
        for process in processes:
            process.wait_ready()
        yield tuple(
            Station(Lookers(_ASKING, clock, overload), partial(LentEyes, process))
            for process in processes
        )


def _own_eyes(
    engines: Sequence[Engine],
    backgrounds: BackgroundFolder,
    clock: Clock,
    watched: Watched,
    on_inferred: OnInferred,
) -> CameraEyes:
    timed = [TimedEngine(engine, on_inferred, clock) for engine in engines]
    return OwnEyes(watched, timed, backgrounds)
