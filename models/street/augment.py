"""Pictures for training: mosaics, crops, pasted cut-outs, light and weather of the night shift."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from common import GREY, STALL, WASTE, Floats, Image, read_labels, xywh_to_xyxy

MIN_PX = 4
MIN_VISIBLE = 0.3
COVERED = 0.6
CUT_PX = 256
GRABCUT_ROUNDS = 3
HSV_GAINS = np.array([0.015, 0.6, 0.4])


@dataclass(slots=True)
class Sample:
    """A picture in memory; boxes are label and xyxy in pixels, `ignore` is xyxy."""

    image: Image
    boxes: Floats
    ignore: Floats


@dataclass(frozen=True, slots=True)
class CutOut:
    image: Image
    alpha: Floats
    label: int


def load(data: Path, name: str) -> Sample:
    """A picture with its hand-made, taught and doubtful boxes."""
    image = cv2.imread(str(data / "pictures" / f"{name}.jpg"))
    assert image is not None, name
    size = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
    rows = [read_labels(data / kind / f"{name}.txt") for kind in ("hand", "taught")]
    known = np.concatenate(rows)
    doubtful = read_labels(data / "doubtful" / f"{name}.txt")
    boxes = np.concatenate([known[:, :1], xywh_to_xyxy(known[:, 1:]) * size], 1)
    return Sample(image, boxes, xywh_to_xyxy(doubtful[:, 1:]) * size)  # type: ignore[arg-type]


def cut_out(sample: Sample, box: Floats) -> CutOut | None:
    """One object without its background, by GrabCut from its box."""
    label, (x0, y0, x1, y1) = int(box[0]), (int(v) for v in box[1:])
    pad_x, pad_y = (x1 - x0) // 6 + 2, (y1 - y0) // 6 + 2
    left, top = max(0, x0 - pad_x), max(0, y0 - pad_y)
    crop = sample.image[top : y1 + pad_y, left : x1 + pad_x]
    scale = min(1.0, CUT_PX / max(crop.shape[:2]))
    crop = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    rect = [round(v * scale) for v in (x0 - left, y0 - top, x1 - x0, y1 - y0)]
    if min(rect[2:]) < 16:
        return None
    mask = np.zeros(crop.shape[:2], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(crop, mask, rect, *models, GRABCUT_ROUNDS, cv2.GC_INIT_WITH_RECT)
    solid = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    alpha = cv2.GaussianBlur(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((3, 3))), (5, 5), 0)
    ys, xs = np.nonzero(alpha > 0.5)
    if len(ys) < 0.25 * rect[2] * rect[3]:
        return None
    part = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    return CutOut(crop[part], alpha[part].astype(np.float32), label)


def cut_outs(samples: list[Sample]) -> list[CutOut]:
    every = (cut_out(s, b) for s in samples for b in s.boxes if b[0] in (STALL, WASTE))
    return [c for c in every if c is not None]


def paste(sample: Sample, cuts: list[CutOut], rng: Generator) -> Sample:
    """The picture with one to three objects put into its lower part."""
    image, boxes, ignore = sample.image.copy(), sample.boxes, sample.ignore
    height, width = image.shape[:2]
    for _ in range(rng.integers(1, 4)):
        cut = cuts[rng.integers(len(cuts))]
        scale = rng.uniform(0.1, 0.45) * max(height, width) / max(cut.alpha.shape)
        w, h = (max(8, round(v * scale)) for v in cut.alpha.shape[::-1])
        if w >= width or h >= 0.8 * height:
            continue
        x = int(rng.integers(0, width - w))
        y = int(rng.integers(int(0.25 * (height - h)), height - h + 1))
        patch = cv2.resize(cut.image, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)
        alpha = cv2.resize(cut.alpha, (w, h))[..., None]
        if rng.random() < 0.5:
            patch, alpha = patch[:, ::-1], alpha[:, ::-1]
        under = image[y : y + h, x : x + w].astype(np.float32)
        light = 1 + rng.uniform(0, 0.7) * (under.mean() / max(patch.mean(), 1) - 1)
        image[y : y + h, x : x + w] = np.clip(patch * light * alpha + under * (1 - alpha), 0, 255)
        new = np.array([[cut.label, x, y, x + w, y + h]], np.float32)
        boxes = np.concatenate([boxes[visible(boxes[:, 1:], new[0, 1:])], new])
    return Sample(image, boxes, ignore)


def visible(boxes: Floats, cover: Floats) -> np.ndarray:
    """Which boxes are still to be seen when `cover` lies over them."""
    low, high = np.maximum(boxes[:, :2], cover[:2]), np.minimum(boxes[:, 2:], cover[2:])
    hidden = np.clip(high - low, 0, None).prod(1)
    area = np.clip(boxes[:, 2:] - boxes[:, :2], 1e-3, None).prod(1)
    return np.asarray(hidden / area < COVERED)


def clip(boxes: Floats, ignore: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Boxes cut to a window; what is mostly outside becomes something to ignore."""
    cut = np.concatenate([boxes[:, :1], np.clip(boxes[:, 1:], low, high)], 1)
    area = np.clip(boxes[:, 3:] - boxes[:, 1:3], 1e-3, None).prod(1)
    size = cut[:, 3:] - cut[:, 1:3]
    keep = (size > MIN_PX).all(1) & (size.prod(1) / area > MIN_VISIBLE)
    ignore = np.clip(np.concatenate([ignore, cut[~keep, 1:]]), low, high)
    return cut[keep], ignore[((ignore[:, 2:] - ignore[:, :2]) > MIN_PX).all(1)]


