"""The real service below the real supervisor, with a camera ``mad`` whose decoder aborts.

``mad_service.py CONFIG reading|looking``; only the source of that one camera is made up.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from detector.frame import Frame, Image
from detector.sources.address import Address
from kerbwatch.clock import SystemClock
from kerbwatch.config.load import load_options
from kerbwatch.node.book import QuarantineBook, node_folder
from kerbwatch.node.forks import Forks
from kerbwatch.node.line import Line
from kerbwatch.node.supervisor import Supervisor
from kerbwatch.wire import camera
from kerbwatch.wire.quarantine import Quarantine
from kerbwatch.wire.service import serve
from kerbwatch.wire.sources import LiveFrames, Reading, live_source

CONFIG, WHERE = Path(sys.argv[1]), sys.argv[2]
CLOCK = SystemClock()


class Mad:
    """Aborts the process, in the thread that reads it or in the one that looks."""

    def __iter__(self) -> Iterator[Frame]:
        if WHERE == "reading":
            os.abort()
        yield Frame(CLOCK.wall_ns(), CLOCK.wall_ns(), self.image)
        threading.Event().wait()

    def image(self) -> Image:
        os.abort()

    def close(self) -> None: ...

    @property
    def hung(self) -> bool:
        return False


def open_source(address: Address, reading: Reading, *, after_ns: int) -> LiveFrames:
    if address.path is not None and address.path.name == "mad.avi":
        return Mad()
    return live_source(address, reading, after_ns=after_ns)


def main(line: Line) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    options = load_options(CONFIG, env={})
    folder = node_folder(options.data_dir)
    line.record_crashes(folder)
    camera.live_source = open_source  # type: ignore[attr-defined]
    quarantine = Quarantine(QuarantineBook(folder), CLOCK)
    serve(options, {}, CLOCK, stop, lambda _: line.ready(), quarantine)
    return 0


def tell(event: str, **fields: object) -> None:
    sys.stdout.write(f"{event} {fields}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with Forks(main) as host:
        sys.exit(abs(Supervisor(host, CLOCK, tell, "test").run()))
