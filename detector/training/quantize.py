"""Models in eight bits: faster on CPUs, a little less exact."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openvino as ov

from detector.cards import ModelCard
from detector.engines.artefact import check_file, unreadable
from detector.engines.errors import ModelError
from detector.engines.letterbox import place, to_tensor
from detector.frame import Image


def quantize(card: ModelCard, path: Path, pictures: Sequence[Image], to: Path) -> None:
    """Write the model as int8 OpenVINO IR: ``to`` (.xml), with its weights (.bin) beside it.

    ``pictures`` are what it will see; NNCF measures the ranges of values on them. What comes
    after the last convolutions stays as it is: scores of 0-1 and boxes of hundreds of pixels
    do not fit one scale of 256 steps. Raises ``ModelError``.
    """
    check_file(card, path)
    _prepare(path)
    import nncf  # noqa: PLC0415

    nncf.set_log_level(logging.ERROR)
    try:
        model = ov.Core().read_model(path)
    except RuntimeError as error:
        raise unreadable(card, path, error) from error
    if model.is_dynamic():
        model.reshape([1, 3, *card.input_hw])
    tensors = [to_tensor(place(picture, card)[0], card) for picture in pictures]
    with contextlib.redirect_stdout(sys.stderr):  # its progress is no result
        smaller = nncf.quantize(
            model,
            nncf.Dataset(tensors),
            subset_size=len(tensors),
            preset=nncf.QuantizationPreset.MIXED,
            ignored_scope=nncf.IgnoredScope(names=_after_convolutions(model), validate=False),
        )
    ov.save_model(smaller, to)


def _after_convolutions(model: Any) -> list[str]:
    """Names of the operations between the last convolutions and the outputs."""
    found: set[str] = set()
    waiting = [port.get_node() for port in model.outputs]
    while waiting:
        node = waiting.pop()
        name = node.get_friendly_name()
        if name in found or node.get_type_name() in {"Convolution", "GroupConvolution"}:
            continue
        found.add(name)
        waiting += [port.get_source_output().get_node() for port in node.inputs()]
    return sorted(found)


def _prepare(where: Path) -> None:
    os.environ.setdefault("NNCF_CI", "1")  # it reports nothing to anybody
    if not importlib.util.find_spec("nncf"):
        raise ModelError(
            "NNCF is needed for this",
            where=where,
            got="no nncf",
            expected="the extra quantize of Kerbwatch",
            remedy="make ultralytics, or pip install 'kerbwatch[quantize]'",
        )
