"""Every text that people see is there in Chinese and in English, and says the same."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import typer.main

from alerts.texts import Language, load_texts
from kerbwatch.cli.app import app
from kerbwatch.cli.speak import TEXT

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("fences", "detector", "alerts", "replay", "kerbwatch")
CATALOGUES = sorted(
    path.parent.parent.relative_to(ROOT).as_posix().replace("/", ".")
    for package in SOURCES
    for path in (ROOT / package).rglob("texts/en.toml")
)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_these_are_the_catalogues() -> None:
    assert {"alerts", "detector.sources", "kerbwatch"} <= set(CATALOGUES)


@pytest.mark.parametrize("package", CATALOGUES)
def test_both_languages_have_the_same_keys_with_the_same_values_to_fill_in(package: str) -> None:
    chinese = load_texts(package, Language.ZH).messages
    english = load_texts(package, Language.EN).messages
    assert sorted(chinese) == sorted(english)
    assert {key for key in english if places(chinese[key]) != places(english[key])} == set()
    assert {key for key in english if not chinese[key].strip() or not english[key].strip()} == set()


@pytest.mark.parametrize("package", CATALOGUES)
def test_the_chinese_catalogue_is_in_chinese_and_the_english_one_is_not(package: str) -> None:
    """But for names, numbers and forms that are the same in both."""
    chinese = load_texts(package, Language.ZH).messages
    english = load_texts(package, Language.EN).messages
    han = re.compile(r"[\u4e00-\u9fff]")
    same = {key for key, text in chinese.items() if not han.search(text)}
    assert {key for key, text in english.items() if han.search(text)} == set()
    assert len(same) <= len(chinese) // 20, same


def named_keys() -> Iterator[tuple[str, str]]:
    """File and key of every ``TEXT("…")`` and ``…Error("…")`` of the command line."""
    for folder in ("kerbwatch/cli", "kerbwatch/wire", "kerbwatch/metrics", "kerbwatch/rest"):
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                if node.func.id in {"TEXT", "RecordError", "DataError", "StartError"} and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        yield path.name, str(first.value)


def test_every_key_that_the_command_line_names_exists() -> None:
    english = load_texts("kerbwatch", Language.EN).messages
    keys = set(named_keys())
    assert len(keys) > 40
    assert {(file, key) for file, key in keys if key not in english} == set()


def test_every_text_of_the_command_line_is_used() -> None:
    """What is named nowhere in the code has been forgotten."""
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("cli", "wire", "metrics", "rest")
        for path in (ROOT / "kerbwatch" / folder).glob("*.py")
    )
    english = load_texts("kerbwatch", Language.EN).messages
    own = {key for key in english if key.split(".")[0] not in {"config", "doctor"}}
    assert len(own) > 50
    states = {"models.loads", "models.missing", "models.broken"}  # TEXT(f"models.{model.state}")
    assert {key for key in own - states if f'"{key}"' not in source} == set()


def commands() -> Iterator[tuple[str, Any]]:
    group = cast("Any", typer.main.get_command(app))
    waiting = [("kerbwatch", group)]
    while waiting:
        name, command = waiting.pop()
        yield name, command
        children = getattr(command, "commands", {})
        waiting += [(f"{name} {child}", inner) for child, inner in children.items()]


def test_every_command_takes_the_same_language_option() -> None:
    leaves = {name: one for name, one in commands() if not getattr(one, "commands", {})}
    assert len(leaves) > 40
    helps = {
        name: [it.help for it in one.params if it.opts == ["--lang"]]
        for name, one in leaves.items()
    }
    assert {name: found for name, found in helps.items() if found != [TEXT("help.lang")]} == {}


def test_every_command_option_and_argument_has_a_help_text() -> None:
    found = list(commands())
    assert len(found) >= 9
    silent = [
        f"{name} {parameter.name}"
        for name, command in found
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert silent == []
    assert [name for name, command in found if not command.help] == []
