"""No credential leaves the options by accident, and none is ever in a message."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.texts import Language
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import ConfigError, Problem
from kerbwatch.options import Secret, SecretUrl, redact_url

Find = Callable[..., tuple[Problem, ...]]
SECRET = "hunter2"


def test_options_print_without_their_secrets(
    tmp_path: Path, good: str, env: dict[str, str]
) -> None:
    path = tmp_path / "streams.yaml"
    text = good.replace("sqlite:///data/kerbwatch.db", "postgresql://k:hunter2@db/k")
    path.write_text(text, encoding="utf-8")
    options = load_options(path, env=env)
    unfolded = dataclasses.asdict(options.mqtt), dataclasses.asdict(options.cameras[0])["url"]
    for printed in (repr(options), str(options), f"{options}", repr(unfolded)):
        assert SECRET not in printed
    assert options.mqtt.password is not None
    assert options.mqtt.password.reveal() == "hunter2-mqtt"
    assert options.cameras[0].url.redacted == "rtsp://***@10.1.2.3/stream1"
    assert options.store_url.redacted == "postgresql://***@db/k"


def test_a_secret_is_a_value_that_cannot_be_read_off() -> None:
    secret = Secret(SECRET)
    assert secret == copy.deepcopy(secret) == pickle.loads(pickle.dumps(secret))
    assert secret != Secret("other")
    assert secret != SECRET
    assert Secret("file:///x") != SecretUrl("file:///x")
    assert hash(secret) == hash(Secret(SECRET))
    assert f"{secret} {secret!r} {secret!s}" == "*** Secret('***') ***"
    with pytest.raises(TypeError):
        json.dumps(secret)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://10.1.2.3/stream1", "rtsp://10.1.2.3/stream1"),
        ("rtsp://viewer:hunter2@10.1.2.3/stream1", "rtsp://***@10.1.2.3/stream1"),
        ("rtsp://viewer:hun@ter2@10.1.2.3/stream1", "rtsp://***@10.1.2.3/stream1"),
        ("rtsp://viewer:a/hunter2@10.1.2.3/stream1", "rtsp://***@10.1.2.3/stream1"),
        ("rtsp://viewer:a#hunter2@10.1.2.3/stream1", "rtsp://***@10.1.2.3/stream1"),
        ("rtsp://viewer:a://hunter2@10.1.2.3/1", "rtsp://***@10.1.2.3/1"),
        ("viewer:hunter2://a@10.1.2.3/1", "://***@10.1.2.3/1"),
        ("http://cam/live?user=a&pwd=hunter2", "http://cam/live?***"),
        ("http://cam/live#hunter2", "http://cam/live#***"),
        ("http://viewer:hunter2@cam/live?x=http://y", "http://***@cam/live?***"),
        ("viewer:hunter2@10.1.2.3/stream1", "***@10.1.2.3/stream1"),
        ("/clips/a.mp4", "/clips/a.mp4"),
    ],
)
def test_an_address_is_shown_without_login_and_query(url: str, shown: str) -> None:
    assert redact_url(url) == shown
    assert SECRET not in repr(SecretUrl(url))


MISPLACED = [
    ("password: ${MQTT_PASSWORD}", "password: [hunter2]"),
    ("password: ${MQTT_PASSWORD}", "password: {hunter2: 1}"),
    ("password: ${MQTT_PASSWORD}", "password: 2222222222"),
    ("password: ${MQTT_PASSWORD}", "pasword: hunter2"),
    ("password: ${MQTT_PASSWORD}", "password: *hunter2"),
    ("password: ${MQTT_PASSWORD}", "password: !hunter2"),
    ("password: ${MQTT_PASSWORD}", "password: !hunter2! x"),
    ("password: ${MQTT_PASSWORD}", "password: @hunter2"),
    ("password: ${MQTT_PASSWORD}", "password: 'hunter2'hunter2"),
    ("password: ${MQTT_PASSWORD}", "password: hunter2: hunter2"),
    ("password: ${MQTT_PASSWORD}", "password: hunter2\n  password: hunter2"),
    ("password: ${MQTT_PASSWORD}", "password: a${hunter2 !}"),
    ("  username: kerbwatch\n  password: ${MQTT_PASSWORD}", "  password: hunter2"),
    ("url: mqtts://broker.example:8883", "url: mqtts://u:hunter2@broker"),
    ("url: mqtts://broker.example:8883", "url: u:hunter2@broker"),
    ("every_s: 2", "every_s: rtsp://u:hunter2@cam"),
    ("rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1", "rtps://u:hunter2@cam"),
    ("rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1", "rtsp://u:hunter2@"),
    ("rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1", "rtsp://u:hun[ter2@cam"),
    ("rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1", "rtsp://cam:bad?password=hunter2"),
    ("url: rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1", "rtsp://u:hunter2@cam: 1"),
    ('"sqlite:///data/kerbwatch.db"', "mysql://u:hunter2@db/x"),
    ("id: gate-3", "id: 'x${CAMERA_PASSWORD}'"),
    ("every_s: 2", "every_s: ${CAMERA_PASSWORD}"),
    ("timezone: Asia/Shanghai", "timezone: '${CAMERA_PASSWORD}'"),
    ("see: [learned, obstruction]", "see: ['${CAMERA_PASSWORD}']"),
    ("notify: [duty-east]", "notify: ['${CAMERA_PASSWORD}']"),
    ('hours: ["Mon-Fri 07:00-19:00"]', "hours: ['${CAMERA_PASSWORD}']"),
    ("use: [yolox-nano-416]", "use: ['${CAMERA_PASSWORD}']"),
]


@pytest.mark.parametrize(("old", "new"), MISPLACED)
def test_no_message_shows_a_secret_however_it_was_misplaced(
    old: str, new: str, good: str, find: Find
) -> None:
    assert old in good
    problems = find(good.replace(old, new), known_models=["yolox-nano-416"])
    assert problems
    for problem in problems:
        texts = [problem.text(language) for language in Language]
        texts += [json.dumps(problem.to_json(language)) for language in Language]
        for text in (*texts, repr(problem)):
            assert SECRET not in text
            assert "2222222222" not in text


def test_the_error_itself_shows_no_secret(tmp_path: Path, good: str, env: dict[str, str]) -> None:
    path = tmp_path / "streams.yaml"
    path.write_text(good.replace("rtsp://", "rtps://"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_options(path, env=env)
    assert "rtps://***@" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_password_file_s_content_is_not_shown(tmp_path: Path, good: str, find: Find) -> None:
    (tmp_path / "secret").write_text("hunter2" * 1000, encoding="utf-8")
    (problem,) = find(good.replace("password: ${MQTT_PASSWORD}", "password_file: secret"))
    assert problem.what.key == "what.password_file"
    assert "7000" not in problem.text(Language.EN)
    assert SECRET not in problem.text(Language.EN)
