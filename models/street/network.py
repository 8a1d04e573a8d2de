"""The YOLOv5n network (release 6/7), small enough to own: five labels instead of eighty.

The COCO checkpoint is a pickle of classes that this project does not have. It is read with
stand-ins that keep tensors and nothing else, batch normalisation is folded into the convolutions,
and the head's rows are remapped: a label of ours starts as the likeliest COCO class in it.
"""

from __future__ import annotations

import pickle
import types
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from common import LABELS, PERSON, TWO_WHEELER, VEHICLE

STRIDES = (8, 16, 32)
ANCHORS = (
    ((10, 13), (16, 30), (33, 23)),
    ((30, 61), (62, 45), (59, 119)),
    ((116, 90), (156, 198), (373, 326)),
)
BN_EPS = 1e-3
NEW_LABEL_BIAS = -3.0
LIKELIEST = {PERSON: 0, VEHICLE: 2, TWO_WHEELER: 3}  # the COCO class that a label starts as
SAFE_MODULES = ("torch", "collections", "numpy", "builtins", "__builtin__")


class Conv(nn.Module):
    """Convolution with bias (batch normalisation folded in) and SiLU."""

    def __init__(self, c_in: int, c_out: int, k: int = 1, s: int = 1, p: int | None = None):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, k, s, k // 2 if p is None else p)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.conv(x))


class Bottleneck(nn.Module):
    def __init__(self, c: int, shortcut: bool):
        super().__init__()
        self.cv1, self.cv2, self.add = Conv(c, c), Conv(c, c, 3), shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.cv2(self.cv1(x))
        return x + y if self.add else y


class C3(nn.Module):
    def __init__(self, c_in: int, c_out: int, n: int = 1, shortcut: bool = True):
        super().__init__()
        half = c_out // 2
        self.cv1, self.cv2 = Conv(c_in, half), Conv(c_in, half)
        self.cv3 = Conv(2 * half, c_out)
        self.m = nn.Sequential(*(Bottleneck(half, shortcut) for _ in range(n)))

    def forward(self, x: Tensor) -> Tensor:
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))


