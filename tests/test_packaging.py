"""The wheel holds what an installed Kerbwatch needs, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("fences", "detector", "alerts", "replay", "kerbwatch")
BUILT_FROM = (*PACKAGES, "models", "pyproject.toml", "README.md", "LICENSE")
MODELS = "share/kerbwatch/models/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, so that nothing is left in the tree and nothing of it strays in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, source / name)
    (source / "tests").mkdir()
    (source / "tests" / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", *_isolation(), "-w", out, source],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = out.glob("kerbwatch-*.whl")
    return zipfile.ZipFile(path)


def _isolation() -> list[str]:
    """Where a setuptools that is new enough is installed, no index is needed."""
    try:
        major = int(metadata.version("setuptools").split(".")[0])
    except metadata.PackageNotFoundError:
        return []
    return ["--no-build-isolation"] if major >= 77 else []


@pytest.fixture(scope="module")
def names(wheel: zipfile.ZipFile) -> frozenset[str]:
    return frozenset(wheel.namelist())


pytestmark = pytest.mark.timeout(300)


def test_the_wheel_has_every_module_of_the_five_packages(names: frozenset[str]) -> None:
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    assert len(modules) > 100
    assert modules - names == set()


def test_the_wheel_has_types_texts_and_migrations(names: frozenset[str]) -> None:
    """What is read at run time and is no module."""
    wanted = {f"{package}/py.typed" for package in PACKAGES}
    wanted |= {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".toml", ".mako"}
    }
    assert {"alerts/texts/zh.toml", "alerts/store/migrations/script.py.mako"} <= wanted
    assert wanted - names == set()


def test_the_wheel_has_the_models_and_their_cards_where_they_are_looked_for(
    names: frozenset[str],
) -> None:
    """And the lists of classes that they name."""
    held = {name.split(MODELS)[1] for name in names if MODELS in name}
    cards = {path.name for path in (ROOT / "models").glob("*.card.yaml")}
    cards |= {path.name for path in (ROOT / "models").glob("*.onnx")}
    labels = {f"labels/{path.name}" for path in (ROOT / "models" / "labels").glob("*.yaml")}
    assert len(cards) >= 3
    assert (cards | labels) - held == set()


def test_nothing_else_is_installed(names: frozenset[str]) -> None:
    """No tests, no caches, and no name at the top that could be somebody else's."""
    tops = {name.split("/")[0] for name in names}
    assert {re.sub(r"-[0-9.]+\.", ".", top) for top in tops} == {
        *PACKAGES,
        "kerbwatch.dist-info",
        "kerbwatch.data",
    }
    assert [name for name in names if "tests/" in name or "__pycache__" in name] == []


def test_the_wheel_says_its_licence_command_and_pythons(
    wheel: zipfile.ZipFile, names: frozenset[str]
) -> None:
    (path,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    told = wheel.read(path).decode()
    assert "License-Expression: AGPL-3.0-or-later" in told
    assert "Requires-Python: <3.14,>=3.11" in told
    (path,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
    assert "kerbwatch = kerbwatch.cli:main" in wheel.read(path).decode()


def test_an_installed_kerbwatch_brings_no_torch() -> None:
    """Neither directly nor through what it requires, extras left out."""
    seen, waiting = set(), ["kerbwatch"]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += _required_by(name)
    assert {"numpy", "openvino", "sqlalchemy"} <= seen
    assert {name for name in seen if "torch" in name or name == "ultralytics"} == set()


def _required_by(name: str) -> list[str]:
    """What a distribution requires without extras; empty where it is not installed."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []  # another platform's
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if "extra ==" not in line)
    return [re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match]


def test_the_pinned_versions_fit_what_is_asked_for() -> None:
    """Every requirement of the service has one pin, without a host's name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]
    assert [pin for pin in pins if not re.match(r"[A-Za-z0-9._\[\]-]+==[^=]+$", pin)] == []
    pinned = {re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins}
    wanted = {
        re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", line)[0]).lower()
        for line in project["dependencies"]
    }
    assert wanted - pinned == set()
