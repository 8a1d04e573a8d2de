"""YOLOv5's loss, with regions that count neither way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from network import ANCHORS, STRIDES

ANCHOR_RATIO = 4.0
BALANCE = (4.0, 1.0, 0.4)
IGNORE_SHRINK = 0.7
NEIGHBOURS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (-0.5, 0.0), (0.0, -0.5))


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of the loss counts."""

    box: float
    objectness: float
    label: float


@dataclass(frozen=True, slots=True)
class Matched:
    """Anchors that answer for a target, on one stride."""

    picture: Tensor
    anchor: Tensor
    row: Tensor
    column: Tensor
    box: Tensor  # offset from the cell and size, in cells
    prior: Tensor  # anchor size, in cells
    label: Tensor


def ciou(a: Tensor, b: Tensor) -> Tensor:
    """Complete IoU of paired boxes, cxcywh."""
    a_low, a_high = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    b_low, b_high = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    inter = (torch.minimum(a_high, b_high) - torch.maximum(a_low, b_low)).clamp(0).prod(1)
    union = a[:, 2:].prod(1) + b[:, 2:].prod(1) - inter + 1e-7
    overlap = inter / union
    hull = torch.maximum(a_high, b_high) - torch.minimum(a_low, b_low)
    apart = (a[:, :2] - b[:, :2]).pow(2).sum(1) / (hull.pow(2).sum(1) + 1e-7)
    tilt = torch.atan(b[:, 2] / (b[:, 3] + 1e-7)) - torch.atan(a[:, 2] / (a[:, 3] + 1e-7))
    shape = 4 / math.pi**2 * tilt.pow(2)
    with torch.no_grad():
        alpha = shape / (shape - overlap + 1 + 1e-7)
    return overlap - apart - alpha * shape


def match(targets: Tensor, level: int, rows: int, columns: int) -> Matched:
    """Targets (picture, label, cxcywh 0 to 1) to the anchors that must find them."""
    anchors = torch.tensor(ANCHORS[level]).float() / STRIDES[level]
    t = targets.clone()
    t[:, 2:] *= torch.tensor([columns, rows, columns, rows]).float()
    index = torch.arange(3).repeat_interleave(len(t))
    t = t.repeat(3, 1)
    ratio = t[:, 4:] / anchors[index]
    keep = torch.maximum(ratio, 1 / ratio).amax(1) < ANCHOR_RATIO
    t, index = t[keep], index[keep]
    part = t[:, 2:4] % 1
    far = torch.tensor([columns, rows]).float() - t[:, 2:4]
    near_low = ((part < 0.5) & (t[:, 2:4] > 1)).T
    near_high = ((far % 1 < 0.5) & (far > 1)).T
    chosen = torch.cat((torch.ones(1, len(t), dtype=torch.bool), near_low, near_high))
    shift = torch.tensor(NEIGHBOURS)[:, None].expand(-1, len(t), -1)[chosen]
    t, index = t.expand(5, -1, -1)[chosen], index.expand(5, -1)[chosen]
    cell = (t[:, 2:4] - shift).long()
    column, row = cell[:, 0].clamp(0, columns - 1), cell[:, 1].clamp(0, rows - 1)
    offset = t[:, 2:4] - torch.stack((column, row), 1)
    return Matched(
        t[:, 0].long(), index, row, column, torch.cat((offset, t[:, 4:]), 1), anchors[index],
        t[:, 1].long(),
    )  # fmt: skip


def counted(shape: torch.Size, ignore: Tensor) -> Tensor:
    """1 where objectness is judged, 0 inside the middle of what is to be ignored."""
    mask = torch.ones(shape)
    rows, columns = shape[2:4]
    for picture, cx, cy, w, h in ignore.tolist():
        x0, x1 = ((cx + d * w * IGNORE_SHRINK / 2) * columns for d in (-1, 1))
        y0, y1 = ((cy + d * h * IGNORE_SHRINK / 2) * rows for d in (-1, 1))
        ys = slice(max(0, math.floor(y0)), math.ceil(y1))
        xs = slice(max(0, math.floor(x0)), math.ceil(x1))
        mask[int(picture), :, ys, xs] = 0
    return mask


def loss(maps: list[Tensor], targets: Tensor, ignore: Tensor, weights: Weights) -> Tensor:
    """One number for a batch; targets as in `match`, ignore (picture, cxcywh)."""
    box_sum = label_sum = objectness_sum = torch.zeros(())
    for level, raw in enumerate(maps):
        found = match(targets, level, raw.shape[2], raw.shape[3])
        wanted = torch.zeros(raw.shape[:4])
        mask = counted(raw.shape[:4], ignore)
        if len(found.label):
            at = (found.picture, found.anchor, found.row, found.column)
            mine = raw[at]
            xy = mine[:, :2].sigmoid() * 2 - 0.5
            wh = (mine[:, 2:4].sigmoid() * 2) ** 2 * found.prior
            overlap = ciou(torch.cat((xy, wh), 1), found.box)
            box_sum = box_sum + (1 - overlap).mean()
            wanted[at] = overlap.detach().clamp(0)
            mask[at] = 1
            labels = F.one_hot(found.label, raw.shape[4] - 5).float()
            label_sum = label_sum + F.binary_cross_entropy_with_logits(mine[:, 5:], labels)
        parts = F.binary_cross_entropy_with_logits(raw[..., 4], wanted, reduction="none")
        objectness_sum = objectness_sum + (parts * mask).mean() * BALANCE[level]
    return weights.box * box_sum + weights.objectness * objectness_sum + weights.label * label_sum
