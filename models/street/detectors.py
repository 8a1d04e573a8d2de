"""Detectors that label and score: ours, and the three COCO ones, all in our labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch

from common import COCO_TO_LABEL, Floats, Image, letterbox, nms, tensor, xywh_to_xyxy
from network import Decoded, Network, from_coco

Found = Floats  # rows: label, x0, y0, x1, y1 (0 to 1), score
Detector = Callable[[Image], Found]
NMS_IOU = 0.6
MOST = 300
SIDE = 480  # what ours is trained and measured at


def session_of(path: Path, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(path, options)


def to_ours(scores: Floats) -> Floats:
    """COCO class scores as scores of our labels: the best of the classes in each."""
    ours = np.zeros((len(scores), 3), np.float32)
    for coco, label in COCO_TO_LABEL.items():
        ours[:, label] = np.maximum(ours[:, label], scores[:, coco])
    return ours


def pick(boxes: Floats, scores: Floats, image: Image, floor: float, same: float = NMS_IOU) -> Found:
    """Suppressed rows from boxes in pixels of the picture and scores of our labels."""
    best = scores.max(1, initial=0)
    keep = np.flatnonzero(best > floor)
    keep = keep[np.argsort(-best[keep], kind="stable")][: 3 * MOST]
    boxes, best, labels = boxes[keep], best[keep], scores[keep].argmax(1)
    size = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
    boxes = np.clip(boxes / size, 0, 1).astype(np.float32)
    chosen = nms(boxes, best, labels, same)[:MOST]
    return np.concatenate(
        [labels[chosen, None], boxes[chosen], best[chosen, None]], 1, dtype=np.float32
    )


def yolov5(path: Path, side: int, floor: float, same: float = NMS_IOU) -> Detector:
    """The COCO checkpoint at any side."""
    network = Decoded(from_coco(path, keep_classes=True)).eval()

    def look(image: Image) -> Found:
        square, fit = letterbox(image, side)
        with torch.inference_mode():
            out = network(torch.from_numpy(tensor(square)))[0].numpy().T
        return pick(fit.back(xywh_to_xyxy(out[:, :4])), to_ours(out[:, 4:]), image, floor, same)

    return look


def raw_head(path: Path, floor: float, *, coco: bool, same: float = NMS_IOU) -> Detector:
    """An ONNX file with the layout `yolov8`: [1, 4 + labels, N]; of any size, it gets `SIDE`."""
    session = session_of(path, 1)
    entry = session.get_inputs()[0]
    side = entry.shape[2] if isinstance(entry.shape[2], int) else SIDE

    def look(image: Image) -> Found:
        square, fit = letterbox(image, side)
        out = np.asarray(session.run(None, {entry.name: tensor(square)})[0])[0].T
        scores = to_ours(out[:, 4:]) if coco else out[:, 4:]
        return pick(fit.back(xywh_to_xyxy(out[:, :4])), scores, image, floor, same)

    return look


def yolox(path: Path, floor: float, same: float = NMS_IOU) -> Detector:
    """YOLOX, not decoded, BGR 0 to 255, letterbox in the top left corner."""
    session = session_of(path, 1)
    entry = session.get_inputs()[0]
    side = int(entry.shape[2])
    cells = [(x, y, s) for s in (8, 16, 32) for y in range(side // s) for x in range(side // s)]
    grid = np.array(cells, np.float32)

    def look(image: Image) -> Found:
        square, fit = letterbox(image, side, centre=False)
        planes = np.ascontiguousarray(square.transpose(2, 0, 1)[None], np.float32)
        out = np.asarray(session.run(None, {entry.name: planes})[0])[0]
        centre = (out[:, :2] + grid[:, :2]) * grid[:, 2:]
        boxes = xywh_to_xyxy(np.concatenate([centre, np.exp(out[:, 2:4]) * grid[:, 2:]], 1))
        scores = to_ours(out[:, 4:5] * out[:, 5:])
        return pick(fit.back(boxes), scores, image, floor, same)

    return look


def ours(state: Path, side: int, floor: float, same: float = NMS_IOU) -> Detector:
    """A checkpoint of the training, before export."""
    network = Network()
    network.load_state_dict(torch.load(state, weights_only=True))
    decoded = Decoded(network).eval()

    def look(image: Image) -> Found:
        square, fit = letterbox(image, side)
        with torch.inference_mode():
            out = decoded(torch.from_numpy(tensor(square)))[0].numpy().T
        return pick(fit.back(xywh_to_xyxy(out[:, :4])), out[:, 4:], image, floor, same)

    return look
