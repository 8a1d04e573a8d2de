"""``rest`` of ``streams.yaml``: whose token is good where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.texts import Language
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import Problem
from kerbwatch.rest.options import RestOptions, TokenOptions
from tests.unit.config.conftest import GOOD

Find = Callable[..., tuple[Problem, ...]]
ENV = {"MQTT_PASSWORD": "a", "CAMERA_PASSWORD": "b"}
ONE = "a1" * 32
TWICE = f"[{{recipient: duty-east, sha256: {ONE}}}, {{recipient: duty-east, sha256: {ONE}}}]"


def test_what_is_written_is_what_is_served(tmp_path: Path) -> None:
    def read(rest: str) -> RestOptions | None:
        (tmp_path / "streams.yaml").write_text(f"{GOOD}{rest}\n", encoding="utf-8")
        return load_options(tmp_path / "streams.yaml", env=ENV).rest

    assert read("") is None
    assert read("rest: {}") == RestOptions("127.0.0.1", 8480)
    tokens = f"tokens: [{{recipient: duty-east, sha256: {ONE}}}]"
    files = "cert_file: a.pem, key_file: b.pem"
    assert read(f"rest: {{host: 0.0.0.0, port: 1, {files}, {tokens}}}") == RestOptions(
        "0.0.0.0",
        1,
        tmp_path / "a.pem",
        tmp_path / "b.pem",
        (TokenOptions("duty-east", ONE),),
    )


def test_a_token_is_good_to_the_end_of_its_last_day_at_the_site(tmp_path: Path) -> None:
    token = f"{{recipient: duty-east, sha256: {ONE}, until: 2027-03-31}}"
    (tmp_path / "streams.yaml").write_text(f"{GOOD}rest: {{tokens: [{token}]}}\n", "utf-8")
    options = load_options(tmp_path / "streams.yaml", env=ENV)
    assert options.rest is not None
    midnight = datetime(2027, 4, 1, tzinfo=ZoneInfo(options.site.timezone))
    assert options.rest.tokens[0].end_wall_ns == midnight.timestamp() * 10**9


@pytest.mark.parametrize(
    "until", ["2027-02-30", "2027-03-31T08:00", "20270331", "soon", "0001-01-01", "20", "[]"]
)
def test_what_is_no_date_is_told(find: Find, until: str) -> None:
    token = f"{{recipient: duty-east, sha256: {ONE}, until: {until}}}"
    (problem,) = find(f"{GOOD}rest: {{tokens: [{token}]}}\n", env=ENV)
    assert problem.key == "rest.tokens[0].until"
    assert "2027-03-31" in problem.text(Language.EN)


@pytest.mark.parametrize(
    ("rest", "key"),
    [
        (f"{{tokens: [{{recipient: nobody, sha256: {ONE}}}]}}", "rest.tokens[0].recipient"),
        ("{tokens: [{recipient: duty-east, sha256: kw_secret}]}", "rest.tokens[0].sha256"),
        ("{tokens: [{recipient: duty-east}]}", "rest.tokens[0].sha256"),
        (f"{{tokens: {TWICE}}}", "rest.tokens[1].sha256"),
        ("{cert_file: a.pem}", "rest.cert_file"),
        ("{key_file: a.pem}", "rest.key_file"),
        ("{host: example.com}", "rest.host"),
        ("{port: 70000}", "rest.port"),
        ("{token: x}", "rest.token"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(find: Find, rest: str, key: str) -> None:
    (problem,) = find(f"{GOOD}rest: {rest}\n", env=ENV)
    assert problem.key == key
    assert not any("kw_secret" in problem.text(language) for language in Language)
