"""The schema of model cards and of lists of class names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kerbwatch.config.fields import Expect, ModelName, Name, Share, StrictModel

ClassName = Annotated[str, Field(min_length=1, max_length=100), Expect("name")]
KnownLabel = Annotated[
    Literal[
        "person",
        "vehicle",
        "two_wheeler",
        "stall",
        "waste",
        "advertising_board",
        "banner",
        "bin_overflow",
        "dog",
        "flame",
        "furniture",
        "goods",
        "grill",
        "laundry",
        "muck_truck",
        "open_manhole",
        "smoke",
        "standing_water",
    ],
    Expect("label"),
]
"""Every label of the core but obstruction, which no model gives."""
_SOURCE = r"^(https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/]|file:///)[!-~]+$"
Side = Annotated[int, Field(ge=32, le=4096), Expect("side")]


class LabelMapModel(StrictModel):
    """The names of a model's classes by index, shared by the cards that name the file."""

    classes: Annotated[
        list[ClassName], Field(min_length=1, max_length=10_000), Expect("class_list")
    ]


class CardModel(StrictModel):
    """A model card as written; ``classes`` is a list once the name of one was looked up."""

    name: ModelName
    file: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=200), Expect("card_file")
    ]
    layout: Annotated[Literal["yolox", "yolov5", "yolov8", "end2end"], Expect("layout")]
    input_hw: Annotated[list[Side], Field(min_length=2, max_length=2), Expect("input_hw")]
    channels: Annotated[Literal["bgr", "rgb"], Expect("channels")]
    pixel_scale: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False), Expect("pixel_scale")]
    placement: Annotated[Literal["top_left", "centre"], Expect("placement")]
    pad_value: Annotated[int, Field(ge=0, le=255), Expect("grey")]
    classes: Annotated[list[ClassName], Field(min_length=1, max_length=10_000), Expect("classes")]
    labels: Annotated[dict[str, KnownLabel], Field(min_length=1), Expect("labels")]
    min_score: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False), Expect("positive_score")]
    iou: Share
    licence: Name
    origin: Annotated[str, Field(min_length=1, max_length=1000), Expect("text")]
    on_trial: Annotated[dict[str, KnownLabel], Expect("on_trial")] = Field(default_factory=dict)
    engine: Annotated[Literal["auto", "openvino", "onnx", "ultralytics"], Expect("engine")] = "auto"
    prompts: Annotated[dict[str, Name], Expect("prompts")] = Field(default_factory=dict)
    source: (
        Annotated[str, Field(pattern=_SOURCE, max_length=2000), Expect("model_source")] | None
    ) = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$"), Expect("sha256")] | None = None
