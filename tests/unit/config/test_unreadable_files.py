"""Files that are no YAML, or no text, or too much: refused with a place, never a crash."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.texts import Language
from kerbwatch.config.load import find_problems, load_options
from kerbwatch.config.problem import ConfigError, Problem
from kerbwatch.config.syntax import MAX_DEPTH, MAX_NODES
from kerbwatch.config.textfile import MAX_BYTES

Find = Callable[..., tuple[Problem, ...]]

UNREADABLE = {
    "empty": (b"", "1:1", "nothing is in the file, got nothing"),
    "only comments": (b"# nothing\n", "1:1", "nothing is in the file"),
    "only null": (b"~\n", "1:1", "nothing is in the file, got an empty value"),
    "a list": (b"- a\n- b\n", "1:1", "the file does not start with keys, got a list of 2"),
    "a word": (b"hello\n", "1:1", "the file does not start with keys, got 'hello'"),
    "tab": (b"site:\n\tid: linzi\n", "2:1", "not valid YAML, got a tab, expected spaces"),
    "two colons": (b"site: id: linzi\n", "1:9", "not valid YAML, got a ':' where no key can be"),
    "no colon": (
        b"site:\n  id: a\n  name\ncameras: []\n",
        "4:1",
        "not valid YAML, got a line with",
    ),
    "open bracket": (
        b"site: [1, 2\n",
        "2:1",
        "not valid YAML, got something else inside [ ] or { }",
    ),
    "open quote": (b'site: "abc\n', "2:1", "not valid YAML, got the end of the file inside quotes"),
    "bad indent": (b"- a\nb: 1\n", "2:1", "not valid YAML, got something that does not belong"),
    "at sign": (b"site: @home\n", "1:7", "not valid YAML, got a character that nothing may start"),
    "bad escape": (b'site: "\\q"\n', "1:9", "not valid YAML, got something unreadable"),
    "impossible escape": (b'site: "\\UFFFFFFFF"\n', "1:1", "not valid YAML, got something unread"),
    "two documents": (b"site: {}\n---\nsite: {}\n", "2:1", "more than one document in the file"),
    "GBK": ("site: 临淄".encode("gbk"), "1:7", "the file is not UTF-8, got the byte 0xc1"),
    "UTF-16": (codecs.BOM_UTF16_LE + "site".encode("utf-16-le"), "1:1", "the file is not UTF-8"),
    "binary": (b"site:\n  \x00\x01\x02", "2:3", "the file is not text, got the character U+0000"),
    "picture": (b"\x89PNG\r\n\x1a\n", "1:1", "the file is not UTF-8, got the byte 0x89"),
    "too big": (b"#" * (MAX_BYTES + 1), "1:1", "the file is too big, got more than 4 MiB"),
    "too deep": (b"a: " + b"[" * (MAX_DEPTH + 1), f"1:{MAX_DEPTH + 3}", "nested too deeply"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_refused_with_its_place(name: str, find: Find) -> None:
    content, place, told = UNREADABLE[name]
    (problem,) = find(content)
    where, what = problem.text(Language.EN).removeprefix(problem.file).split(" ", 1)
    assert where == f":{place}"
    assert what.partition(": ")[2].startswith(told)


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_refused_in_chinese_as_well(name: str, find: Find) -> None:
    (problem,) = find(UNREADABLE[name][0])
    line = problem.text(Language.ZH)
    assert "，实际为" in line
    assert "，应为" in line
    assert line.splitlines() == [line]


def test_a_file_that_is_absent_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "absent.yaml"
    (problem,) = find_problems(path, env={})
    assert problem.text(Language.EN) == (
        f"{path}:1:1 (file): there is no such file, "
        "got nothing, expected the path of a file, from the folder that you are in"
    )


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        load_options(tmp_path, env={})


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(good: str, find: Find) -> None:
    assert find(codecs.BOM_UTF8 + good.replace("\n", "\r\n").encode()) == ()
    (problem,) = find(codecs.BOM_UTF8 + good.replace("site:", "sites:").encode())[:1]
    assert (problem.line, problem.column) == (1, 1)


def test_aliases_repeat_values_and_their_mistakes(good: str, find: Find) -> None:
    text = good.replace("scenarios:\n          blocked", "scenarios: &usual\n          blocked")
    text = text.replace("scenarios:\n          street_vending: {dwell_s: 120}", "scenarios: *usual")
    assert find(text) == ()
    problems = find(text.replace("dwell_s: 60", "dwell_s: -1"))
    assert [(it.line, it.key.split(".")[1]) for it in problems] == [
        (23, "fences[0]"),
        (23, "fences[1]"),
    ]


def test_an_alias_without_anchor_is_refused_without_its_name(good: str, find: Find) -> None:
    problems = find(good.replace("${MQTT_PASSWORD}", "*hunter2"))
    lines = [problem.text(Language.EN) for problem in problems]
    assert any("mqtt.password: an alias without its anchor" in line for line in lines)
    assert not any("hunter2" in line for line in lines)


def test_an_alias_bomb_is_refused_before_it_goes_off(find: Find) -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    problems = find("\n".join(layers))
    assert [problem.what.key for problem in problems] == ["what.nodes"]
    assert str(MAX_NODES) in problems[0].text(Language.EN)


def test_aliases_cannot_nest_deeper_than_brackets(find: Find) -> None:
    layers = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100))]
    assert [problem.what.key for problem in find("\n".join(layers))] == ["what.depth"]


def test_a_list_cannot_contain_itself(find: Find) -> None:
    assert "what.alias" in [problem.what.key for problem in find("a: &a [*a]\n")]
