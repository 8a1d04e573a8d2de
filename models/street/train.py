"""Trains the bundled detector on a CPU, by a recipe.

    python models/street/train.py --recipe RECIPE --data data --weights yolov5n.pt --out run

The weights are COCO's yolov5n.pt, or an ONNX file of ours to train on from it.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np
import torch
from numpy.random import Generator
from ruamel.yaml import YAML
from torch import Tensor

from augment import CutOut, Sample, alone, cut_outs, light, load, mosaic, paste
from common import STALL, WASTE, xyxy_to_xywh
from loss import Weights, loss
from network import Network, from_coco, from_onnx

Batch = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Pool:
    """The training pictures by set, and what is cut out of them."""

    sets: dict[str, list[Sample]]
    cuts: list[CutOut]
    shares: dict[str, float]

    def draw(self, rng: Generator, pasted: dict[str, float]) -> Sample:
        names = list(self.shares)
        weights = np.array([self.shares[n] for n in names])
        chosen = self.sets[names[rng.choice(len(names), p=weights / weights.sum())]]
        sample = chosen[rng.integers(len(chosen))]
        bare = not np.isin(sample.boxes[:, 0], (STALL, WASTE)).any()
        if rng.random() < pasted["bare" if bare else "other"]:
            return paste(sample, self.cuts, rng)
        return sample


def pool_from(data: Path, shares: dict[str, float], everything: bool) -> Pool:
    sets: dict[str, list[Sample]] = {name: [] for name in shares}
    for line in (data / "split.txt").read_text().splitlines():
        split, name = line.split(" ", 1)
        if split == "train" or everything:
            sets[name.split("/")[0]].append(load(data, name))
    cuts = cut_outs([s for samples in sets.values() for s in samples])
    print(f"{ {k: len(v) for k, v in sets.items()} } pictures, {len(cuts)} cut-outs", flush=True)
    return Pool(sets, cuts, shares)


def picture(pool: Pool, side: int, recipe: dict[str, Any], calm: bool, rng: Generator) -> Sample:
    """One training picture; calm ones are neither mosaics nor pasted into."""
    pasted = {"bare": 0.0, "other": 0.0} if calm else recipe["paste"]
    if not calm and rng.random() < recipe["mosaic"]:
        sample = mosaic([pool.draw(rng, pasted) for _ in range(4)], side, rng)
    else:
        spread = recipe["calm_scale"] if calm else recipe["scale"]
        sample = alone(pool.draw(rng, pasted), side, spread, rng)
    sample.image = light(sample.image, rng)
    return sample


def collate(samples: list[Sample], side: int) -> Batch:
    stack = np.stack([s.image[:, :, ::-1].transpose(2, 0, 1) for s in samples])
    targets, ignore = [], []
    for i, s in enumerate(samples):
        column = np.full((len(s.boxes), 1), i, np.float32)
        boxes = xyxy_to_xywh(s.boxes[:, 1:]) / side
        targets.append(np.concatenate([column, s.boxes[:, :1], boxes], 1, dtype=np.float32))
        column = np.full((len(s.ignore), 1), i, np.float32)
        ignore.append(np.concatenate([column, xyxy_to_xywh(s.ignore) / side], 1, dtype=np.float32))
    images = torch.from_numpy(np.ascontiguousarray(stack)).float() / 255
    return (
        images,
        torch.from_numpy(np.concatenate(targets)),
        torch.from_numpy(np.concatenate(ignore)),
    )


def batches(pool: Pool, recipe: dict[str, Any]) -> Iterator[Batch]:
    """The run's batches, one ahead of the training, the same for the same seed."""
    rng = np.random.default_rng(recipe["seed"])

    def make(step: int) -> Batch:
        calm = step >= recipe["steps"] - recipe["calm_steps"]
        side = int(rng.choice(recipe["calm_sides" if calm else "sides"]))
        every = [picture(pool, side, recipe, calm, rng) for _ in range(recipe["batch"])]
        return collate(every, side)

    with ThreadPoolExecutor(1) as thread:
        ahead = thread.submit(make, 0)
        for step in itertools.count(1):
            batch = ahead.result()
            if step == recipe["steps"]:
                yield batch
                return
            ahead = thread.submit(make, step)
            yield batch


def optimiser(network: Network, recipe: dict[str, Any]) -> torch.optim.AdamW:
    last = len(network.model) - 1
    parts = {"body": range(recipe["body_layers"]), "neck": range(recipe["body_layers"], last)}
    parts["head"] = range(last, last + 1)
    groups = []
    for name, layers in parts.items():
        wanted = [p for i in layers for p in network.model[i].parameters() if p.requires_grad]
        groups.append({"params": wanted, "lr": recipe["rate"] * recipe["rates"][name]})
    return torch.optim.AdamW(groups, weight_decay=recipe["weight_decay"])


def pace(step: int, recipe: dict[str, Any]) -> float:
    """Warm-up, then even, and over the calm steps a cosine down to a fiftieth."""
    warm = min(1.0, (step + 1) / recipe["warmup"])
    done = max(0.0, 1 - (recipe["steps"] - step) / recipe["calm_steps"])
    return float(warm * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2))


def follow(average: Network, network: Network, step: int, decay: float) -> None:
    """Moves the average towards the network."""
    keep = min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
            if fast.requires_grad:
                slow.lerp_(fast, 1 - keep)


def train(recipe: dict[str, Any], data: Path, weights: Path, out: Path, everything: bool) -> None:
    torch.manual_seed(recipe["seed"])
    torch.set_num_threads(recipe["threads"])
    cv2.setNumThreads(1)
    network = from_onnx(weights) if weights.suffix == ".onnx" else from_coco(weights)
    network.freeze(recipe["freeze"])
    network.to(memory_format=torch.channels_last)  # a sixth faster
    pool = pool_from(data, recipe["shares"], everything)
    out.mkdir(parents=True, exist_ok=True)
    fit(network, batches(pool, recipe), recipe, out / "average.pt")


def fit(network: Network, every: Iterator[Batch], recipe: dict[str, Any], out: Path) -> None:
    """Trains on every batch; the running average of the weights goes to `out`."""
    average = copy.deepcopy(network).eval()
    tuner = optimiser(network, recipe)
    schedule = torch.optim.lr_scheduler.LambdaLR(tuner, lambda step: pace(step, recipe))
    share = Weights(**recipe["loss"])
    start, recent = perf_counter(), 0.0
    for step, (images, targets, ignore) in enumerate(every):
        value = loss(network(images.to(memory_format=torch.channels_last)), targets, ignore, share)
        tuner.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), recipe["clip_norm"])
        tuner.step()
        schedule.step()
        follow(average, network, step, recipe["ema"])
        recent += (value.item() - recent) * (0.02 if step else 1)
        if step % 100 == 0 or step + 1 == recipe["steps"]:
            print(f"step {step} loss {recent:.4f} {perf_counter() - start:.0f} s", flush=True)
            torch.save(average.state_dict(), out)
        if step and step % recipe["keep_every"] == 0:
            torch.save(average.state_dict(), out.with_name(f"at{step}.pt"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--everything", action="store_true", help="train on the held-out too")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    args = parser.parse_args()
    recipe = YAML(typ="safe").load(args.recipe)
    if args.steps:
        recipe["steps"] = args.steps
    train(recipe, args.data, args.weights, args.out, args.everything)


if __name__ == "__main__":
    main()
