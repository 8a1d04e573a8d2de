"""Recipes, and that the page about them tells of every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kerbwatch.config.problem import ConfigError
from kerbwatch.config.recipe import RecipeModel, load_recipe

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "MODELS.md").read_text("utf-8")


def test_every_key_of_a_recipe_is_documented_with_its_default() -> None:
    table = PAGE.split("A recipe:")[1].split("## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", table, re.MULTILINE)
    assert [key for key, _ in rows] == list(RecipeModel.model_fields)
    for key, default in rows:
        info = RecipeModel.model_fields[key]
        assert ("required" in default) == info.is_required(), key
        if isinstance(info.default, str | float):
            assert default.strip(" `") == f"{info.default}", key


def test_the_recipe_shown_is_good_and_a_key_of_its_own_is_no_setting(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "recipe.yaml"
    file.write_text(shown, encoding="utf-8")
    assert load_recipe(file).settings == {"lr0": 0.005, "mosaic": 0.5}
    file.write_text(shown.replace("lr0: 0.005", "imgsz: 320"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"settings\.imgsz"):
        load_recipe(file)
