"""Ultralytics and torch, made ready before they are first imported."""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path

from detector.engines.errors import ModelError

_QUIET = {
    "YOLO_OFFLINE": "true",  # no usage reports and no look for newer versions
    "YOLO_AUTOINSTALL": "false",  # it installs no packages
    "YOLO_VERBOSE": "false",
    "ULTRALYTICS_SAFE_LOAD": "true",  # a .pt may hold weights, but no code of its own
}
"""What ultralytics is told, unless the environment says otherwise."""


def prepare(where: Path) -> None:
    """Settle how ultralytics behaves, and that it can be imported.

    ``where`` is the file that needs it. Raises ``ModelError`` where it is not installed.
    """
    missing = [
        name
        for name in ("ultralytics", "torch", "torchvision")
        if not importlib.util.find_spec(name)
    ]
    if missing:
        raise ModelError(
            "ultralytics is needed for this",
            where=where,
            got=f"no {', '.join(missing)}",
            expected="the extra ultralytics of Kerbwatch",
            remedy="make ultralytics, or pip install 'kerbwatch[ultralytics]'",
        )
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    _settle_torchvision()


def _settle_torchvision() -> None:
    """Stand in for a torchvision that was built for another torch than the one installed.

    It is what comes of a CPU build of torch and the package index's torchvision. Of all of it,
    detection uses one function, and ultralytics has its own version of that.
    """
    if "torchvision" in sys.modules:
        return
    try:
        import torchvision  # noqa: F401, PLC0415
    except (RuntimeError, ImportError, OSError):
        from ultralytics.utils.nms import TorchNMS  # noqa: PLC0415

        stand_in = types.ModuleType("torchvision", "Non-maximum suppression, and nothing else.")
        stand_in.ops = types.SimpleNamespace(nms=TorchNMS.nms)  # type: ignore[attr-defined]
        stand_in.__spec__ = ModuleSpec("torchvision", None)
        sys.modules["torchvision"] = stand_in
