"""The machine that figures are measured on: what it is, not whose."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
_LIBRARIES = ("openvino", "av", "numpy", "opencv-python-headless", "ultralytics", "supervision")


def describe_machine() -> dict[str, Any]:
    """Processor, memory and versions; no names of hosts, users or folders.

    ``busy_before``: the load of the last minute, to tell a quiet machine from a busy one.
    """
    facts = _cpu_facts(_read("/proc/cpuinfo"))
    return {
        "processor": facts.get("model name", platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "features": [name for name in _FEATURES if name in facts.get("flags", "").split()],
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "libraries": {name: held for name in _LIBRARIES if (held := _version(name))},
        "busy_before": round(os.getloadavg()[0], 2),
    }


def _cpu_facts(text: str) -> dict[str, str]:
    first = text.split("\n\n", maxsplit=1)[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _read(path: str) -> str:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
