"""Channels in ``streams.yaml``: checked at load, never shown."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.texts import Language
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import Problem
from kerbwatch.wire.pushing import channels_of, push_plan

Find = Callable[..., tuple[Problem, ...]]
ROLE = "name: 东片区值班, role: officer}"


def with_push(good: str, push: str, more: str = "") -> str:
    assert ROLE in good
    return good.replace(ROLE, ROLE.replace("}", f", push: {push}}}")) + more


@pytest.mark.parametrize(
    ("push", "code"),
    [
        ("[nosuchservice://hunter2]", "push_service"),
        ("[hunter2]", "push_service"),
        ("['tgram://hunter2']", "push_url"),
        ("hunter2", "wrong_type"),
        ("[[hunter2]]", "wrong_type"),
        ("{hunter2: 1}", "wrong_type"),
        ("['']", "malformed"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_problem_that_does_not_show_it(
    push: str, code: str, good: str, find: Find
) -> None:
    (problem,) = find(with_push(good, push))
    assert problem.what.key == f"what.{code}"
    assert problem.key.startswith("recipients[0].push")
    for language in Language:
        assert "hunter2" not in problem.text(language)
        assert "hunter2" not in json.dumps(problem.to_json(language))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("push: {case_url: ftp://x/cases}", "case_url"),
        ("push: {picture_kb: -1}", "out_of_range"),
        ("push: {give_up_s: 1}", "out_of_range"),
        ("push: {language: de}", "not_allowed"),
    ],
)
def test_other_settings_are_checked(line: str, code: str, good: str, find: Find) -> None:
    (problem,) = find(f"{good}{line}\n")
    assert problem.what.key == f"what.{code}"


def test_addresses_come_from_the_environment_and_are_printed_nowhere(
    tmp_path: Path, good: str, env: dict[str, str]
) -> None:
    path = tmp_path / "streams.yaml"
    more = "push: {case_url: 'https://kerbwatch.example/cases', language: en}\n"
    path.write_text(with_push(good, '["${BOT}", "json://h/hunter2"]', more), encoding="utf-8")
    options = load_options(path, env=env | {"BOT": "wecombot://hunter2hunter2"})
    assert "hunter2" not in repr(options)
    assert options.recipients[0].push[0].reveal() == "wecombot://hunter2hunter2"
    channels = channels_of(options)
    assert {who: [it.name for it in ones] for who, ones in channels.items()} == {
        "duty-east": ["wecombot", "json"]
    }
    assert push_plan(options).recipients == {"duty-east"}
    assert push_plan(options).language is Language.EN


def test_apprise_is_loaded_only_where_there_is_a_channel(tmp_path: Path, good: str) -> None:
    code = (
        "import sys, pathlib\n"
        "import kerbwatch.wire.service\n"
        "from kerbwatch.config.load import load_options\n"
        "from kerbwatch.wire.pushing import channels_of\n"
        "env = {'MQTT_PASSWORD': 'a', 'CAMERA_PASSWORD': 'b'}\n"
        "channels_of(load_options(pathlib.Path(sys.argv[1]), env=env))\n"
        "print('apprise' in sys.modules)"
    )
    found = []
    for name, text in (("without", good), ("with", with_push(good, "[json://h/x]"))):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-c", code, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(done.stdout.strip())
    assert found == ["False", "True"]
