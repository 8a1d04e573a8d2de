"""ONNX files with a known answer, written byte by byte."""

from __future__ import annotations

import numpy as np

_FLOAT = 1


def constant_model(answer: object, input_shape: tuple[int, ...] = (1, 3, 64, 64)) -> bytes:
    """An ONNX ``ModelProto``: one Identity node from a constant to the output."""
    output = np.asarray(answer, dtype=np.float32)
    constant = b"".join(_number(1, side) for side in output.shape)
    constant += _number(2, _FLOAT) + _block(8, "answer") + _block(9, output.tobytes())
    node = _block(1, "answer") + _block(2, "output") + _block(4, "Identity")
    graph = _block(1, node) + _block(2, "tiny") + _block(5, constant)
    graph += _block(11, _port("images", input_shape)) + _block(12, _port("output", output.shape))
    return _number(1, 8) + _block(7, graph) + _block(8, _number(2, 13))


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _port(name: str, shape: tuple[int, ...]) -> bytes:
    sides = b"".join(_block(1, _number(1, side)) for side in shape)
    tensor = _number(1, _FLOAT) + _block(2, sides)
    return _block(1, name) + _block(2, _block(1, tensor))
