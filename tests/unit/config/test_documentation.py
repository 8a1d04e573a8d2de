"""``docs/CONFIGURATION.md`` and the schema say the same, and its examples are good."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from alerts.texts import Language
from fences.catalogue import CATALOGUE
from fences.observation import Label
from fences.scenario import Scenario
from kerbwatch.config.card_schema import CardModel, KnownLabel
from kerbwatch.config.fields import bare_type, bounds
from kerbwatch.config.problem import Problem
from kerbwatch.config.schema import StreamsModel

Find = Callable[..., tuple[Problem, ...]]
TEXT = (Path(__file__).resolve().parents[3] / "docs" / "CONFIGURATION.md").read_text("utf-8")
STREAMS, CARDS = TEXT.split("## Model cards")
ROW = re.compile(r"^\| `(?P<key>[^`]+)` \|(?P<rest>.*)\|$", re.MULTILINE)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def schema_keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key with its field: ``cameras[].fences[].scenarios.<scenario>.dwell_s``."""
    for name, info in model.model_fields.items():
        key = f"{prefix}{name}"
        yield key, info
        inner, _ = bare_type(info.annotation)
        while get_origin(inner) in {list, dict}:
            key += "[]" if get_origin(inner) is list else ".<scenario>"
            inner, _ = bare_type(get_args(inner)[-1])
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from schema_keys(inner, f"{key}.")


def documented(text: str) -> dict[str, list[str]]:
    """Per key: type, unit, default, range, example."""
    return {
        match["key"]: [cell.strip() for cell in match["rest"].split("|")]
        for match in ROW.finditer(text)
    }


SCHEMAS: dict[str, tuple[type[BaseModel], str]] = {
    "streams": (StreamsModel, STREAMS),
    "cards": (CardModel, CARDS),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_documented_and_every_documented_key_exists(name: str) -> None:
    model, text = SCHEMAS[name]
    assert sorted(documented(text)) == sorted(key for key, _ in schema_keys(model))


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_required_and_the_defaults_are_documented(name: str) -> None:
    model, text = SCHEMAS[name]
    rows = documented(text)
    for key, info in schema_keys(model):
        default = rows[key][2]
        assert (default == "required") == info.is_required(), key
        if isinstance(info.default, str | float) and not isinstance(info.default, bool):
            shown = f"{info.default:g}" if isinstance(info.default, float) else info.default
            assert default.strip("`") == shown, key


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_ranges_of_numbers_are_documented(name: str) -> None:
    model, text = SCHEMAS[name]
    rows = documented(text)
    for key, info in schema_keys(model):
        inner, metadata = bare_type(info.annotation)
        if inner in {int, float}:
            limits = bounds([*info.metadata, *metadata])
            for limit in limits.values():
                assert re.search(rf"(?<![\d.]){float(str(limit)):.10g}(?![\d.])", rows[key][3]), key


def _row(it: Scenario) -> str:
    labels = ", ".join(f"`{label}`" for label in sorted(it.labels))
    count = "" if it.min_count is None else str(it.min_count)
    facts = f"{it.dwell_s:g} | {it.clear_after_s:g} | {it.min_area:g} | {count} | {labels}"
    return f"| {it.name_en} ({it.name_zh}) | `{it.id}` | {facts} | `{it.obstruction}` |"


def test_the_catalogue_is_documented_with_its_defaults() -> None:
    shown = [line for line in STREAMS.splitlines() if re.match(r"\| [^`|]+ \| `[a-z_]+` \|", line)]
    assert shown == [_row(CATALOGUE[scenario_id]) for scenario_id in CATALOGUE]


def test_every_label_is_documented_and_may_stand_in_a_card() -> None:
    row = next(line for line in CARDS.splitlines() if line.startswith("| `labels`"))
    in_cards = set(get_args(get_args(KnownLabel)[0]))
    assert in_cards == set(Label) - {Label.OBSTRUCTION}
    assert {label for label in Label if f"`{label}`" in row} == in_cards


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_good(number: int, find: Find) -> None:
    env = {"KERBWATCH_MQTT_PASSWORD": "a", "DB_PASSWORD": "b", "CAMERA_PASSWORD": "c"}
    env |= {"WECOM_KEY": "12345678-abcd-1234-abcd-1234567890ab", "MAIL_PASSWORD": "d"}
    assert find(EXAMPLES[number], env=env, known_models=["yolox-nano-416"]) == ()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


def test_the_message_shown_is_the_one_that_the_example_gives(find: Find) -> None:
    example = (Path(__file__).resolve().parents[3] / "streams.yaml").read_text("utf-8")
    (problem,) = find(example.replace("[0.61, 0.93]", "[0.61, 1.93]"))
    shown = problem.text(Language.EN).partition("streams.yaml:")[2]
    assert f"\nstreams.yaml:{shown}\n" in TEXT