def flip(sample: Sample, rng: Generator) -> Sample:
    if rng.random() < 0.5:
        return sample
    width = sample.image.shape[1]
    boxes, ignore = sample.boxes.copy(), sample.ignore.copy()
    boxes[:, [1, 3]] = width - boxes[:, [3, 1]]
    ignore[:, [0, 2]] = width - ignore[:, [2, 0]]
    return Sample(np.ascontiguousarray(sample.image[:, ::-1]), boxes, ignore)


def place(
    canvas: Image,
    sample: Sample,
    scale: float,
    at: tuple[int, int],
    window: tuple[int, int, int, int],
) -> Sample:
    """Draws a scaled picture at `at`, inside a window of the canvas; its boxes there."""
    x, y = at
    h, w = (max(1, round(v * scale)) for v in sample.image.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(sample.image, (w, h), interpolation=how)
    x0, y0 = max(x, window[0]), max(y, window[1])
    x1, y1 = min(x + w, window[2]), min(y + h, window[3])
    if x1 <= x0 or y1 <= y0:
        return Sample(canvas, np.zeros((0, 5), np.float32), np.zeros((0, 4), np.float32))
    canvas[y0:y1, x0:x1] = small[y0 - y : y1 - y, x0 - x : x1 - x]
    shift = np.array([x, y, x, y], np.float32)
    low, high = np.array([x0, y0] * 2, np.float32), np.array([x1, y1] * 2, np.float32)
    boxes = np.concatenate([sample.boxes[:, :1], sample.boxes[:, 1:] * scale + shift], 1)
    return Sample(canvas, *clip(boxes, sample.ignore * scale + shift, low, high))


def alone(sample: Sample, side: int, spread: tuple[float, float], rng: Generator) -> Sample:
    """One picture on a canvas, smaller or larger, somewhere."""
    canvas = np.full((side, side, 3), GREY, np.uint8)
    sample = flip(sample, rng)
    scale = side / max(sample.image.shape[:2]) * float(np.exp(rng.uniform(*np.log(spread))))
    room = [side - round(v * scale) for v in sample.image.shape[1::-1]]
    at = tuple(int(rng.integers(min(0, r), max(0, r) + 1)) for r in room)
    return place(canvas, sample, scale, at, (0, 0, side, side))  # type: ignore[arg-type]


def mosaic(four: list[Sample], side: int, rng: Generator) -> Sample:
    """Four pictures around a point."""
    canvas = np.full((side, side, 3), GREY, np.uint8)
    cx, cy = (int(v) for v in rng.uniform(0.3, 0.7, 2) * side)
    parts = []
    for i, one in enumerate(four):
        sample = flip(one, rng)
        right, low = i % 2, i // 2
        window = (cx if right else 0, cy if low else 0, side if right else cx, side if low else cy)
        scale = side / max(sample.image.shape[:2]) * rng.uniform(0.45, 0.95)
        h, w = (round(v * scale) for v in sample.image.shape[:2])
        at = (cx if right else cx - w, cy if low else cy - h)
        parts.append(place(canvas, sample, scale, at, window))
    boxes = np.concatenate([p.boxes for p in parts])
    return Sample(canvas, boxes, np.concatenate([p.ignore for p in parts]))


def recolour(image: Image, gains: np.ndarray) -> Image:
    """Hue, saturation and value, each times its gain."""
    steps = np.arange(256, dtype=np.float32)
    hue, saturation, value = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV))
    hue = cv2.LUT(hue, (steps * gains[0] % 180).astype(np.uint8))
    saturation = cv2.LUT(saturation, np.clip(steps * gains[1], 0, 255).astype(np.uint8))
    value = cv2.LUT(value, np.clip(steps * gains[2], 0, 255).astype(np.uint8))
    merged = cv2.merge((hue, saturation, value))
    return cv2.cvtColor(merged, cv2.COLOR_HSV2BGR)  # type: ignore[return-value]


def light(image: Image, rng: Generator) -> Image:
    """Colour, exposure, night, infra-red grey, blur, noise and compression, now and then."""
    if rng.random() < 0.8:
        image = recolour(image, 1 + rng.uniform(-1, 1, 3) * HSV_GAINS)
    if rng.random() < 0.15:
        table = (np.linspace(0, 1, 256) ** rng.uniform(0.6, 2.2) * 255).astype(np.uint8)
        image = cv2.LUT(image, table)  # type: ignore[assignment]
    if rng.random() < 0.08:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)  # type: ignore[assignment]
    if rng.random() < 0.1:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5))  # type: ignore[assignment]
    if rng.random() < 0.1:
        noise = rng.normal(0, rng.uniform(3, 12), image.shape).astype(np.float32)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)  # type: ignore[assignment]
    return image
