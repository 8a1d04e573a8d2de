"""``kerbwatch check``: every problem at once, at its place, and nothing is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.kit import kerbwatch

pytestmark = pytest.mark.timeout(60)

GOOD = """\
site: {id: linzi, name: 临淄区, timezone: Asia/Shanghai}
recipients:
  - {id: duty, name: 值班, role: officer}
cameras:
  - id: gate-3
    url: clip.avi
    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.5, 0.5], [0.6, 0.9], [0.1, 0.9]]
        notify: [duty]
        scenarios:
          construction_waste: {dwell_s: 5}
"""

MISTAKES = {
    "unknown key": ("dwell_s: 5", "dwel_s: 5", 12, "'dwell_s' (the nearest known)", "dwell_s"),
    "missing key": ("    url: clip.avi\n", "", 5, "the key is missing", "缺少此键"),
    "wrong type": ("dwell_s: 5", "dwell_s: soon", 12, "expected seconds", "秒"),
    "crossing polygon": (
        "[0.6, 0.9], [0.1, 0.9]]",
        "[0.1, 0.9], [0.6, 0.9]]",
        9,
        "the polygon's edges cross",
        "相交",
    ),
    "unknown recipient": ("notify: [duty]", "notify: [dutty]", 10, "unknown recipient", "dutty"),
    "unknown scenario": ("construction_waste", "construction", 12, "unknown scenario", "场景"),
    "unknown time zone": ("Asia/Shanghai", "Asia/Beijing", 1, "unknown time zone", "时区"),
    "no YAML": ("cameras:", "cameras: [", None, "not valid YAML", "YAML"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "streams.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_good_file_is_called_good(folder: Path) -> None:
    done = kerbwatch("check", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out == "streams.yaml: good, 1 camera(s), 1 fence(s)\n"
    assert "无问题" in kerbwatch("check", cwd=folder, lang="zh").out
    assert kerbwatch("check", "--json", cwd=folder).result == {"ok": True, "problems": []}


@pytest.mark.parametrize(("old", "new", "line", "en", "zh"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_and_nothing_is_started(
    folder: Path, old: str, new: str, line: int | None, en: str, zh: str
) -> None:
    """``check`` and ``run`` say the same, with exit status 2, in both languages and in JSON."""
    assert GOOD.count(old) == 1
    (folder / "streams.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    done = kerbwatch("check", cwd=folder)
    assert done.code == 2
    assert done.out.startswith("streams.yaml:" if line is None else f"streams.yaml:{line}:")
    assert en in done.out
    as_json = kerbwatch("check", "--json", cwd=folder, lang="zh")
    assert as_json.code == 2
    assert zh in as_json.out
    assert line is None or as_json.result["problems"][0]["line"] == line
    started = kerbwatch("run", cwd=folder)
    assert started.code == 2
    assert started.err == done.out
    assert [path.name for path in folder.iterdir()] == ["streams.yaml"]


def test_every_problem_is_told_at_once(folder: Path) -> None:
    bad = GOOD.replace("Asia/Shanghai", "Asia/Beijing").replace("notify: [duty]", "notify: [x]")
    (folder / "streams.yaml").write_text(bad.replace("dwell_s: 5", "dwell_s: -1"), encoding="utf-8")
    done = kerbwatch("check", cwd=folder)
    assert [line.split(":")[1] for line in done.out.splitlines()] == ["1", "10", "12"]
    assert "3 problem(s) in streams.yaml; nothing was started" in done.err


def test_a_missing_file_is_misuse(tmp_path: Path) -> None:
    for command in ("check", "run"):
        done = kerbwatch(command, "nothing.yaml", cwd=tmp_path)
        assert done.code == 2
        assert "nothing.yaml:1:1" in done.out + done.err
        assert "Traceback" not in done.err
