"""Writes a checkpoint as ONNX: images [1,3,H,W] RGB 0-1, output [1,9,N] in the layout `yolov8`.

H and W are left open: any multiples of 32 will do. `--side` is for what pictures it was trained.
`--state` may be a file that was exported before.

python models/street/export.py --state run/average.pt --side 480 --out kerbwatch-street-480.onnx
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

from common import LABELS
from network import Decoded, Network, from_onnx

OPSET = 17
TOLERANCE = 1e-2  # pixels, and scores far below


def export(state: Path, side: int, out: Path) -> None:
    decoded = Decoded(load(state)).eval()
    torch.onnx.export(
        decoded, (torch.zeros(1, 3, side, side),), str(out), opset_version=OPSET,
        input_names=["images"], output_names=["output0"], dynamo=False,
        dynamic_axes={"images": {2: "height", 3: "width"}, "output0": {2: "boxes"}},
    )  # fmt: skip
    model = onnx.load(out)
    facts = {"names": ",".join(LABELS), "layout": "yolov8", "license": "AGPL-3.0-or-later"}
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, out)


def load(state: Path) -> Network:
    if state.suffix == ".onnx":
        return from_onnx(state)
    network = Network()
    network.load_state_dict(torch.load(state, weights_only=True))
    return network


def check(state: Path, side: int, out: Path) -> float:
    """The largest difference between the checkpoint and the file, on noise of two shapes."""
    decoded, session = Decoded(load(state)).eval(), ort.InferenceSession(out)
    apart = 0.0
    for height in (side, side // 64 * 32):
        noise = np.random.default_rng(1).random((1, 3, height, side), np.float32)
        with torch.inference_mode():
            wanted = decoded(torch.from_numpy(noise)).numpy()
        got = np.asarray(session.run(None, {"images": noise})[0])
        apart = max(apart, float(abs(got - wanted).max()))
    return apart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--side", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    export(args.state, args.side, args.out)
    apart = check(args.state, args.side, args.out)
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, differs by {apart:.5f}")
    if apart > TOLERANCE:
        raise SystemExit("the file does not compute what the checkpoint computes")


if __name__ == "__main__":
    main()