class SPPF(nn.Module):
    def __init__(self, c: int):
        super().__init__()
        self.cv1, self.cv2 = Conv(c, c // 2), Conv(2 * c, c)
        self.m = nn.MaxPool2d(5, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.cv1(x)
        y = self.m(x)
        z = self.m(y)
        return self.cv2(torch.cat((x, y, z, self.m(z)), 1))


class Detect(nn.Module):
    def __init__(self, labels: int):
        super().__init__()
        self.m = nn.ModuleList(nn.Conv2d(c, 3 * (5 + labels), 1) for c in (64, 128, 256))

    def forward(self, xs: list[Tensor]) -> list[Tensor]:
        out = []
        for conv, x in zip(self.m, xs, strict=True):
            batch, _, height, width = x.shape
            y = conv(x).view(batch, 3, -1, height, width)
            out.append(y.permute(0, 1, 3, 4, 2))
        return out


class Network(nn.Module):
    """Raw maps per stride, each [batch, 3 anchors, rows, columns, 5 + labels]."""

    def __init__(self, labels: int = len(LABELS)):
        super().__init__()
        self.labels = labels
        up = nn.Upsample(scale_factor=2)
        cat = nn.Identity()
        self.model = nn.ModuleList([
            Conv(3, 16, 6, 2, 2), Conv(16, 32, 3, 2), C3(32, 32, 1), Conv(32, 64, 3, 2),
            C3(64, 64, 2), Conv(64, 128, 3, 2), C3(128, 128, 3), Conv(128, 256, 3, 2),
            C3(256, 256, 1), SPPF(256), Conv(256, 128), up, cat, C3(256, 128, 1, False),
            Conv(128, 64), up, cat, C3(128, 64, 1, False), Conv(64, 64, 3, 2), cat,
            C3(128, 128, 1, False), Conv(128, 128, 3, 2), cat, C3(256, 256, 1, False),
            Detect(labels),
        ])  # fmt: skip

    def forward(self, x: Tensor) -> list[Tensor]:
        m = self.model
        p3 = m[4](m[3](m[2](m[1](m[0](x)))))
        p4 = m[6](m[5](p3))
        top = m[10](m[9](m[8](m[7](p4))))
        mid = m[14](m[13](torch.cat((m[11](top), p4), 1)))
        out3 = m[17](torch.cat((m[15](mid), p3), 1))
        out4 = m[20](torch.cat((m[18](out3), mid), 1))
        out5 = m[23](torch.cat((m[21](out4), top), 1))
        maps: list[Tensor] = m[24]([out3, out4, out5])
        return maps

    def freeze(self, layers: int) -> None:
        """Keeps the first layers as they are."""
        for layer in self.model[:layers]:
            layer.requires_grad_(False)


class Decoded(nn.Module):
    """What is exported: [batch, 4 + labels, N], cxcywh in pixels, then objectness × class.

    For inputs of any height and width that are multiples of the largest stride.
    """

    def __init__(self, network: Network):
        super().__init__()
        self.network = network
        for i in range(len(STRIDES)):
            anchor = torch.tensor(ANCHORS[i]).float().view(1, 3, 1, 1, 2)
            self.register_buffer(f"anchor{i}", anchor, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        parts = []
        for i, (raw, stride) in enumerate(zip(self.network(x), STRIDES, strict=True)):
            rows, columns = torch.arange(raw.shape[2]), torch.arange(raw.shape[3])
            down, right = torch.meshgrid(rows, columns, indexing="ij")
            grid = torch.stack((right, down), -1).float()[None, None] - 0.5
            y = raw.sigmoid()
            xy = (y[..., :2] * 2 + grid) * stride
            wh = (y[..., 2:4] * 2) ** 2 * getattr(self, f"anchor{i}")
            part = torch.cat((xy, wh, y[..., 4:5] * y[..., 5:]), -1)
            parts.append(part.flatten(1, 3))
        return torch.cat(parts, 1).transpose(1, 2)


class _StandIn(nn.Module):
    """In place of a class that the checkpoint names and this project does not have."""

    def __init__(self, *_: object):
        super().__init__()


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] in SAFE_MODULES:
            return super().find_class(module, name)
        return _StandIn


def coco_state(path: Path) -> dict[str, Tensor]:
    """The checkpoint's tensors by name, batch normalisation folded in."""
    reader = types.SimpleNamespace(Unpickler=_Unpickler, load=pickle.load, __name__="pickle")
    raw = torch.load(path, map_location="cpu", weights_only=False, pickle_module=reader)
    state = {k: v.float() for k, v in raw["model"].state_dict().items()}
    folded = {k: v for k, v in state.items() if ".bn." not in k}
    for key in [k for k in folded if k.endswith(".conv.weight")]:
        bn = key.removesuffix("conv.weight") + "bn."
        gain = state[bn + "weight"] / (state[bn + "running_var"] + BN_EPS).sqrt()
        folded[key] = folded[key] * gain[:, None, None, None]
        folded[key.removesuffix("weight") + "bias"] = (
            state[bn + "bias"] - gain * state[bn + "running_mean"]
        )
    return folded


def remap_head(tensor: Tensor, labels: int = len(LABELS)) -> Tensor:
    """Rows of a head's convolution, from COCO's 80 classes to ours."""
    old = tensor.view(3, 85, *tensor.shape[1:])
    new = torch.zeros(3, 5 + labels, *tensor.shape[1:])
    new[:, :5] = old[:, :5]
    for label in range(labels):
        if label in LIKELIEST:
            new[:, 5 + label] = old[:, 5 + LIKELIEST[label]]
        elif tensor.dim() == 1:
            new[:, 5 + label] = NEW_LABEL_BIAS
    return new.view(3 * (5 + labels), *tensor.shape[1:])


def from_onnx(path: Path) -> Network:
    """The network with the weights of a file that ``export.py`` wrote, to train on from it."""
    tensors = {}
    for part in onnx.load(path).graph.initializer:
        values = onnx.numpy_helper.to_array(part).copy()
        tensors[part.name.removeprefix("network.")] = torch.from_numpy(values)
    network = Network()
    network.load_state_dict(tensors)
    return network


def from_coco(path: Path, *, keep_classes: bool = False) -> Network:
    """The network with the COCO checkpoint's weights, with our labels or with COCO's."""
    state = coco_state(path)
    network = Network(80 if keep_classes else len(LABELS))
    if not keep_classes:
        for key in [k for k in state if k.startswith("model.24.m.")]:
            state[key] = remap_head(state[key])
    wanted = network.state_dict()
    network.load_state_dict({k: v for k, v in state.items() if k in wanted})
    return network
