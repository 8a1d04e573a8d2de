"""Streets drawn from a seed, with exact truth: the demo clip, test clips, training pictures.

The world is in metres: x to the right across the street, y along it away from the camera,
z up; the camera stands on a pole near the origin. A thing's own frame is x ahead, y left,
z up. Pictures are BGR; truth boxes are ``xyxy`` in 0-1 of the frame and never clipped.
"""

from replay.scenes.catalogue import CONDITIONS, VARIANTS, demo_scene, make_scene
from replay.scenes.render import RenderedFrame, TruthBox, render
from replay.scenes.spec import Actor, Conditions, SceneSpec
from replay.scenes.truth import ClipTruth, clip_truth, truth_document
from replay.scenes.write import write_clip

__all__ = [
    "CONDITIONS",
    "VARIANTS",
    "Actor",
    "ClipTruth",
    "Conditions",
    "RenderedFrame",
    "SceneSpec",
    "TruthBox",
    "clip_truth",
    "demo_scene",
    "make_scene",
    "render",
    "truth_document",
    "write_clip",
]
