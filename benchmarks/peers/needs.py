"""What a peer needs, and whether it is there."""

from __future__ import annotations

import importlib.util
import sys
import types
from importlib.machinery import ModuleSpec


def absent(*modules: str) -> str:
    """The names of those that are not installed, with commas; empty where all are."""
    return ", ".join(name for name in modules if not importlib.util.find_spec(name))


def settle_torchvision() -> None:
    """Stand in for a torchvision built for another torch: its suppression is all that is used."""
    try:
        import torchvision  # noqa: F401
    except (RuntimeError, ImportError, OSError):
        from ultralytics.utils.nms import TorchNMS

        stand_in = types.ModuleType("torchvision")
        stand_in.ops = types.SimpleNamespace(nms=TorchNMS.nms)  # type: ignore[attr-defined]
        stand_in.__spec__ = ModuleSpec("torchvision", None)
        sys.modules["torchvision"] = stand_in
