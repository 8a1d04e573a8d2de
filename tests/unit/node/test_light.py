"""The supervisor runs as long as the service and is forked: it must be small, with one thread."""

from __future__ import annotations

import subprocess
import sys


def test_the_supervisor_loads_nothing_heavy_and_starts_no_thread() -> None:
    code = (
        "import sys, threading, kerbwatch.cli.run\n"
        "import kerbwatch.clock, kerbwatch.node.forks, kerbwatch.node.supervisor\n"
        "heavy = {'openvino', 'onnxruntime', 'cv2', 'av', 'sqlalchemy', 'numpy', 'pydantic',\n"
        "         'shapely', 'paho', 'amqtt', 'structlog', 'ctypes', 'asyncio'}\n"
        "print(sorted(heavy & sys.modules.keys()), threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] 1"
